import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import fc from '../support/property.ts'
import { untyped } from '../support/untyped.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

const orders = untyped('orders', { logger: null })

interface Plan {
  /** When the run begins. */
  readonly start: number
  readonly timeout: number
  /** How long its step takes; Infinity for ever. */
  readonly takes: number
}

const plans = fc.array(
  fc.record({
    start: fc.nat(300),
    timeout: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 500 })),
    takes: fc.oneof(fc.constant(Infinity), fc.integer({ min: 1, max: 600 })),
  }),
  { minLength: 1, maxLength: 12 },
)

interface Ended {
  readonly plan: Plan
  readonly took: number
  readonly ok: boolean
}

/** Runs what is planned; `later` is how a plan waits, `now` what time it is. */
function begin(
  given: readonly Plan[],
  { now, later, options }: { now: () => number; later: (act: () => void, ms: number) => void; options: object },
): Ended[] {
  const ended: Ended[] = []
  for (const plan of given) {
    const step = (): Promise<number> =>
      new Promise((resolve) => {
        if (plan.takes !== Infinity) later(() => resolve(1), plan.takes)
      })
    const chain = orders.next(step, { out: 'x', timeout: plan.timeout })
    later(() => {
      const from = now()
      const keep = (ok: boolean) => (): void => void ended.push({ plan, took: now() - from, ok })
      void chain.run({}, options).then(keep(true), keep(false))
    }, plan.start)
  }
  return ended
}

describe('timeouts', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })

  afterEach(() => {
    vi.useRealTimers()
  })

  test('on the platform’s clock are never early, two periods late at most, and leave no timer', async () => {
    await fc.assert(
      fc.asyncProperty(plans, async (given) => {
        const later = (act: () => void, ms: number): void => void setTimeout(act, ms)
        const ended = begin(given, { now: () => performance.now(), later, options: {} })
        await vi.advanceTimersByTimeAsync(1_500)
        expect(ended).toHaveLength(given.length)
        for (const { plan, took, ok } of ended) {
          if (ok) expect(took).toBe(plan.takes)
          else expect(took).toBeGreaterThanOrEqual(plan.timeout)
          expect(took).toBeLessThanOrEqual(plan.timeout + 20)
          if (plan.takes < plan.timeout) expect(ok).toBe(true)
          if (plan.takes > plan.timeout + 20) expect(ok).toBe(false)
        }
        expect(vi.getTimerCount()).toBe(0)
      }),
      { numRuns: 200 },
    )
  })
})

describe('on a clock that was passed in', () => {
  test('timeouts are exact, and leave no timer', async () => {
    await fc.assert(
      fc.asyncProperty(plans, async (given) => {
        const clock = new VirtualClock()
        const ended = begin(given, { now: clock.now, later: clock.setTimeout, options: { clock } })
        await clock.advance(1_500)
        expect(ended).toHaveLength(given.length)
        for (const { plan, took, ok } of ended) {
          expect(took).toBe(Math.min(plan.takes, plan.timeout))
          if (plan.takes !== plan.timeout) expect(ok).toBe(plan.takes < plan.timeout)
        }
        expect(clock.pending).toBe(0)
      }),
      { numRuns: 50 },
    )
  })
})
