import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Policy } from '../../src/compile/policy.ts'
import { backoff, delayAfter } from '../../src/run/backoff.ts'
import { policyOf } from '../support/policy.ts'
import { seeded } from '../support/random.ts'

const SHAPES = ['constant', 'linear', 'exponential'] as const
const JITTERS = ['none', 'full', 'half', 'decorrelated'] as const

const policies = fc
  .record({
    backoff: fc.constantFrom(...SHAPES),
    jitter: fc.constantFrom(...JITTERS),
    initialDelay: fc.oneof(fc.constant(0), fc.double({ min: 0.001, max: 10_000, noNaN: true })),
    factor: fc.double({ min: 1, max: 10, noNaN: true }),
    room: fc.oneof(fc.constant(Infinity), fc.double({ min: 0, max: 1e6, noNaN: true })),
  })
  .map(({ room, ...policy }) => policyOf({ ...policy, maxDelay: policy.initialDelay + room }))

const attempts = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 1_000_000 }))
const chances = fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }))

function delay(policy: Policy, attempt: number, spread: { random: () => number; previous: number }): number {
  return delayAfter(policy, { attempt, error: new Error('down'), wall: () => 0, ...spread })
}

/** The wait before jitter, grown one attempt at a time: no power, no product by the number of the attempt. */
function grown({ backoff: shape, initialDelay, factor, maxDelay }: Policy, attempt: number): number {
  let wait = initialDelay
  for (let index = 1; index < attempt && wait < maxDelay && wait > 0; index++) {
    if (shape === 'constant') return wait
    const next = shape === 'linear' ? wait + initialDelay : wait * factor
    // A factor of 1 goes nowhere.
    if (next === wait) return wait
    wait = next
  }
  return wait < maxDelay ? wait : maxDelay
}

/** The mean of many draws of the first wait. */
function mean(retry: object, attempt: number, previous: number): number {
  const policy = policyOf(retry)
  const random = seeded(7)
  const draws = 20_000
  let sum = 0
  for (let index = 0; index < draws; index++) sum += delay(policy, attempt, { random, previous })
  return sum / draws
}

describe('backoff', () => {
  test('is what growing step by step gives', () => {
    fc.assert(
      fc.property(policies, fc.integer({ min: 1, max: 60 }), (policy, attempt) => {
        const expected = grown(policy, attempt)
        if (expected === Infinity) expect(backoff(policy, attempt)).toBeGreaterThan(1e300)
        else expect(Math.abs(backoff(policy, attempt) - expected)).toBeLessThanOrEqual(expected * 1e-9)
      }),
    )
  })

  test('begins with the first delay', () => {
    fc.assert(
      fc.property(policies, (policy) => {
        expect(backoff(policy, 1)).toBe(policy.initialDelay)
      }),
    )
  })

  test('never shrinks, never passes the longest, and is never NaN', () => {
    fc.assert(
      fc.property(policies, attempts, (policy, attempt) => {
        const [wait, next] = [backoff(policy, attempt), backoff(policy, attempt + 1)]
        expect(wait).toBeGreaterThanOrEqual(policy.initialDelay)
        expect(next).toBeGreaterThanOrEqual(wait * (1 - 1e-12))
        expect(next).toBeLessThanOrEqual(policy.maxDelay)
      }),
    )
  })

  test('reaches the longest where it grows at all', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1, max: 1_000, noNaN: true }),
        fc.double({ min: 1.5, max: 9, noNaN: true }),
        (initialDelay, factor) => {
          const longest = initialDelay * 50
          for (const shape of ['linear', 'exponential'])
            expect(backoff(policyOf({ backoff: shape, initialDelay, factor, maxDelay: longest }), 51)).toBe(longest)
        },
      ),
    )
  })
})

describe('jitter', () => {
  test('keeps each kind within its bounds', () => {
    fc.assert(
      fc.property(
        policies,
        attempts,
        chances,
        fc.double({ min: 0, max: 1e6, noNaN: true }),
        (policy, attempt, chance, previous) => {
          const wait = delay(policy, attempt, { random: () => chance, previous })
          const full = backoff(policy, attempt)
          const { initialDelay, maxDelay } = policy
          const [least, most] = {
            none: [full, full],
            full: [0, full],
            half: [full / 2, full],
            decorrelated: [
              initialDelay,
              Math.min(maxDelay, Math.max(initialDelay, 3 * (previous === 0 ? initialDelay : previous))),
            ],
          }[policy.jitter] as [number, number]
          expect(wait).toBeGreaterThanOrEqual(least)
          expect(wait).toBeLessThanOrEqual(most * (1 + 1e-12))
        },
      ),
    )
  })

  test('decorrelated stays between the first delay and three times the wait before, all along a run', () => {
    fc.assert(
      fc.property(fc.integer(), fc.double({ min: 1, max: 1_000, noNaN: true }), (seed, initialDelay) => {
        const policy = policyOf({ jitter: 'decorrelated', initialDelay, maxDelay: 20_000 })
        const random = seeded(seed)
        let previous = 0
        for (let attempt = 1; attempt < 30; attempt++) {
          const wait = delay(policy, attempt, { random, previous })
          expect(wait).toBeGreaterThanOrEqual(initialDelay)
          expect(wait).toBeLessThanOrEqual(
            Math.min(20_000, 3 * (previous === 0 ? initialDelay : previous)) * (1 + 1e-12),
          )
          previous = wait
        }
      }),
    )
  })

  test('draws once, and the same draws give the same waits', () => {
    fc.assert(
      fc.property(policies, attempts, fc.integer(), (policy, attempt, seed) => {
        let draws = 0
        const random = seeded(seed)
        const counted = (): number => {
          draws++
          return random()
        }
        const wait = delay(policy, attempt, { random: counted, previous: 0 })
        expect(draws).toBe(policy.jitter === 'none' ? 0 : 1)
        expect(delay(policy, attempt, { random: seeded(seed), previous: 0 })).toBe(wait)
      }),
    )
  })

  test('grows with what is drawn', () => {
    fc.assert(
      fc.property(policies, fc.integer({ min: 1, max: 40 }), chances, chances, (policy, attempt, one, other) => {
        const [low, high] = [Math.min(one, other), Math.max(one, other)].map((chance) =>
          delay(policy, attempt, { random: () => chance, previous: 0 }),
        )
        expect(low).toBeLessThanOrEqual(high ?? Number.NaN)
      }),
    )
  })

  // 20,000 draws of a uniform number: the mean's standard error is 0.2 % of the range, so 1 % is five of them.
  test.each([
    ['full', 3, 0, 200],
    ['half', 3, 0, 300],
    ['decorrelated', 1, 0, 200],
    ['decorrelated', 5, 300, 500],
  ] as const)('%s at attempt %d, after %d ms, is %d ms in the mean', (kind, attempt, previous, expected) => {
    const found = mean({ jitter: kind, initialDelay: 100 }, attempt, previous)
    expect(Math.abs(found - expected)).toBeLessThan(expected * 0.02)
  })
})

describe('a function', () => {
  test('is kept between 0 and the longest, whatever number it gives', () => {
    fc.assert(
      fc.property(
        fc.double({ noNaN: true }),
        fc.double({ min: 0, max: 1e6, noNaN: true }),
        attempts,
        (given, maxDelay, attempt) => {
          const wait = delay(policyOf({ backoff: () => given, maxDelay }), attempt, { random: () => 0.5, previous: 0 })
          expect(wait).toBe(Math.min(maxDelay, given > 0 ? given : 0))
        },
      ),
    )
  })
})

describe('what an error asks for', () => {
  test('is a number of ms that is not negative, or nothing: never a throw', () => {
    const bare = fc.object({
      key: fc.constantFrom('retryAfter', 'headers', 'response', 'retry-after', 'get'),
      maxDepth: 3,
    })
    fc.assert(
      fc.property(fc.oneof(fc.anything(), bare), policies, (error, policy) => {
        const failure = { attempt: 1, error, random: () => 0.5, previous: 0, wall: () => 0 }
        const wait = delayAfter(policy, failure)
        expect(wait).toBeGreaterThanOrEqual(0)
        expect(wait).toBeLessThan(Infinity)
      }),
    )
  })

  test('seconds are thousands of ms', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 9_999_999_999 }), policies, (seconds, policy) => {
        const failure = {
          attempt: 1,
          error: { headers: { 'retry-after': String(seconds) } },
          random: () => 0.5,
          previous: 0,
          wall: () => 0,
        }
        expect(delayAfter(policy, failure)).toBe(seconds * 1_000)
      }),
    )
  })

  test('a date is as far away as it is', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4e9 }), fc.integer({ min: 0, max: 4e9 }), (now, then) => {
        const error = { retryAfter: new Date(then * 1_000).toUTCString() }
        const failure = { attempt: 1, error, random: () => 0.5, previous: 0, wall: () => now * 1_000 }
        expect(delayAfter(policyOf({}), failure)).toBe(Math.max(0, then - now) * 1_000)
      }),
    )
  })
})
