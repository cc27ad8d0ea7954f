import { ExponentialBackoff, handleAll, retry, timeout, TimeoutStrategy, wrap } from 'cockatiel'
import type { Candidate } from '../candidate.ts'
import { type Context, copied, FIRST_DELAY, RETRIES, TIMEOUT } from '../pipelines.ts'

/** A policy around each step of hand-written code. */
export const cockatiel: Candidate = {
  build({ steps }) {
    const guarded = steps.map((step) => {
      const backoff = new ExponentialBackoff({ initialDelay: FIRST_DELAY })
      const policy = wrap(
        retry(handleAll, { maxAttempts: RETRIES, backoff }),
        timeout(TIMEOUT, TimeoutStrategy.Aggressive),
      )
      return { ...step, policy }
    })
    return async (input) => {
      const context: Context = copied(input)
      for (const { key, run, policy } of guarded) {
        context[key] = await policy.execute(({ signal }) => run(context, { signal }))
      }
      return context
    }
  },
}
