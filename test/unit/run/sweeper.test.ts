import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { never } from '../../support/steps.ts'
import { type Loose, untyped } from '../../support/untyped.ts'
import { VirtualClock } from '../../support/virtual-clock.ts'

const orders = untyped('orders', { logger: null })

function waiting(timeout: number): Loose {
  return orders.next(never, { out: 'x', timeout })
}

/** When a run failed, on the platform's clock, and with what. */
async function ended(run: Promise<unknown>): Promise<{ readonly at: number; readonly code: string }> {
  try {
    await run
  } catch (error) {
    return { at: performance.now(), code: (error as { code: string }).code }
  }
  throw new Error('expected a failure')
}

describe('on the platform’s clock', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })

  afterEach(() => {
    vi.useRealTimers()
  })

  test.each([1, 2, 5, 10, 33, 100, 1_000, 60_000])(
    'a timeout of %d ms is never early, and late by two periods at most',
    async (timeout) => {
      const begin = performance.now()
      const end = ended(waiting(timeout).run())
      await vi.advanceTimersByTimeAsync(timeout * 2 + 50)
      const { at, code } = await end
      expect(code).toBe('SC_TIMEOUT')
      expect(at - begin).toBeGreaterThanOrEqual(timeout)
      expect(at - begin).toBeLessThanOrEqual(timeout + 2 * Math.min(10, Math.max(1, timeout / 4)))
      expect(vi.getTimerCount()).toBe(0)
    },
  )

  test('row 13: a timeout beyond 2^31 - 1 ms is none that fires at once', async () => {
    const controller = new AbortController()
    const end = ended(waiting(2 ** 40).run({}, { signal: controller.signal }))
    await vi.advanceTimersByTimeAsync(1_000)
    controller.abort()
    expect(await end).toMatchObject({ code: 'SC_CANCELLED' })
    expect(vi.getTimerCount()).toBe(0)
  })

  test('one timer serves any number of runs', async () => {
    const ends = Array.from({ length: 100 }, (_, index) => ended(waiting(100 + index).run()))
    await vi.advanceTimersByTimeAsync(50)
    expect(vi.getTimerCount()).toBe(1)
    await vi.advanceTimersByTimeAsync(200)
    for (const [index, { at }] of (await Promise.all(ends)).entries()) expect(at).toBeGreaterThanOrEqual(100 + index)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('a short timeout among long ones is in time', async () => {
    const long = ended(waiting(10_000).run())
    await vi.advanceTimersByTimeAsync(55)
    const begin = performance.now()
    const short = ended(waiting(4).run())
    await vi.advanceTimersByTimeAsync(20)
    const { at } = await short
    expect(at - begin).toBeGreaterThanOrEqual(4)
    expect(at - begin).toBeLessThanOrEqual(6)
    await vi.advanceTimersByTimeAsync(11_000)
    expect((await long).at).toBeLessThanOrEqual(10_020)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('no timer is left when a run ends before its timeout', async () => {
    const chain = orders.next(() => Promise.resolve(1), { out: 'x', timeout: 5_000 }).next(never, { out: 'y' })
    const controller = new AbortController()
    const end = ended(chain.run({}, { signal: controller.signal }))
    await vi.advanceTimersByTimeAsync(100)
    controller.abort()
    expect((await end).code).toBe('SC_CANCELLED')
    expect(vi.getTimerCount()).toBe(0)
    expect(await orders.next(() => Promise.resolve(1), { out: 'x', timeout: 5_000 }).run()).toEqual({ x: 1 })
    expect(vi.getTimerCount()).toBe(0)
  })

  test('each step has its own time', async () => {
    const slow = (): Promise<void> => new Promise((resolve) => void setTimeout(resolve, 60))
    let chain: Loose = orders
    for (let index = 0; index < 10; index++) chain = chain.tap(slow, { timeout: 100 })
    const run = chain.run()
    await vi.advanceTimersByTimeAsync(700)
    expect(await run).toEqual({})
    expect(vi.getTimerCount()).toBe(0)
  })

  test('each attempt has its own time', async () => {
    const begin = performance.now()
    const chain = orders.next(never, { out: 'x', timeout: 50, retry: { retries: 2, initialDelay: 0 } })
    const end = ended(chain.run())
    await vi.advanceTimersByTimeAsync(300)
    const { at, code } = await end
    expect(code).toBe('SC_TIMEOUT')
    expect(at - begin).toBeGreaterThanOrEqual(150)
    expect(at - begin).toBeLessThanOrEqual(210)
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('between fake and real timers', () => {
  test('row 145: a timer of one kind is not waited for in the other', async () => {
    const controller = new AbortController()
    const real = ended(waiting(60_000).run({}, { signal: controller.signal }))
    vi.useFakeTimers()
    try {
      const begin = performance.now()
      const fake = ended(waiting(100).run())
      await vi.advanceTimersByTimeAsync(150)
      expect((await fake).at - begin).toBeLessThanOrEqual(120)
      controller.abort()
      expect((await real).code).toBe('SC_CANCELLED')
      expect(vi.getTimerCount()).toBe(0)
    } finally {
      vi.useRealTimers()
    }
  })
})

describe('rows 86, 87: the process', () => {
  const held = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length

  test('is held while a run waits, and never by one that is over', async () => {
    const before = held()
    let finish: (value: number) => void = () => {}
    const step = (): Promise<number> => new Promise((resolve) => (finish = resolve))
    const run = orders.next(step, { out: 'x', timeout: 60_000 }).run()
    expect(held()).toBe(before + 1)
    finish(5)
    expect(await run).toEqual({ x: 5 })
    expect(held()).toBe(before)
  })
})

describe('on a clock that was passed in', () => {
  test('row 13: a timeout beyond 2^31 - 1 ms is up at its moment', async () => {
    const clock = new VirtualClock()
    const end = ended(waiting(2 ** 31 + 5).run({}, { clock }))
    await clock.advance(2 ** 31 + 4)
    expect(clock.pending).toBe(1)
    await clock.advance(1)
    expect((await end).code).toBe('SC_TIMEOUT')
    expect(clock.pending).toBe(0)
  })

  test('time is up at the very moment', async () => {
    const clock = new VirtualClock()
    const ends = [7, 3, 100, 3, 55.5].map((timeout) =>
      waiting(timeout)
        .run({}, { clock })
        .catch(() => clock.now() - 1_000),
    )
    await clock.advance(1_000)
    expect(await Promise.all(ends)).toEqual([7, 3, 100, 3, 55.5])
    expect(clock.pending).toBe(0)
  })

  test('two clocks know nothing of each other', async () => {
    const [left, right] = [new VirtualClock(), new VirtualClock()]
    let over = false
    const slow = waiting(10)
      .run({}, { clock: left })
      .catch(() => (over = true))
    const fast = waiting(10)
      .run({}, { clock: right })
      .catch(() => 'over')
    await right.advance(10)
    expect(await fast).toBe('over')
    expect([over, right.pending, left.pending]).toEqual([false, 0, 1])
    await left.advance(10)
    await slow
    expect([over, left.pending]).toEqual([true, 0])
  })

  test('a timer that comes although it was taken back ends nothing', async () => {
    const clock = Object.assign(new VirtualClock(), { clearTimeout: () => {} })
    expect(await orders.next(async () => 1, { out: 'x', args: [], timeout: 50 }).run({}, { clock })).toEqual({ x: 1 })
    await clock.advance(50)
    expect(clock.pending).toBe(0)
    await orders.next(async () => 1, { out: 'x', args: [], timeout: 50 }).run({}, { clock })
    await clock.advance(40)
    const end = waiting(50)
      .run({}, { clock })
      .catch(() => clock.now() - 1_000)
    await clock.advance(100)
    expect(await end).toBe(140)
  })
})
