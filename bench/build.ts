import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const here = fileURLToPath(new URL('.', import.meta.url))

/** Where everything built goes: below node_modules, where every tool overlooks it and packages are still found. */
const OUTPUT = `${here}node_modules/.cache/stepchain-bench/`

/** The programs that run in processes of their own, on every version of Node. */
const PROGRAMS = ['worker', 'steps', 'memory', 'soak']

/**
 * Bundles the library into one file, as it is published, and compiles the programs around it.
 *
 * @param library the source of the library: another one is raced against ours
 * @param name the name of the folder
 * @returns the folder of the built programs
 */
export async function buildAll(library: string = `${here}../src/index.ts`, name: string = 'ours'): Promise<string> {
  const folder = `${OUTPUT}${name}/`
  const common = { outdir: folder, bundle: true, format: 'esm', target: 'es2022', logLevel: 'error' } as const
  await build({ ...common, entryPoints: { stepchain: library }, platform: 'neutral' })
  const inside = {
    ...common,
    platform: 'node',
    packages: 'external',
    alias: { stepchain: `${folder}stepchain.js` },
  } as const
  await build({ ...inside, entryPoints: PROGRAMS.map((program) => `${here}${program}.ts`), splitting: true })
  // One file each: what they weigh and how fast they load is measured.
  await build({ ...inside, entryPoints: [`${here}programs/*.ts`], outdir: `${folder}programs` })
  return folder
}
