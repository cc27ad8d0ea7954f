import { type ChildProcess, execFile, fork } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { root } from './package-info.ts'

/** A compiler that the types must hold on. */
export interface Compiler {
  readonly name: string
  /** The package that it is installed as. */
  readonly package: string
}

/** The compiler of this repository, whose messages are the snapshots. */
export const currentCompiler: Compiler = { name: 'TypeScript 7.0', package: 'typescript' }

/** The supported compilers before it. */
export const olderCompilers: readonly Compiler[] = [
  { name: 'TypeScript 6.0', package: 'typescript-6' },
  { name: 'TypeScript 5.9', package: 'typescript-5' },
]

/** All supported compilers. One more is one more line and a development dependency, such as `"typescript-6": "npm:typescript@~6.0.3"`. */
export const compilers: readonly Compiler[] = [currentCompiler, ...olderCompilers]

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
export async function compileProject(folder: string, compiler: Compiler = currentCompiler): Promise<Compilation> {
  const output = compiler === currentCompiler ? await printed(folder) : await printedByOlder(folder, compiler)
  const instantiations = Number(/^Instantiations:\s+(\d+)$/m.exec(output)?.[1])
  return { diagnostics: readDiagnostics(output), instantiations }
}

/** What the current compiler prints of a project. */
async function printed(folder: string): Promise<string> {
  // By its path, for the older ones install a program of the same name.
  const script = join(root, 'node_modules', currentCompiler.package, 'bin/tsc')
  const args = [script, '--pretty', 'false', '--extendedDiagnostics', '--singleThreaded']
  return await new Promise((resolve, reject) => {
    // A compiler that finds errors exits with a code, and that is no failure here.
    execFile(process.execPath, args, { cwd: folder, maxBuffer: 1e8 }, (error, stdout, stderr) =>
      stdout.includes('Instantiations:') ? resolve(stdout) : reject(error ?? new Error(stdout + stderr)),
    )
  })
}

interface Asked {
  readonly resolve: (output: string) => void
  readonly reject: (error: Error) => void
}

interface Started {
  readonly child: ChildProcess
  /** It answers in order. */
  readonly asked: Asked[]
}

const started = new Map<Compiler, Started>()

/** What an older compiler would print; its program is started once, and ends with this one. */
async function printedByOlder(folder: string, compiler: Compiler): Promise<string> {
  const { child, asked } = started.get(compiler) ?? start(compiler)
  return await new Promise((resolve, reject) => {
    asked.push({ resolve, reject })
    child.send(folder)
  })
}

function start(compiler: Compiler): Started {
  const child = fork(new URL('./older-compiler.ts', import.meta.url), [compiler.package], { execArgv: [] })
  const asked: Asked[] = []
  child.on('message', (output: string) => asked.shift()?.resolve(output))
  // What it died of, such as a chain too long for it, it has printed; the next project finds a new one.
  child.on('exit', (code) => {
    started.delete(compiler)
    for (const { reject } of asked) reject(new Error(`${compiler.name} ended with code ${code}`))
  })
  child.unref()
  child.channel?.unref()
  started.set(compiler, { child, asked })
  return { child, asked }
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
