import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { median, nodeOf, shuffle } from './measure.ts'

const execute = promisify(execFile)

/** The smallest programs that do J4, in the order of the table. */
export const PROGRAMS = ['hand', 'ours', 'p-libraries', 'async', 'rxjs', 'effect', 'cockatiel'] as const

/** Runs a built program that prints one value as JSON. */
export async function output<T>(node: string, args: readonly string[]): Promise<T> {
  const { stdout } = await execute(nodeOf(node), args, { env: { ...process.env, NODE_OPTIONS: '' } })
  return JSON.parse(stdout) as T
}

/** The bytes of each program with all it needs, minified and compressed, as for a browser: what is not used is left out. */
export async function sizes(folder: string): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>()
  for (const program of PROGRAMS) {
    const { outputFiles } = await build({
      entryPoints: [fileURLToPath(new URL(`programs/${program}.ts`, import.meta.url))],
      alias: { stepchain: `${folder}stepchain.js` },
      bundle: true,
      minify: true,
      format: 'esm',
      platform: 'browser',
      target: 'es2022',
      write: false,
      logLevel: 'error',
    })
    found.set(program, gzipSync(outputFiles[0]?.contents ?? new Uint8Array(), { level: 9 }).byteLength)
  }
  return found
}

/**
 * The ms of processor time from the start of a process to the end of the import of a program, less those of a bare one in the same round.
 * Packages are imported as they are published, ours as one file.
 */
export async function imports(folder: string, node: string, rounds: number): Promise<ReadonlyMap<string, number>> {
  const tell = 'process.stdout.write(JSON.stringify(process.cpuUsage()))'
  const entries = ['bare', ...PROGRAMS]
  for (const entry of entries) {
    await writeFile(
      `${folder}import-${entry}.mjs`,
      entry === 'bare' ? tell : `import './programs/${entry}.js'\n${tell}`,
    )
  }
  const over = new Map(PROGRAMS.map((program) => [program as string, [] as number[]]))
  for (let round = 0; round < rounds; round++) {
    const times = new Map<string, number>()
    for (const entry of shuffle(entries)) {
      const { user, system } = await output<NodeJS.CpuUsage>(node, [`${folder}import-${entry}.mjs`])
      times.set(entry, (user + system) / 1000)
    }
    for (const [program, list] of over) list.push((times.get(program) ?? NaN) - (times.get('bare') ?? NaN))
  }
  return new Map([...over].map(([program, list]) => [program, median(list)]))
}
