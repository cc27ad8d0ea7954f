import type { Policy } from '../compile/policy.ts'
import { retryAfter } from './retry-after.ts'

/**
 * The wait after the `attempt`-th failure before jitter, in ms: `initialDelay` each time (constant), times `attempt` (linear),
 * or times `factor` to the power of `attempt - 1` (exponential); at most `maxDelay`.
 *
 * @see Marc Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015: `min(cap, base * 2 ** attempt)`
 */
export function backoff(policy: Policy, attempt: number): number {
  const { initialDelay, factor, maxDelay } = policy
  const grown = policy.backoff === 'constant' ? 1 : policy.backoff === 'linear' ? attempt : factor ** (attempt - 1)
  // No wait times an infinite growth would be NaN, and a blocking sleep of NaN ms never ends.
  return Math.min(maxDelay, initialDelay * Math.min(grown, Number.MAX_VALUE))
}

/** What a wait is spread with. */
export interface Spread {
  /** A number from 0 up to 1. */
  readonly random: () => number
  /** The wait before, in ms; 0 for the first. */
  readonly previous: number
}

/**
 * Spreads a wait: full, from 0 to it; half (the article's "equal jitter"), from half of it to it;
 * decorrelated, from `initialDelay` to three times the wait before, at most `maxDelay`.
 *
 * @see Marc Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015:
 * `random(0, w)`, `w / 2 + random(0, w / 2)` and `min(cap, random(base, previous * 3))`
 */
export function jitter(policy: Policy, wait: number, { random, previous }: Spread): number {
  if (policy.jitter === 'none') return wait
  // A source of chance that was passed in may give anything.
  const given: unknown = random()
  const chance = Math.min(1, Math.max(0, Number(given) || 0))
  switch (policy.jitter) {
    case 'full':
      return chance * wait
    case 'half':
      return wait / 2 + (chance * wait) / 2
    case 'decorrelated': {
      const least = policy.initialDelay
      const most = Math.max(least, (previous === 0 ? least : previous) * 3)
      return Math.min(policy.maxDelay, least + chance * (most - least))
    }
  }
}

/** What failed, and what came before. */
export interface Failure extends Spread {
  /** The number of the attempt that failed, from 1. */
  readonly attempt: number
  readonly error: unknown
  /** Wall-clock time, in ms, for dates in `Retry-After`. */
  readonly wall: () => number
}

/**
 * The ms to wait before the next attempt: what the error asks for, else the policy's.
 * @throws TypeError where a custom backoff gives no number; what it throws itself
 */
export function delayAfter(policy: Policy, failure: Failure): number {
  const asked = retryAfter(failure.error, failure.wall)
  if (asked !== undefined) return asked
  if (typeof policy.backoff !== 'function') return jitter(policy, backoff(policy, failure.attempt), failure)
  const given: unknown = policy.backoff(failure.attempt, failure.error)
  if (typeof given !== 'number' || Number.isNaN(given))
    throw new TypeError(`retry.backoff gave ${String(given)}; expected a number of ms`)
  return jitter(policy, Math.min(policy.maxDelay, Math.max(0, given)), failure)
}
