import { chain } from 'stepchain'
import type { Steps } from './steps.ts'

export function run(steps: Steps): Promise<unknown> {
  let grown: { next(fn: unknown, options: object): typeof grown; run(): Promise<unknown> } = chain()
  for (const [out, step] of steps) grown = grown.next(step, { out, retry: 3, timeout: 5_000 })
  return grown.run()
}
