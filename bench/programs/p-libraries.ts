import pPipe from 'p-pipe'
import pRetry from 'p-retry'
import pTimeout from 'p-timeout'
import type { Steps } from './steps.ts'

export function run(steps: Steps): Promise<unknown> {
  const functions = steps.map(([out, step]) => async (context: object) => ({
    ...context,
    [out]: await pRetry(() => pTimeout(step(context), { milliseconds: 5_000 }), { retries: 3, minTimeout: 100 }),
  }))
  return pPipe(...functions)({})
}
