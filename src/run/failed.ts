import type { ErrorDetails } from '../errors.ts'
import { isA, type RunRecord } from './record.ts'
import { noop, promiseOf, type Then } from './thenable.ts'

/** Thrown by an attempt that failed, whatever the reason. */
export class Failed {
  readonly error: unknown
  readonly how: 'thrown' | 'timeout' | 'invalid' | 'async' | 'unable'
  readonly abandoned: boolean
  /** Whether it was only found to be too slow when it was over: it blocked the thread. */
  readonly blocked: boolean
  readonly issues: ErrorDetails['issues']
  /** Whether it came of a run that goes no further, so that nothing is tried again. */
  readonly final: boolean
  constructor(
    error: unknown,
    how: Failed['how'] = 'thrown',
    more: Partial<Pick<Failed, 'abandoned' | 'blocked' | 'issues' | 'final'>> = {},
  ) {
    this.error = error
    this.how = how
    this.abandoned = more.abandoned ?? false
    this.blocked = more.blocked ?? false
    this.issues = more.issues
    this.final = more.final ?? false
  }
}

/** What a plain step threw, as the failure that it is. */
export function failedBy(error: unknown): Failed {
  return isA(error, Failed) ? error : new Failed(error)
}

/**
 * What a run may wait for.
 * @throws Failed in a sync run, which waits for nothing
 */
export function awaitable(run: RunRecord, value: unknown, then: Then): Promise<unknown> {
  const promise = promiseOf(value, then)
  if (!run.sync) return promise
  promise.then(noop, noop)
  throw new Failed(new TypeError('it returned a promise in a synchronous run; use run() instead of runSync()'), 'async')
}
