import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { systemClock } from '../../../src/run/clock.ts'
import { thrownBy, untyped } from '../../support/untyped.ts'

const LONGEST = 2 ** 31 - 1

describe('the platform’s clock', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: Date.UTC(2026, 0, 1) })
  })

  afterEach(() => {
    vi.useRealTimers()
    vi.restoreAllMocks()
  })

  test('has a monotonic time and one of the wall', () => {
    const begin = systemClock.now()
    vi.advanceTimersByTime(250)
    expect(systemClock.now() - begin).toBe(250)
    expect(systemClock.wall()).toBe(Date.UTC(2026, 0, 1) + 250)
    vi.setSystemTime(0)
    expect(systemClock.now() - begin).toBe(250)
    expect(systemClock.wall()).toBe(0)
  })

  test.each([0, 1, 250, LONGEST, LONGEST + 1, 2 ** 32, 2 ** 40])(
    'row 13: a timer of %d ms fires once, then and not before',
    (ms) => {
      let fired = 0
      systemClock.setTimeout(() => fired++, ms)
      if (ms > 0) vi.advanceTimersByTime(ms - 1)
      expect(fired).toBe(0)
      vi.advanceTimersByTime(1)
      expect(fired).toBe(1)
      vi.advanceTimersByTime(2 ** 33)
      expect(fired).toBe(1)
      expect(vi.getTimerCount()).toBe(0)
    },
  )

  test('never fires early, even where the platform does', () => {
    const begin = performance.now()
    // Node cuts off fractions, and its timers come up to a millisecond before `performance.now()` says so.
    const early = globalThis.setTimeout
    vi.spyOn(globalThis, 'setTimeout').mockImplementation(((callback: () => void, ms: number) =>
      early(callback, Math.max(1, Math.trunc(ms) - 1))) as typeof setTimeout)
    let at = 0
    systemClock.setTimeout(() => (at = performance.now()), 20.7)
    vi.advanceTimersByTime(100)
    expect(at - begin).toBeGreaterThanOrEqual(20.7)
    expect(at - begin).toBeLessThanOrEqual(23)
  })

  test('a timer of Infinity never fires', () => {
    let fired = 0
    const timer = systemClock.setTimeout(() => fired++, Infinity)
    vi.advanceTimersByTime(2 ** 40)
    expect([fired, vi.getTimerCount()]).toEqual([0, 1])
    systemClock.clearTimeout(timer)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('a timer can be taken back, in each of its parts', () => {
    let fired = 0
    for (const passed of [0, 10, LONGEST + 10]) {
      const timer = systemClock.setTimeout(() => fired++, 2 ** 32)
      vi.advanceTimersByTime(passed)
      systemClock.clearTimeout(timer)
      expect(vi.getTimerCount()).toBe(0)
    }
    vi.advanceTimersByTime(2 ** 33)
    expect(fired).toBe(0)
  })

  test('taking back what has fired, or nothing, does nothing', () => {
    const timer = systemClock.setTimeout(() => {}, 1)
    vi.advanceTimersByTime(1)
    expect(() => systemClock.clearTimeout(timer)).not.toThrow()
    expect(() => systemClock.clearTimeout(undefined)).not.toThrow()
  })

  test('blocks by Atomics.wait', () => {
    const wait = vi.spyOn(Atomics, 'wait').mockReturnValue('timed-out')
    systemClock.sleepSync(125)
    expect(wait.mock.calls.map((given) => given.slice(1))).toEqual([[0, 0, 125]])
  })

  test('where the platform forbids that, a synchronous backoff is SC_SYNC_SLEEP, and no busy loop', () => {
    vi.spyOn(Atomics, 'wait').mockImplementation(() => {
      throw new TypeError('Atomics.wait cannot be called in this context')
    })
    let calls = 0
    const chain = untyped('orders', { logger: null }).tap(
      () => {
        calls++
        throw new Error('down')
      },
      { name: 'load', retry: { retries: 3, initialDelay: 50, jitter: 'none' } },
    )
    const error = thrownBy(() => chain.runSync())
    expect([error.code, error.step, calls]).toEqual(['SC_SYNC_SLEEP', 'load', 1])
    expect(error.message).toContain('use run()')
    expect((error.cause as Error).cause).toBeInstanceOf(TypeError)
  })
})
