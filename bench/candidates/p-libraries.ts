import pMap from 'p-map'
import pPipe from 'p-pipe'
import pRetry from 'p-retry'
import pTimeout from 'p-timeout'
import type { Candidate } from '../candidate.ts'
import { CONCURRENCY } from '../groups.ts'
import { type Context, copied, FIRST_DELAY, RETRIES, type Step, TIMEOUT } from '../pipelines.ts'
import { handle } from './hand.ts'

function guarded({ run, policy }: Step): (context: Context) => unknown {
  if (!policy) return (context) => run(context, handle)
  return (context) =>
    pRetry(() => pTimeout(Promise.resolve(run(context, handle)), { milliseconds: TIMEOUT }), {
      retries: RETRIES,
      minTimeout: FIRST_DELAY,
    })
}

/** p-pipe, with p-retry and p-timeout around each step; p-map. */
export const pLibraries: Candidate = {
  build({ steps }) {
    const functions = steps.map((step) => {
      const call = guarded(step)
      return async (context: Context): Promise<Context> => {
        context[step.key] = await call(context)
        return context
      }
    })
    const pipe = pPipe(...functions) as (input: Context) => Promise<Context>
    return (input) => pipe(copied(input))
  },
  map({ apply }) {
    return async ({ items }) => ({ items, list: await pMap(items as never[], apply, { concurrency: CONCURRENCY }) })
  },
}
