import { getEventListeners } from 'node:events'
import { chain } from 'stepchain'
import { describe, expect, test } from 'vitest'
import { promised } from '../../support/promises.ts'
import { deferred, flaky, wait } from '../../support/steps.ts'
import { VirtualClock } from '../../support/virtual-clock.ts'

/** A signal that counts what is done with it. */
function counted(signal: AbortSignal): { added: () => number; removed: () => number } {
  let added = 0
  let removed = 0
  const { addEventListener, removeEventListener } = signal
  Object.assign(signal, {
    addEventListener: (...given: Parameters<typeof addEventListener>) => (
      added++,
      addEventListener.apply(signal, given)
    ),
    removeEventListener: (...given: Parameters<typeof removeEventListener>) => (
      removed++,
      removeEventListener.apply(signal, given)
    ),
  })
  return { added: () => added, removed: () => removed }
}

describe('the caller’s signal', () => {
  promised('is listened to once a run, from its first wait to its end', async (given) => {
    const { signal } = given.controller
    const count = counted(signal)
    const gate = deferred()
    const definition = chain('c')
      .next(async () => 1, { out: 'a' })
      .next(() => wait(given.clock, 10), { name: 'b', args: [], retry: 1, timeout: 100 })
      .next(() => gate.promise, { out: 'd', args: [], validate: async () => true })
    const running = given.run(definition)
    await given.clock.advance(20)
    expect(getEventListeners(signal, 'abort')).toHaveLength(1)
    gate.resolve(1)
    await running

    expect([count.added(), count.removed()]).toEqual([1, 1])
  })

  promised('is not listened to by a run that never waits', async (given) => {
    const count = counted(given.controller.signal)
    await given.run(chain('c').next(() => 1, { out: 'a', args: [] }))
    given.runSync(chain('c').next(flaky(1, 1), { out: 'a', args: [], retry: 1 }))

    expect(count.added()).toBe(0)
  })

  promised('is asked itself: an event alone ends nothing', async (given) => {
    const gate = deferred()
    const running = given.run(chain('c').next(() => gate.promise, { out: 'a', args: [] }))
    await given.clock.advance(1)
    given.controller.signal.dispatchEvent(new Event('abort'))
    await given.clock.advance(1)
    gate.resolve(1)

    expect(await running).toEqual({ ok: true, context: { a: 1 } })
  })

  promised('is seen before a wait, even where the deadline function aborts it', async (given) => {
    const retry = { retries: 1, initialDelay: 200, jitter: 'none' } as const
    for (const call of [1, 2, 3, 4]) {
      const controller = new AbortController()
      let asked = 0
      const deadline = (): number => {
        if (++asked === call) controller.abort('left')
        return 1_000
      }
      const outcomes: unknown[] = []
      const definition = chain('c').next(flaky(1, 1), { out: 'a', args: [], retry })
      const running = given.run(definition, {}, { deadline, signal: controller.signal })
      void running.then((outcome) => outcomes.push(outcome))
      await given.clock.advance(0)

      expect(outcomes).toMatchObject([{ ok: false, error: { code: 'SC_CANCELLED', cause: 'left' } }])
    }
  })

  test('may be of another realm or library: it needs `aborted` and two methods', async () => {
    const listeners = new Set<() => void>()
    const signal = {
      aborted: false,
      reason: 'foreign',
      addEventListener: (_type: string, listener: () => void) => void listeners.add(listener),
      removeEventListener: (_type: string, listener: () => void) => void listeners.delete(listener),
    }
    const running = chain('c')
      .next(() => new Promise(() => {}), { out: 'a', args: [] })
      .safeRun({}, { signal: signal as never, logger: null })
    signal.aborted = true
    for (const listener of listeners) listener()

    expect(await running).toMatchObject({ ok: false, error: { code: 'SC_CANCELLED', cause: 'foreign' } })
    expect(listeners.size).toBe(0)
  })
})

describe('timers', () => {
  promised('are none for steps that wait for nothing long', async (given) => {
    const definition = chain('c').next(() => 1, { out: 'a', args: [], timeout: 100, retry: 3 })
    let most = 0
    const set = given.clock.setTimeout
    Object.assign(given.clock, { setTimeout: (callback: () => void, ms: number) => (most++, set(callback, ms)) })
    await given.run(definition, {}, { timeout: 1_000 })

    expect(most).toBe(0)
  })

  test('are one, however many runs have limits', async () => {
    const clock = new VirtualClock()
    const definition = chain('c').next(() => wait(clock, 55), { name: 'a', args: [], timeout: 100 })
    const runs = Array.from({ length: 100 }, () => definition.run({}, { clock, logger: null, timeout: 1_000 }))
    // One for each step itself, one for all limits.
    expect(clock.pending).toBe(101)
    await clock.advance(60)
    await Promise.all(runs)

    expect(clock.pending).toBe(0)
  })

  test('of two clocks have nothing to do with each other', async () => {
    const [first, second] = [new VirtualClock(), new VirtualClock()]
    const definition = chain('c').next(() => new Promise(() => {}), { out: 'a', args: [], timeout: 50 })
    let over = ''
    const one = definition.safeRun({}, { clock: first, logger: null }).then(() => (over += 'first '))
    const two = definition.safeRun({}, { clock: second, logger: null }).then(() => (over += 'second '))
    await second.advance(100)
    await two
    expect(over).toBe('second ')
    await first.advance(100)
    await one

    expect([first.pending, second.pending]).toEqual([0, 0])
  })
})
