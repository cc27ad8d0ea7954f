import type { Backoff, ErrorClass, Jitter, RetryBudget, RetryPolicy } from '../define/retry.ts'
import type { Place } from './check.ts'

/** A retry policy with nothing left open. */
export interface Policy {
  readonly retries: number
  readonly retryIf: readonly ErrorClass[] | ((error: unknown, attempt: number) => boolean) | null
  readonly backoff: Backoff | ((attempt: number, error: unknown) => number)
  readonly initialDelay: number
  readonly factor: number
  readonly maxDelay: number
  readonly maxElapsed: number
  readonly jitter: Jitter
  readonly budget: RetryBudget | null
  readonly retryOnInvalid: boolean
}

const MOST_RETRIES = 1_000_000

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] | undefined }

const NOTHING_GIVEN: Mutable<RetryPolicy> = {
  retries: undefined,
  retryIf: undefined,
  backoff: undefined,
  initialDelay: undefined,
  factor: undefined,
  maxDelay: undefined,
  maxElapsed: undefined,
  jitter: undefined,
  budget: undefined,
  retryOnInvalid: undefined,
}

function checkRetries(place: Place, retries: unknown): asserts retries is number {
  if (
    retries === Infinity ||
    (Number.isInteger(retries) && (retries as number) >= 0 && (retries as number) <= MOST_RETRIES)
  )
    return
  place.refuse('retry.retries', retries, `a whole number from 0 to ${MOST_RETRIES}, or Infinity`)
}

/** What `instanceof` can test against; it throws for an arrow function. */
function isErrorClass(type: unknown): boolean {
  try {
    return typeof ({} instanceof (type as ErrorClass)) === 'boolean'
  } catch {
    return false
  }
}

function checkRetryIf(place: Place, retryIf: unknown): void {
  // A class that is no list would pass for a predicate: called without `new`, `TypeError` gives an object, which is true.
  const valid = Array.isArray(retryIf)
    ? retryIf.every(isErrorClass)
    : typeof retryIf === 'function' && Object.getOwnPropertyDescriptor(retryIf, 'prototype')?.writable !== false
  if (!valid) place.refuse('retry.retryIf', retryIf, 'a predicate, or an array of error classes')
}

function checkBudget(place: Place, budget: unknown): RetryBudget {
  const methods = budget as Partial<RetryBudget> | null
  if (typeof methods?.succeeded !== 'function' || typeof methods.failed !== 'function')
    place.refuse('retry.budget', budget, 'a budget, such as retryBudget() makes')
  return budget as RetryBudget
}

/** The policy of a plain number of retries. */
const USUAL: Policy = {
  retries: 0,
  retryIf: null,
  backoff: 'exponential',
  initialDelay: 100,
  factor: 2,
  maxDelay: 30_000,
  maxElapsed: Infinity,
  jitter: 'full',
  budget: null,
  retryOnInvalid: false,
}

const usualPolicies = new Map<number, Policy>()

/** The policy of so many retries: those of few are made once. */
function usual(retries: number): Policy {
  let policy = usualPolicies.get(retries)
  if (policy === undefined) {
    policy = { ...USUAL, retries }
    if (retries <= 16) usualPolicies.set(retries, policy)
  }
  return policy
}

/**
 * Compiles `retry`: a number of retries, or a policy.
 * @throws DefinitionError that names the option and its value
 */
export function compilePolicy(retry: unknown, place: Place): Policy {
  if (typeof retry !== 'object' || retry === null) {
    checkRetries(place, retry)
    return usual(retry)
  }
  const given = place.options('retry', retry, NOTHING_GIVEN)
  const {
    retries,
    retryIf,
    backoff = 'exponential',
    // A longest wait that is shorter than the default first one stands for both.
    initialDelay = typeof given.maxDelay === 'number' && given.maxDelay >= 0 ? Math.min(given.maxDelay, 100) : 100,
    factor = 2,
    maxElapsed = Infinity,
    budget,
    retryOnInvalid = false,
  } = given
  const custom = typeof backoff === 'function'
  const { maxDelay = Math.max(30_000, initialDelay), jitter = custom ? 'none' : 'full' } = given
  checkRetries(place, retries)
  if (retryIf !== undefined) checkRetryIf(place, retryIf)
  if (!custom) place.oneOf('retry.backoff', backoff, ['constant', 'linear', 'exponential'])
  place.number('retry.initialDelay', initialDelay, [0])
  place.number('retry.factor', factor, [1])
  place.number('retry.maxDelay', maxDelay, [custom ? 0 : initialDelay, Infinity])
  place.number('retry.maxElapsed', maxElapsed, [0, Infinity])
  place.oneOf('retry.jitter', jitter, ['full', 'half', 'decorrelated', 'none'])
  place.boolean('retry.retryOnInvalid', retryOnInvalid)
  return {
    retries,
    // A list is copied: what a caller does to it later is not a change of the chain.
    retryIf: typeof retryIf === 'function' ? retryIf : retryIf === undefined ? null : [...retryIf],
    backoff,
    initialDelay,
    factor,
    // A chance of 0 of an infinite wait would be NaN.
    maxDelay: Math.min(maxDelay, Number.MAX_VALUE),
    maxElapsed,
    jitter,
    budget: budget === undefined ? null : checkBudget(place, budget),
    retryOnInvalid,
  }
}
