import { execFile } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { root } from './package-info.ts'

/** A compiler that the types must hold on. */
export interface Compiler {
  readonly name: string
  /** The package that it is installed as. */
  readonly package: string
  readonly flags: readonly string[]
}

/** The compiler of this repository, whose messages are the snapshots. */
const current: Compiler = { name: 'TypeScript 7', package: 'typescript', flags: ['--singleThreaded'] }

/**
 * All supported compilers. One more is one more line, and a development dependency such as `"typescript-6":
 * "npm:typescript@6.0"`.
 */
export const compilers: readonly Compiler[] = [current]

/** One complaint of a compiler: what it is about, and the indented lines below that say why. */
export interface Diagnostic {
  readonly path: string
  readonly row: number
  readonly code: string
  readonly message: string
  readonly reasons: readonly string[]
}

/** What a compiler said. */
export interface Compilation {
  readonly diagnostics: readonly Diagnostic[]
  /** How many types were instantiated: the measure of cost that is the same on every machine. */
  readonly instantiations: number
}

// Behind the first word of `.cache`, so that the repository's modules and its own name resolve from there.
const CACHE = join(root, '.cache')

const DIAGNOSTIC = /^(?<path>\S[^(]*)\((?<row>\d+),\d+\): error (?<code>TS\d+): (?<message>.*)$/

/** Writes files into a folder of their own below `.cache`, empty before, and gives its path. */
export function writeProject(name: string, files: Readonly<Record<string, string>>): string {
  const folder = join(CACHE, name)
  rmSync(folder, { recursive: true, force: true })
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  return folder
}

/** Compiles the project in a folder, by its `tsconfig.json`. */
export async function compileProject(folder: string, compiler: Compiler = current): Promise<Compilation> {
  const script = join(root, 'node_modules', compiler.package, 'bin/tsc')
  const output = await new Promise<string>((resolve, reject) => {
    const args = [script, '--pretty', 'false', '--extendedDiagnostics', ...compiler.flags]
    // A compiler that finds errors exits with a code, and that is no failure here.
    execFile(process.execPath, args, { cwd: folder, maxBuffer: 1e8 }, (error, stdout, stderr) =>
      stdout.includes('Instantiations:') ? resolve(stdout) : reject(error ?? new Error(stdout + stderr)),
    )
  })
  const instantiations = Number(/^Instantiations:\s+(\d+)$/m.exec(output)?.[1])
  return { diagnostics: readDiagnostics(output), instantiations }
}

function readDiagnostics(output: string): Diagnostic[] {
  const diagnostics: (Diagnostic & { reasons: string[] })[] = []
  for (const line of output.split('\n')) {
    const { path, row, code, message } = DIAGNOSTIC.exec(line)?.groups ?? {}
    if (path !== undefined && code !== undefined && message !== undefined) {
      diagnostics.push({ path, row: Number(row), code, message, reasons: [] })
    } else if (line.startsWith('  ')) diagnostics.at(-1)?.reasons.push(line.trim())
  }
  return diagnostics
}
