import { chain, StepFailedError, type StepHandle, StepTimeoutError } from 'stepchain'
import { describe, expect } from 'vitest'
import { promised } from '../../support/promises.ts'
import { deferred, never, obeys, wait } from '../../support/steps.ts'
import { Tally } from '../../support/tally.ts'

describe('the timeout of a step', () => {
  promised('ends an attempt that ignores its signal: never early, at most 50 ms late', async (given) => {
    const begun = given.clock.now()
    let ended = 0
    const running = given.failure(chain('c').next(never, { out: 'a', args: [], timeout: 100 }))
    void running.then(() => (ended = given.clock.now()))
    await given.clock.advance(99)
    expect(ended).toBe(0)
    await given.clock.advance(51)
    const error = await running

    expect(ended - begun).toBeGreaterThanOrEqual(100)
    expect(error).toBeInstanceOf(StepTimeoutError)
    expect(error).toBeInstanceOf(StepFailedError)
    expect(error).toMatchObject({ code: 'SC_TIMEOUT', step: 'a' })
    expect(error.message).toBe("Step 'a' failed on attempt 1 of 1: it took longer than its timeout of 100 ms")
    expect(error.cause).toMatchObject({ name: 'TimeoutError' })
    expect(error.attempts).toMatchObject([{ attempt: 1, error: error.cause, abandoned: true }])
  })

  for (const ms of [1, 3, 10, 25, 1_000]) {
    promised(`of ${ms} ms is never early and at most 50 ms late, also after retries`, async (given) => {
      const tally = new Tally()
      const retry = { retries: 3, initialDelay: 7, jitter: 'none' } as const
      const starts: number[] = []
      const step = (): Promise<never> => {
        starts.push(given.clock.now())
        return never()
      }
      const ends: number[] = []
      const hooks = { ...tally.hooks, onRetry: () => void ends.push(given.clock.now()) }
      const definition = chain('c').next(step, { out: 'a', args: [], timeout: ms, retry })
      const error = await given.failure(definition, { hooks, ms: ms * 5 + 400 })

      expect(error.attempts).toHaveLength(4)
      for (const [index, end] of ends.entries()) {
        const took = end - (starts[index] ?? 0)
        expect(took).toBeGreaterThanOrEqual(ms)
        expect(took).toBeLessThanOrEqual(ms + 50)
        expect(error.attempts[index]?.duration).toBeGreaterThanOrEqual(ms - 10)
      }
    })
  }

  promised('is one of an attempt: each has its own', async (given) => {
    let calls = 0
    const step = (): Promise<number> => wait(given.clock, ++calls < 3 ? 1_000 : 50, calls)
    const retry = { retries: 2, initialDelay: 0 }
    const running = given.run(chain('c').next(step, { out: 'a', args: [], timeout: 100, retry }))
    await given.clock.advance(1_200)

    expect(await running).toEqual({ ok: true, context: { a: 3 } })
  })

  promised('does not end an attempt that is in time', async (given) => {
    const step = (): Promise<number> => wait(given.clock, 100, 1)
    const running = given.run(chain('c').next(step, { out: 'a', args: [], timeout: 100 }))
    await given.clock.advance(100)

    expect(await running).toEqual({ ok: true, context: { a: 1 } })
  })

  promised('covers the validator too', async (given) => {
    const definition = chain('c').next(() => wait(given.clock, 80, 1), {
      out: 'a',
      args: [],
      timeout: 100,
      validate: () => wait(given.clock, 80, true),
    })
    expect((await given.failure(definition, { ms: 200 })).code).toBe('SC_TIMEOUT')
  })

  promised('does not cover hooks', async (given) => {
    const definition = chain('c').next(() => wait(given.clock, 80, 1), { out: 'a', args: [], timeout: 100 })
    const slow = (): Promise<void> => wait(given.clock, 500)
    const hooks = { beforeStep: slow, beforeAttempt: slow, afterStep: slow }
    const running = given.run(definition, undefined, { hooks })
    await given.clock.advance(1_600)

    expect(await running).toEqual({ ok: true, context: { a: 1 } })
  })

  promised('aborts the signal of the attempt with a TimeoutError; the next attempt has a new one', async (given) => {
    const signals: AbortSignal[] = []
    const step = (_context: unknown, { signal }: { signal: AbortSignal }): Promise<never> | number => {
      signals.push(signal)
      return signals.length === 1 ? never() : 1
    }
    const retry = { retries: 1, initialDelay: 0 }
    const running = given.run(chain('c').next(step, { out: 'a', timeout: 100, retry }))
    await given.clock.advance(200)

    expect((await running).ok).toBe(true)
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false])
    expect(signals[0]?.reason).toMatchObject({ name: 'TimeoutError' })
  })

  promised('never aborts the signal of an earlier step', async (given) => {
    const signals: AbortSignal[] = []
    const definition = chain('c')
      .next((_context, { signal }) => void signals.push(signal), { name: 'first' })
      .next(
        (_context, { signal }) => {
          signals.push(signal)
          return never()
        },
        { out: 'b', timeout: 100 },
      )
    await given.failure(definition, { ms: 200 })

    expect(signals.map(({ aborted }) => aborted)).toEqual([false, true])
  })

  promised('of a step whose earlier steps knew their signals abandons it at once', async (given) => {
    const tally = new Tally()
    const definition = chain('c')
      .next((_context, { signal }) => signal.aborted, { out: 'first' })
      .next(never, { out: 'b', args: [], timeout: 100 })
    const running = given.failure(definition, { hooks: tally.hooks })
    await given.clock.advance(110)
    const before = given.clock.now()
    await running

    expect(given.clock.now()).toBe(before)
    expect(tally.of('afterStep')).toMatchObject([{}, { abandoned: true }])
  })

  promised('is raised on return from a synchronous step that blocked for longer', async (given) => {
    const definition = chain('c').next(() => given.clock.block(5_000), { name: 'a', args: [], timeout: 100 })

    expect((await given.failure(definition)).message).toBe(
      "Step 'a' failed on attempt 1 of 1: it took longer than its timeout of 100 ms",
    )
    expect(given.runSync(definition)).toMatchObject({ ok: false, error: { code: 'SC_TIMEOUT' } })
  })

  promised('and success in the same moment: exactly one outcome', async (given) => {
    const tally = new Tally()
    const definition = chain('c').next(() => wait(given.clock, 110, 1), { out: 'a', args: [], timeout: 100 })
    const running = given.run(definition, undefined, { hooks: tally.hooks })
    await given.clock.advance(200)
    const { ok } = await running

    expect(tally.of('afterStep')).toMatchObject([{ status: ok ? 'ok' : 'failed' }])
    expect(tally.of('onRunEnd')).toMatchObject([{ status: ok ? 'ok' : 'failed' }])
  })
})

describe('the timeout of a step and the deadline of its run', () => {
  promised('the nearer one counts, and the error says which it was', async (given) => {
    const definition = chain('c').next(never, { out: 'a', args: [], timeout: 100 })
    const step = await given.failure(definition, { timeout: 1_000, ms: 150 })
    const run = await given.failure(definition, { timeout: 50, ms: 150 })

    expect(step.code).toBe('SC_TIMEOUT')
    expect(run).toMatchObject({ code: 'SC_DEADLINE', step: 'a' })
  })

  promised('a deadline that passes while an attempt is given time to end does not wait for it', async (given) => {
    const definition = chain('c').next(obeys(given.clock, 40), {
      out: 'a',
      timeout: 100,
      retry: { retries: 3, initialDelay: 0 },
    })
    let ended = 0
    const begun = given.clock.now()
    const running = given.failure(definition, { timeout: 115 })
    void running.then(() => (ended = given.clock.now() - begun))
    await given.clock.advance(300)
    const error = await running

    expect(error.code).toBe('SC_DEADLINE')
    expect(ended).toBeLessThanOrEqual(165)
  })
})

describe('an abandoned attempt', () => {
  promised('is told of in onRetry, and in onLateSettle when it settles after all', async (given) => {
    const tally = new Tally()
    const first = deferred()
    let calls = 0
    const step = (): unknown => (++calls === 1 ? first.promise : 'second')
    const definition = chain('c').next(step, {
      out: 'a',
      args: [],
      timeout: 100,
      retry: { retries: 1, initialDelay: 0 },
    })
    const running = given.run(definition, undefined, { hooks: tally.hooks })
    await given.clock.advance(200)
    expect(await running).toEqual({ ok: true, context: { a: 'second' } })
    expect(tally.of('onRetry')).toMatchObject([{ attempt: 1, attempts: 2, abandoned: true, path: 'a' }])
    expect(tally.of('onLateSettle')).toEqual([])
    first.resolve('first')
    await given.clock.advance(0)

    expect(tally.of('onLateSettle')).toMatchObject([{ attempt: 1, status: 'ok', output: 'first', path: 'a' }])
    expect(await running).toEqual({ ok: true, context: { a: 'second' } })
  })

  promised('that rejects late does so to nobody but onLateSettle', async (given) => {
    const tally = new Tally()
    const late = deferred()
    const definition = chain('c').next(() => late.promise, { out: 'a', args: [], timeout: 100 })
    await given.failure(definition, { ms: 200, hooks: tally.hooks })
    const error = new Error('too late')
    late.reject(error)
    await given.clock.advance(0)

    expect(tally.of('onLateSettle')).toMatchObject([{ status: 'failed', error }])
  })

  promised('that succeeds in the moment it is given is told of like a late one: nothing is stored', async (given) => {
    const tally = new Tally()
    const step = (_context: unknown, { signal }: StepHandle): Promise<string> =>
      new Promise((resolve) => signal.addEventListener('abort', () => given.clock.setTimeout(() => resolve('paid'), 5)))
    const error = await given.failure(chain('c').next(step, { out: 'a', timeout: 100 }), {
      ms: 200,
      hooks: tally.hooks,
    })

    expect(error).toMatchObject({ code: 'SC_TIMEOUT', context: {}, attempts: [{ abandoned: false }] })
    expect(tally.of('onLateSettle')).toMatchObject([{ status: 'ok', output: 'paid' }])
  })

  promised('that obeys is not told of: there is nothing to make good', async (given) => {
    const tally = new Tally()
    await given.failure(chain('c').next(obeys(given.clock, 5), { out: 'a', timeout: 100 }), {
      ms: 200,
      hooks: tally.hooks,
    })

    expect(tally.of('onLateSettle')).toEqual([])
  })

  for (const verdict of [true, false]) {
    promised(`whose validator ${verdict ? 'accepts' : 'refuses'} late has that as its outcome`, async (given) => {
      const tally = new Tally()
      const late = deferred<boolean>()
      const definition = chain('c').next(() => 5, { out: 'a', args: [], timeout: 100, validate: () => late.promise })
      await given.failure(definition, { ms: 200, hooks: tally.hooks })
      late.resolve(verdict)
      await given.clock.advance(0)

      const told = verdict
        ? { status: 'ok', output: 5 }
        : { status: 'failed', error: { message: 'the validator returned false' } }
      expect(tally.of('onLateSettle')).toMatchObject([told])
    })
  }

  promised('may reject late without any hook', async (given) => {
    const late = deferred()
    await given.failure(
      chain('c').next(() => late.promise, { out: 'a', args: [], timeout: 100 }),
      { ms: 200 },
    )
    late.reject(new Error('too late'))
    await given.clock.advance(0)

    expect(given.clock.pending).toBe(0)
  })
})
