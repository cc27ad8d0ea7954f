import { ExponentialBackoff, handleAll, retry, timeout, TimeoutStrategy, wrap } from 'cockatiel'
import type { Steps } from './steps.ts'

export async function run(steps: Steps): Promise<unknown> {
  const context: Record<string, unknown> = {}
  for (const [out, step] of steps) {
    const retries = retry(handleAll, { maxAttempts: 3, backoff: new ExponentialBackoff({ initialDelay: 100 }) })
    context[out] = await wrap(retries, timeout(5_000, TimeoutStrategy.Aggressive)).execute(() => step(context))
  }
  return context
}
