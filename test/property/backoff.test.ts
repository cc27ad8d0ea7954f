import { describe, expect, test } from 'vitest'
import type { Policy } from '../../src/compile/policy.ts'
import { backoff, delayAfter } from '../../src/run/backoff.ts'
import { policyOf } from '../support/policy.ts'
import fc from '../support/property.ts'
import { seeded } from '../support/random.ts'
import { Tally } from '../support/tally.ts'
import { untyped } from '../support/untyped.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

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

/** Between what a wait is drawn, before the longest cuts it. */
function spreadOf(policy: Policy, attempt: number, previous: number): readonly [number, number] {
  const full = backoff(policy, attempt)
  const first = policy.initialDelay
  if (policy.jitter === 'decorrelated') return [first, Math.max(first, 3 * (previous === 0 ? first : previous))]
  return [{ none: full, full: 0, half: full / 2 }[policy.jitter], full]
}

/** The mean of a number drawn from a range and cut at its longest. */
function cappedMean(least: number, most: number, longest: number): number {
  if (most <= longest) return (least + most) / 2
  const below = (longest ** 2 - least ** 2) / 2
  return (below + longest * (most - longest)) / (most - least)
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
          const [least, most] = spreadOf(policy, attempt, previous)
          expect(wait).toBeGreaterThanOrEqual(least)
          expect(wait).toBeLessThanOrEqual(Math.min(policy.maxDelay, most * (1 + 1e-12)))
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

  test('has the mean of its kind, whatever the policy', () => {
    // Equally spaced draws, so that a mean is exact to half of the space between two of them.
    const draws = 500
    // Whole numbers: the square of a very small one would be 0.
    const whole = fc
      .record({
        backoff: fc.constantFrom(...SHAPES),
        jitter: fc.constantFrom(...JITTERS),
        initialDelay: fc.nat(10_000),
        room: fc.oneof(fc.constant(Infinity), fc.nat(1_000_000)),
      })
      .map(({ room, ...policy }) => policyOf({ ...policy, maxDelay: policy.initialDelay + room }))
    fc.assert(
      fc.property(whole, fc.integer({ min: 1, max: 20 }), fc.nat(1_000_000), (policy, attempt, previous) => {
        let sum = 0
        for (let index = 0; index < draws; index++)
          sum += delay(policy, attempt, { random: () => (index + 0.5) / draws, previous })
        const [least, most] = spreadOf(policy, attempt, previous)
        const off = Math.abs(sum / draws - cappedMean(least, most, policy.maxDelay))
        expect(off).toBeLessThanOrEqual(((most - least) / draws + most * 1e-9) / 2)
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

describe('a whole run', () => {
  /** The waits of a run that fails as often as it can. */
  async function waits(retry: object, seed: number, sync: boolean): Promise<unknown[]> {
    const clock = new VirtualClock()
    const tally = new Tally()
    const fail = (): never => {
      throw new Error('down')
    }
    const definition = untyped('orders').next(fail, { out: 'x', args: [], retry })
    const options = { clock, random: seeded(seed), logger: null, hooks: tally.hooks }
    if (sync) expect(() => definition.runSync({}, options)).toThrow('down')
    else await Promise.all([expect(definition.run({}, options)).rejects.toThrow('down'), clock.advance(1e12)])
    const told = tally.of('onRetry').map(({ delay: wait }) => wait)
    if (sync) expect(clock.slept).toEqual(told.filter((wait) => wait !== 0))
    return told
  }

  test('waits the same under the same seed, synchronous or not', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          retries: fc.nat(6),
          backoff: fc.constantFrom(...SHAPES),
          jitter: fc.constantFrom(...JITTERS),
          initialDelay: fc.nat(5_000),
          factor: fc.double({ min: 1, max: 5, noNaN: true }),
        }),
        fc.integer(),
        async (retry, seed) => {
          const first = await waits(retry, seed, false)
          expect(first).toHaveLength(retry.retries)
          expect(await waits(retry, seed, false)).toEqual(first)
          expect(await waits(retry, seed, true)).toEqual(first)
        },
      ),
    )
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
