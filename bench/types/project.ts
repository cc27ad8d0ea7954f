import { execFile } from 'node:child_process'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { sourceOf } from './programs.ts'

const execute = promisify(execFile)

/** A program to be compiled, with the version of the library that it finds. */
export interface Compiled {
  readonly name: string
  readonly program: string
  /** The folder of the built programs. */
  readonly folder: string
}

const OPTIONS = {
  target: 'es2022',
  lib: ['es2022', 'dom'],
  module: 'nodenext',
  types: [],
  strict: true,
  skipLibCheck: true,
}

/** The program of an installed compiler. */
export function compilerOf(name: string): string {
  return fileURLToPath(new URL(`../node_modules/${name}/bin/tsc`, import.meta.url))
}

async function writeProject(folder: string, compilerOptions: object, files: readonly string[]): Promise<void> {
  await mkdir(folder, { recursive: true })
  await writeFile(`${folder}/package.json`, '{ "type": "module" }')
  await writeFile(
    `${folder}/tsconfig.json`,
    JSON.stringify({ compilerOptions: { ...OPTIONS, ...compilerOptions }, files }),
  )
}

/** Writes the declarations of a library where programs below a folder find them, as those of an installed package. */
export async function declare(library: string, folder: string): Promise<void> {
  const home = `${folder}types/node_modules/stepchain`
  await rm(`${folder}types`, { recursive: true, force: true })
  const rootDir = dirname(resolve(library))
  const emit = {
    declaration: true,
    emitDeclarationOnly: true,
    rewriteRelativeImportExtensions: true,
    rootDir,
    outDir: 'dist',
  }
  await writeProject(home, emit, [resolve(library)])
  await execute(process.execPath, [compilerOf('typescript')], { cwd: home })
  const manifest = { name: 'stepchain', type: 'module', exports: { '.': { types: './dist/index.d.ts' } } }
  await writeFile(`${home}/package.json`, JSON.stringify(manifest))
}

/** Writes a program of so many steps, and gives its folder. */
export async function writeProgram({ program, folder }: Compiled, steps: number): Promise<string> {
  const home = `${folder}types/${program.replaceAll(/\W+/g, '-')}-${steps}`
  await writeProject(home, { noEmit: true }, ['main.ts'])
  await writeFile(`${home}/main.ts`, sourceOf(program, steps))
  return home
}
