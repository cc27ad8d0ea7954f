import { describe, expect, test } from 'vitest'
import { backoff, delayAfter, jitter } from '../../../src/run/backoff.ts'
import { policyOf } from '../../support/policy.ts'
import { seeded } from '../../support/random.ts'
import { thrownBy, untyped } from '../../support/untyped.ts'
import { VirtualClock } from '../../support/virtual-clock.ts'

const down = (): never => {
  throw new Error('down')
}

/** What a synchronous run waits between its attempts. */
function waits(retry: object, options: object = {}, fn: unknown = down): readonly number[] {
  const clock = new VirtualClock()
  thrownBy(() =>
    untyped('orders', { logger: null })
      .next(fn, { out: 'x', retry })
      .runSync({}, { clock, ...options }),
  )
  return clock.slept
}

describe('waits without jitter', () => {
  test.each([
    ['row 70: exponential by default', {}, [100, 200, 400, 800, 1_600]],
    ['row 70: from the first delay', { initialDelay: 7 }, [7, 14, 28, 56, 112]],
    ['exponential by another factor', { initialDelay: 10, factor: 3 }, [10, 30, 90, 270, 810]],
    ['exponential by 1', { initialDelay: 10, factor: 1 }, [10, 10, 10, 10, 10]],
    ['exponential up to the longest', { initialDelay: 10, maxDelay: 50 }, [10, 20, 40, 50, 50]],
    ['constant', { backoff: 'constant', initialDelay: 25 }, [25, 25, 25, 25, 25]],
    ['linear', { backoff: 'linear', initialDelay: 25 }, [25, 50, 75, 100, 125]],
    ['linear up to the longest', { backoff: 'linear', initialDelay: 25, maxDelay: 60 }, [25, 50, 60, 60, 60]],
    ['the longest by default', { initialDelay: 10_000 }, [10_000, 20_000, 30_000, 30_000, 30_000]],
    ['a first delay beyond that', { initialDelay: 40_000 }, [40_000, 40_000, 40_000, 40_000, 40_000]],
  ])('row 71: %s', (_, policy, expected) => {
    expect(waits({ retries: 5, jitter: 'none', ...policy })).toEqual(expected)
  })

  test('row 71: are the same in an asynchronous run', async () => {
    const clock = new VirtualClock()
    const seen: number[] = []
    const chain = untyped('orders', { logger: null }).next(
      () => {
        seen.push(clock.now())
        return Promise.reject(new Error('down'))
      },
      { out: 'x', retry: { retries: 4, jitter: 'none' } },
    )
    const run = chain.run({}, { clock }).catch(() => {})
    await clock.advance(10_000)
    await run
    expect(seen.map((at) => at - 1_000)).toEqual([0, 100, 300, 700, 1_500])
  })

  test('of nothing are no waits at all, however many there are', () => {
    expect(waits({ retries: 3, initialDelay: 0 })).toEqual([])
    for (const attempt of [1, 2, 1_024, 1_025, 1_000_000])
      for (const shape of ['constant', 'linear', 'exponential'])
        expect(backoff(policyOf({ backoff: shape, initialDelay: 0 }), attempt)).toBe(0)
  })

  test('never overflow', () => {
    expect(backoff(policyOf({ initialDelay: 1, factor: 1e300 }), 1_000)).toBe(30_000)
    expect(backoff(policyOf({ initialDelay: 1, maxDelay: Infinity }), 2_000)).toBeGreaterThan(1e300)
    for (const kind of ['full', 'half', 'decorrelated']) {
      const failure = { attempt: 2_000, error: new Error('down'), random: () => 0, previous: 0, wall: () => 0 }
      expect(
        delayAfter(policyOf({ maxDelay: Infinity, initialDelay: 10, jitter: kind }), failure),
      ).toBeGreaterThanOrEqual(0)
      expect(
        delayAfter(policyOf({ maxDelay: Infinity, backoff: () => Infinity, jitter: kind }), failure),
      ).toBeGreaterThanOrEqual(0)
    }
  })
})

describe('a function', () => {
  test('gives the wait, from the number of the attempt that failed and its error', () => {
    const seen: unknown[] = []
    const own = (attempt: number, error: Error): number => {
      seen.push([attempt, error.message])
      return attempt * attempt
    }
    expect(waits({ retries: 3, backoff: own })).toEqual([1, 4, 9])
    expect(seen).toEqual([
      [1, 'down'],
      [2, 'down'],
      [3, 'down'],
    ])
  })

  test('has no jitter unless that is asked for', () => {
    expect(waits({ retries: 2, backoff: () => 100 }, { random: () => 0.5 })).toEqual([100, 100])
    expect(waits({ retries: 2, backoff: () => 100, jitter: 'full' }, { random: () => 0.5 })).toEqual([50, 50])
    expect(waits({ retries: 2, backoff: () => 100, jitter: 'half' }, { random: () => 0.5 })).toEqual([75, 75])
  })

  test('row 14: that gives no number is an error of its own', () => {
    for (const given of [Number.NaN, '5', undefined, null, {}, Promise.resolve(5)]) {
      const failure = { attempt: 1, error: new Error('down'), random: () => 0.5, previous: 0, wall: () => 0 }
      expect(() => delayAfter(policyOf({ backoff: () => given }), failure)).toThrow(TypeError)
    }
  })
})

describe('jitter', () => {
  test.each([
    ['none', 0.25, 100],
    ['full', 0.25, 25],
    ['full', 0, 0],
    ['half', 0.25, 62.5],
    ['half', 0, 50],
    ['decorrelated', 0, 100],
    ['decorrelated', 0.25, 150],
  ])('%s of 100 ms by %d is %d', (kind, chance, expected) => {
    const policy = policyOf({ initialDelay: 100, jitter: kind })
    expect(jitter(policy, 100, { random: () => chance, previous: 0 })).toBe(expected)
  })

  test('is full by default', () => {
    expect(waits({ retries: 3 }, { random: () => 0.5 })).toEqual([50, 100, 200])
  })

  test('decorrelated grows from the wait before, up to the longest', () => {
    const policy = { retries: 5, initialDelay: 100, jitter: 'decorrelated', maxDelay: 2_000 }
    expect(waits(policy, { random: () => 0.999_999_999 }).map(Math.round)).toEqual([300, 900, 2_000, 2_000, 2_000])
    expect(waits(policy, { random: () => 0 })).toEqual([100, 100, 100, 100, 100])
    expect(waits(policy, { random: () => 0.5 })).toEqual([200, 350, 575, 912.5, 1_418.75])
  })

  test('of a seeded run can be repeated', () => {
    const policy = { retries: 8, jitter: 'full' }
    const first = waits(policy, { random: seeded(42) })
    expect(waits(policy, { random: seeded(42) })).toEqual(first)
    expect(waits(policy, { random: seeded(43) })).not.toEqual(first)
  })
})

describe('row 81: what an error asks for', () => {
  const busy = (retryAfter: unknown) => (): never => {
    throw Object.assign(new Error('busy'), { retryAfter })
  }

  test('is waited, exactly, whatever the policy says', () => {
    const policy = { retries: 2, initialDelay: 10, maxDelay: 20, jitter: 'full' }
    expect(waits(policy, {}, busy(5_000))).toEqual([5_000, 5_000])
    expect(waits(policy, {}, busy('5'))).toEqual([5_000, 5_000])
    expect(waits({ ...policy, backoff: () => 1 }, {}, busy(7))).toEqual([7, 7])
  })

  test('garbage leaves it to the policy', () => {
    for (const garbage of [-1, 'soon', Number.NaN, {}, null])
      expect(waits({ retries: 2, initialDelay: 10, jitter: 'none' }, {}, busy(garbage))).toEqual([10, 20])
  })

  test('as a date is read by the wall clock', () => {
    const clock = new VirtualClock()
    const until = new Date(clock.wall() + 1_500)
    expect(waits({ retries: 1 }, {}, busy(until))).toEqual([1_500])
  })
})
