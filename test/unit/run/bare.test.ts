import { chain, type StepHandle } from 'stepchain'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { failureOf } from '../../support/outcome.ts'
import { deferred, flaky, never } from '../../support/steps.ts'
import { type Loose, untyped } from '../../support/untyped.ts'

// On the platform's clock, with nothing around: from one promise to the next these runs take the shortest way there is.
const bare = untyped('c', { logger: null }).next(async () => 'first', { out: 'a' })

describe('a run with nothing around it', () => {
  const foreign = { then: (resolve: (value: number) => void) => resolve(5) }
  const callable = Object.assign(() => {}, { then: (resolve: (value: number) => void) => resolve(6) })
  test.each<[title: string, value: unknown, output: unknown]>([
    ['undefined', undefined, undefined],
    ['null', null, null],
    ['a number', 0, 0],
    ['a text', 'text', 'text'],
    ['an object', foreign.then, foreign.then],
    ['an object with a then that is no function', { then: 5 }, { then: 5 }],
    ['a promise', Promise.resolve(7), 7],
    ['a thenable', foreign, 5],
    ['a thenable function', callable, 6],
  ])('takes %s from a step behind a promise', async (_, value, output) => {
    const definition = bare.next(() => value, { out: 'b' }).next(async () => 'last', { out: 'c' })

    expect(await definition.run()).toEqual({ a: 'first', b: output, c: 'last' })
    expect(await bare.tap(() => value).run()).toEqual({ a: 'first' })
  })

  test('goes through steps of every kind, in order', async () => {
    const seen: string[] = []
    const say = (word: string) => (context: object, step: StepHandle) => {
      seen.push(`${step.name} ${Object.keys(context).join(',')}`)
      return word
    }
    const definition = bare
      .next(say('b'), { out: 'b' })
      .tap(async (...given: [object, StepHandle]) => say('')(...given), { name: 'tap' })
      .next(say('c'), { out: 'c', log: 'a line' })
      .next(async (b: string) => b.toUpperCase(), { out: 'd', args: ['b'] })
      .next(say('e'), { out: 'e', retry: 1 })
      .next(async (...given: [object, StepHandle]) => say('f')(...given), { out: 'f' })
      .next(say('g'), { out: 'g' })

    expect(await definition.run()).toEqual({ a: 'first', b: 'b', c: 'c', d: 'B', e: 'e', f: 'f', g: 'g' })
    expect(seen).toEqual(['b a', 'tap a,b', 'c a,b', 'e a,b,c,d', 'f a,b,c,d,e', 'g a,b,c,d,e,f'])
  })

  test.each<[title: string, fail: () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('down')
      },
    ],
    ['rejects', () => Promise.reject(new Error('down'))],
    [
      'rejects with a thenable',
      () => ({ then: (_: unknown, reject: (error: Error) => void) => reject(new Error('down')) }),
    ],
    [
      'gives what cannot be read',
      () =>
        Object.defineProperty({}, 'then', {
          get() {
            throw new Error('down')
          },
        }),
    ],
  ])('fails with the step that %s, and keeps what was finished', async (_, fail) => {
    let calls = 0
    const counted = (): unknown => (calls++, fail())
    const error = await failureOf(bare.next(counted, { out: 'b' }).next(never, { out: 'c' }).run())
    expect(calls).toBe(1)

    expect(error).toMatchObject({ code: 'SC_STEP', step: 'b', context: { a: 'first' } })
    expect(error.message).toBe("Step 'b' failed on attempt 1 of 1: down")
    expect(error.attempts).toHaveLength(1)
  })

  test('retries, and goes on as before', async () => {
    const retry = { retries: 2, initialDelay: 0 }
    const step = flaky(2, 'b')
    const later = flaky(2, 'c')
    const definition = bare
      .next(step, { out: 'b', args: [], retry })
      .next(async () => later(), { out: 'c', args: [], retry })
      .next(async () => 'd', { out: 'd' })

    expect(await definition.run()).toEqual({ a: 'first', b: 'b', c: 'c', d: 'd' })
    expect([step.calls, later.calls]).toEqual([3, 3])
  })

  test('goes on with a copy of a context that a step froze', async () => {
    const freeze = (context: object): string => (Object.freeze(context), 'frozen')
    const definition = untyped('c').next(freeze, { out: 'a' })
    expect(definition.next(freeze, { out: 'b' }).runSync()).toEqual({ a: 'frozen', b: 'frozen' })
    const later = bare.next(freeze, { out: 'b' }).next(async (context: object) => freeze(context), { out: 'c' })
    expect(await later.run()).toEqual({ a: 'first', b: 'frozen', c: 'frozen' })
  })

  test('many runs at once share nothing', async () => {
    const gate = deferred()
    const definition = chain<{ id: number }>('c', { logger: null })
      .next(async ({ id }) => (id % 2 === 0 ? gate.promise.then(() => id) : id), { out: 'a' })
      .next(async ({ a }) => a * 2, { out: 'b' })
    const runs = Array.from({ length: 20 }, (_, id) => definition.run({ id }))
    gate.resolve(undefined)
    for (const [id, context] of (await Promise.all(runs)).entries()) expect(context).toEqual({ id, a: id, b: id * 2 })
  })
})

describe('its timeouts', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  /** When the run was over, and with what, after 200 ms. */
  async function outcomeOf(
    definition: Loose,
  ): Promise<{ readonly at: number; readonly code: string; readonly step: string }> {
    const begin = performance.now()
    const running = failureOf(definition.run()).then(({ code, step = '' }) => ({
      at: performance.now() - begin,
      code,
      step,
    }))
    await vi.advanceTimersByTimeAsync(200)
    const outcome = await running
    expect(vi.getTimerCount()).toBe(0)
    return outcome
  }
  const pass = (ms: number) => async (): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms))

  test.each<[title: string, timeouts: readonly (number | undefined)[]]>([
    ['no other', [undefined]],
    ['a longer one before it', [10_000]],
    ['a shorter one before it', [5]],
    ['several before it', [10_000, undefined, 40, 10_000]],
  ])('are kept: %s', async (_, timeouts) => {
    let definition = bare
    for (const [index, timeout] of timeouts.entries())
      definition = definition.next(async () => index, { out: `k${index}`, timeout })
    const { at, code, step } = await outcomeOf(definition.next(async () => never(), { out: 'slow', timeout: 40 }))

    expect([code, step]).toEqual(['SC_TIMEOUT', 'slow'])
    expect(at).toBeGreaterThanOrEqual(40)
    expect(at).toBeLessThanOrEqual(60)
  })

  test('a short one behind a long one is looked at as often as it needs', async () => {
    const definition = bare.next(async () => 'long', { out: 'b', timeout: 10_000 })
    const { at, step } = await outcomeOf(definition.next(async () => never(), { out: 'slow', timeout: 4 }))

    expect(step).toBe('slow')
    expect(at).toBeGreaterThanOrEqual(4)
    expect(at).toBeLessThanOrEqual(6)
  })

  test('of the run are kept within a few periods', async () => {
    const begin = performance.now()
    const running = failureOf(bare.next(async () => never(), { out: 'slow' }).run({}, { timeout: 50 }))
    const ended = running.then(({ code }) => ({ code, at: performance.now() - begin }))
    await vi.advanceTimersByTimeAsync(200)
    const { code, at } = await ended

    expect(code).toBe('SC_DEADLINE')
    expect(at).toBeGreaterThanOrEqual(50)
    expect(at).toBeLessThanOrEqual(70)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('end with their attempt', async () => {
    const definition = bare
      .next(pass(30), { out: 'b', timeout: 40 })
      .next(pass(100), { out: 'c' })
      .next(pass(30), { out: 'd', timeout: 40 })
      .next(async () => never(), { out: 'slow', timeout: 20 })
    const { at, step } = await outcomeOf(definition)

    expect(step).toBe('slow')
    expect(at).toBeGreaterThanOrEqual(180)
  })
})

test('the timer that watches runs holds the process only while one of them waits', async () => {
  const probe = setTimeout(() => {}, 0)
  clearTimeout(probe)
  const timers = Object.getPrototypeOf(probe) as { ref(): unknown; unref(): unknown }
  const unref = vi.spyOn(timers, 'unref')
  try {
    const definition = chain('c', { logger: null })
    const gates = [deferred(), deferred()]
    const run = (index: number): Promise<unknown> =>
      definition.next(async () => gates[index]?.promise, { out: 'a', args: [], timeout: 60_000 }).run()
    const first = run(0)
    gates[0]?.resolve(1)
    await first
    const handle = unref.mock.contexts.at(-1) as NodeJS.Timeout
    expect(handle.hasRef()).toBe(false)
    // Nothing was waited for but promises: it is the same timer still.
    const second = run(1)
    expect(handle.hasRef()).toBe(true)
    gates[1]?.resolve(2)
    expect(await second).toEqual({ a: 2 })
    expect(handle.hasRef()).toBe(false)
  } finally {
    unref.mockRestore()
  }
})
