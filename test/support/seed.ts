import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    readonly propertySeed: number
  }
}

/** Gives all property tests of a run one seed, and says which: `FC_SEED=… npx vitest` makes the same run again. */
export default function setup({ provide }: TestProject): void {
  const given = process.env['FC_SEED']
  const seed = given === undefined ? Math.trunc(Math.random() * 2 ** 31) : Number(given)
  provide('propertySeed', seed)
  console.log(`Property tests run with FC_SEED=${seed}`)
}
