import { chain, type RetryPolicy, type StepEndEvent } from 'stepchain'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { failureOf } from '../../support/outcome.ts'
import { promised } from '../../support/promises.ts'
import { flaky, never } from '../../support/steps.ts'
import { Tally } from '../../support/tally.ts'
import { type Loose, untyped } from '../../support/untyped.ts'

const exact = (ms: number): RetryPolicy => ({ retries: 1, initialDelay: ms, jitter: 'none' })

describe('a wait before a retry', () => {
  promised('that the caller ends leaves no timer, and no attempt that was abandoned', async (given) => {
    const tally = new Tally()
    const definition = untyped('c').next(flaky(1, 1), { out: 'a', args: [], retry: exact(100) })
    const running = given.failure(definition, { hooks: tally.hooks })
    await given.clock.advance(50)
    expect(given.clock.pending).toBe(1)
    given.controller.abort('left')

    expect(await running).toMatchObject({ code: 'SC_CANCELLED', attempts: [{ abandoned: false }] })
    expect(given.clock.pending).toBe(0)
    expect(tally.of('afterStep')).toMatchObject([{ status: 'cancelled', abandoned: false }])
  })

  promised('that would end when the run has to is not begun', async (given) => {
    const definition = untyped('c').next(flaky(1, 'ok'), { out: 'a', args: [], retry: exact(10) })
    const error = await given.failure(definition, { timeout: 10 })

    expect(error.code).toBe('SC_DEADLINE')
    expect(error.message).toBe("Chain 'c' would pass its deadline while it waits 10 ms to retry in step 'a': down")
    const running = given.run(definition, {}, { timeout: 11 })
    await given.clock.advance(10)
    expect(await running).toMatchObject({ ok: true })
  })

  promised('that a backoff cannot tell is told so, beside the failure', async (given) => {
    const retry = { retries: 1, backoff: () => Number.NaN }
    const error = await given.failure(untyped('c').next(flaky(9, 1), { out: 'a', args: [], retry }))

    expect(error).toMatchObject({ code: 'SC_STEP', step: 'a' })
    expect(error.suppressed).toMatchObject([
      {
        code: 'SC_DEFINITION',
        chain: 'c',
        step: 'a',
        message: "Chain 'c', step 'a': retry.backoff gave no number of ms",
        cause: { message: 'retry.backoff gave NaN; expected a number of ms' },
      },
    ])
  })
})

describe('a step that throws while its caller leaves', () => {
  promised('is cancelled where it throws the reason, and failed where it throws anything else', async (given) => {
    const reason = new Error('left')
    const leaving = (thrown: Error) =>
      untyped('c').next(
        () => {
          given.controller.abort(reason)
          throw thrown
        },
        { out: 'a', args: [] },
      )

    expect(await given.failure(leaving(reason))).toMatchObject({ code: 'SC_CANCELLED', cause: reason })
    const own = new Error('down')
    const other = new AbortController()
    const failing = untyped('c').next(
      () => {
        other.abort(reason)
        throw own
      },
      { out: 'a', args: [] },
    )
    expect(await given.failure(failing, { signal: other.signal })).toMatchObject({ code: 'SC_STEP', cause: own })
  })
})

describe('how long it took', () => {
  promised('is known of attempts that are timed for some reason', async (given) => {
    for (const [options, duration] of [
      [{}, undefined],
      [{ timeout: 50 }, 5],
      [{ retry: 0 }, 5],
    ] as const) {
      const step = (): never => {
        given.clock.block(5)
        throw new Error('down')
      }
      const error = await given.failure(untyped('c').next(step, { out: 'a', args: [], ...options }), {
        hooks: {},
        logger: null,
      })
      expect(error.attempts).toEqual([
        {
          attempt: 1,
          error: error.cause,
          duration: given.watched ? 5 : duration,
          abandoned: false,
        },
      ])
    }
  })

  promised('is counted from when the step began, also where it first looked like a plain one', async (given) => {
    const ends: StepEndEvent[] = []
    const hooks = { afterStep: (event: StepEndEvent) => void ends.push(event) }
    const step = (): never => {
      given.clock.block(5)
      throw new Error('down')
    }
    await given.failure(untyped('c').next(step, { out: 'a', args: [] }), { hooks, logger: null })
    const running = given.failure(untyped('c').next(never, { out: 'a', args: [] }), { hooks, logger: null })
    await given.clock.advance(7)
    given.controller.abort('left')
    await running

    expect(ends).toMatchObject([
      { status: 'failed', duration: 5, abandoned: false },
      { status: 'cancelled', duration: 7, abandoned: true },
    ])
  })
})

promised('a run of no steps that is cancelled says so of no step', async (given) => {
  given.controller.abort('left')

  expect((await given.failure(untyped('c'))).message).toBe("Chain 'c' was cancelled")
  const before = await given.failure(untyped('c').next(() => 1, { out: 'a', args: [] }))
  expect(before.message).toBe("Chain 'c' was cancelled before step 'a'")
})

describe('the id of a run', () => {
  afterEach(() => {
    vi.unstubAllGlobals()
  })
  const idOf = (options: object): unknown =>
    chain('c', { logger: null })
      .next((_context, step) => step.key.split('/')[0], { out: 'id' })
      .runSync({}, options)['id']

  test.each([
    [0, '0'.repeat(32)],
    [0.5, '80000000'.repeat(4)],
    [1 / 2 ** 32, '00000001'.repeat(4)],
  ])('is that of the chance it was given: %d', (chance, id) => {
    expect(idOf({ random: () => chance })).toBe(id)
  })

  test('is random otherwise, whatever the platform has', () => {
    expect(idOf({})).toMatch(/^[\da-f]{8}-[\da-f-]{27}$/)
    expect(idOf({})).not.toBe(idOf({}))
    for (const crypto of [undefined, {}]) {
      vi.stubGlobal('crypto', crypto)
      expect(idOf({})).toMatch(/^[\da-f]{32}$/)
    }
  })
})

describe('how long it took, by the platform’s clock, a step that was declared async', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })

  afterEach(() => {
    vi.useRealTimers()
  })

  const failing = (args: readonly unknown[]): Loose =>
    untyped('c', { logger: null }).next(
      async (ms: number) => {
        await new Promise<void>((resolve) => void setTimeout(resolve, ms))
        throw new Error('down')
      },
      { out: 'x', args, timeout: 100 },
    )

  test('is counted from the last look at all limits', async () => {
    const failed = failureOf(failing([3]).run())
    await vi.advanceTimersByTimeAsync(3)

    expect((await failed).attempts).toMatchObject([{ attempt: 1, duration: 3 }])
  })

  test('is nothing where it failed before it could be waited for', async () => {
    const input = {
      get b(): never {
        throw new Error('down')
      },
    }
    // The last look at all limits was long ago, since there were none.
    vi.advanceTimersByTime(60_000)
    const { attempts } = await failureOf(failing(['a.b']).run({ a: input }))

    expect(attempts).toMatchObject([{ attempt: 1, duration: 0 }])
  })
})
