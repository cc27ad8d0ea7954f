import { execFile } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Snippet } from './code-blocks.ts'
import { root } from './package-info.ts'

// Inside the repository, so that `stepchain` and its development dependencies resolve, but outside of node_modules,
// where Node strips no types.
const FOLDER = join(root, '.cache/snippets')

const TSCONFIG = {
  extends: '../../tsconfig.json',
  compilerOptions: { noUnusedLocals: false, noUnusedParameters: false },
  include: ['*.ts'],
}

const DIAGNOSTIC = /^(?<path>[^\s(][^(]*)\((?<row>\d+),(?<column>\d+)\): (?<message>.*)$/

/** The errors of each snippet, at their places in the file that the snippet came from. */
export interface Compilation {
  readonly errors: ReadonlyMap<Snippet, readonly string[]>
  /** Errors outside of the snippets: in the source or in the compiler's own set-up. */
  readonly others: readonly string[]
}

/** Writes each snippet as a module and compiles all of them in one run. */
export async function compileSnippets(snippets: readonly Snippet[]): Promise<Compilation> {
  rmSync(FOLDER, { recursive: true, force: true })
  mkdirSync(FOLDER, { recursive: true })
  writeFileSync(join(FOLDER, 'tsconfig.json'), JSON.stringify(TSCONFIG))
  for (const snippet of snippets) writeFileSync(pathOf(snippet), moduleOf(snippet))
  return readDiagnostics(await compilerOutput(), snippets)
}

/** Runs a compiled snippet and gives its standard output. */
export async function runSnippet(snippet: Snippet): Promise<string> {
  const flags = ['--conditions=@stepchain/source', '--disable-warning=ExperimentalWarning']
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, pathOf(snippet)], {
    cwd: root,
    timeout: 20_000,
  })
  return stdout
}

function pathOf({ file, line }: Snippet): string {
  return join(FOLDER, `${file.replaceAll(/[^a-z0-9]+/gi, '-').toLowerCase()}-${line}.ts`)
}

/** The empty export makes a module of a snippet that neither imports nor exports. */
function moduleOf({ lines }: Snippet): string {
  return `${lines.map(({ text }) => text).join('\n')}\nexport {}\n`
}

async function compilerOutput(): Promise<string> {
  const tsc = join(root, 'node_modules/.bin/tsc')
  const child = promisify(execFile)(tsc, ['--pretty', 'false'], { cwd: FOLDER })
  // A compiler that finds errors exits with a code, which makes execFile reject.
  const { stdout } = await child.catch((error: unknown) => {
    if (error instanceof Error && 'stdout' in error && error.stdout !== '') return { stdout: String(error.stdout) }
    throw error
  })
  return stdout
}

function readDiagnostics(output: string, snippets: readonly Snippet[]): Compilation {
  const errors = new Map<Snippet, string[]>(snippets.map((snippet) => [snippet, []]))
  const byPath = new Map(snippets.map((snippet) => [pathOf(snippet), snippet]))
  const others: string[] = []
  let target = others
  for (const text of output.split('\n').filter((line) => line !== '')) {
    const { path = '', row = '', column = '', message = text } = DIAGNOSTIC.exec(text)?.groups ?? {}
    const snippet = byPath.get(join(FOLDER, path))
    if (snippet !== undefined) {
      target = errors.get(snippet) ?? others
      target.push(`${snippet.file}:${placeOf(snippet, Number(row))}:${column} ${message}`)
    } else {
      // An indented line explains the error above it, and belongs where that went.
      if (!text.startsWith(' ')) target = others
      target.push(text)
    }
  }
  return { errors, others }
}

function placeOf(snippet: Snippet, row: number): number {
  return snippet.lines[row - 1]?.line ?? snippet.lines.at(-1)?.line ?? snippet.line
}
