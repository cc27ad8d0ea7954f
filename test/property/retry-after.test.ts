import { describe, expect, test } from 'vitest'
import { delayAfter } from '../../src/run/backoff.ts'
import { policyOf } from '../support/policy.ts'
import fc from '../support/property.ts'

const policies = fc
  .record({
    backoff: fc.constantFrom('constant', 'linear', 'exponential'),
    jitter: fc.constantFrom('none', 'full', 'half', 'decorrelated'),
    initialDelay: fc.nat(10_000),
  })
  .map((policy) => policyOf(policy))

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
