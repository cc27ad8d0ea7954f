import { chain, type RetryBudget, retryBudget } from 'stepchain'
import { describe, expect } from 'vitest'
import { type Case, promised } from '../../support/promises.ts'
import { deferred, flaky, wait } from '../../support/steps.ts'
import { Tally } from '../../support/tally.ts'

const constant = { backoff: 'constant', jitter: 'none' } as const

describe('a budget', () => {
  promised('that is spent stops retries, of all steps and runs that share it', async (given) => {
    const budget = retryBudget({ tokens: 4, perSuccess: 0.5 })
    const step = flaky(100, 1)
    const definition = chain('c').next(step, { out: 'a', args: [], retry: { retries: 9, initialDelay: 0, budget } })
    const first = await given.failure(definition)
    const second = await given.failure(definition)

    expect([first.attempts.length, second.attempts.length]).toEqual([2, 1])
    expect(first.message).toBe("Step 'a' failed on attempt 2 of 10: down")
  })

  promised('gets a token back from successes', async (given) => {
    const calls: string[] = []
    const budget: RetryBudget = {
      succeeded: () => void calls.push('succeeded'),
      failed: () => calls.push('failed') > 0,
    }
    const retry = { retries: 2, initialDelay: 0, budget }
    await given.run(chain('c').next(flaky(1, 1), { out: 'a', args: [], retry }))

    expect(calls).toEqual(['failed', 'succeeded'])
  })

  promised('that throws: no retry, its error is suppressed; after a success it is a fault of a hook', async (given) => {
    const broken = new Error('budget')
    const fail = (): never => {
      throw broken
    }
    const tally = new Tally()
    const retry = { retries: 2, initialDelay: 0 }
    const failing = chain('c').next(flaky(9, 1), {
      out: 'a',
      args: [],
      retry: { ...retry, budget: { succeeded: fail, failed: fail } },
    })
    const error = await given.failure(failing)
    const good = chain('c').next(flaky(0, 1), {
      out: 'a',
      args: [],
      retry: { ...retry, budget: { succeeded: fail, failed: fail } },
    })
    const outcome = await given.run(good, undefined, { hooks: tally.hooks })

    expect(error).toMatchObject({ code: 'SC_STEP', suppressed: [broken] })
    expect(outcome).toEqual({ ok: true, context: { a: 1 } })
    expect(tally.of('onHookError')).toMatchObject([{ source: 'budget', error: broken }])
  })
})

describe('maxElapsed', () => {
  promised('ends retries that would begin later than that after the first attempt', async (given) => {
    const step = flaky(99, 1)
    const retry = { retries: 99, initialDelay: 100, maxElapsed: 350, ...constant }
    const error = await given.failure(chain('c').next(step, { out: 'a', args: [], retry }), { ms: 5_000 })

    expect(error).toMatchObject({ code: 'SC_STEP', message: "Step 'a' failed on attempt 4 of 100: down" })
    expect(step.calls).toBe(4)
  })

  promised('is counted anew in each step', async (given) => {
    const retry = { retries: 3, initialDelay: 100, maxElapsed: 350, ...constant }
    const definition = chain('c')
      .next(flaky(3, 1), { out: 'a', args: [], retry })
      .next(flaky(3, 1), { out: 'b', args: [], retry })
    const running = given.run(definition)
    await given.clock.advance(1_000)

    expect((await running).ok).toBe(true)
  })

  promised('of 0 retries nothing that takes time', async (given) => {
    const step = flaky(9, 1)
    const retry = { retries: 9, initialDelay: 1, maxElapsed: 0, ...constant }
    await given.failure(chain('c').next(step, { out: 'a', args: [], retry }))

    expect(step.calls).toBe(1)
  })
})

describe('retryAfter', () => {
  const wishes: readonly { readonly error: (given: Case) => object; readonly delay: number }[] = [
    { error: () => ({ retryAfter: 2_500 }), delay: 2_500 },
    { error: () => ({ headers: new Headers({ 'Retry-After': '3' }) }), delay: 3_000 },
    { error: () => ({ response: { headers: { 'retry-after': '4' } } }), delay: 4_000 },
    { error: ({ clock }) => ({ retryAfter: new Date(clock.wall() + 5_000) }), delay: 5_000 },
    { error: ({ clock }) => ({ retryAfter: new Date(clock.wall() - 5_000) }), delay: 0 },
    { error: () => ({ retryAfter: 'soon' }), delay: 100 },
    { error: () => ({ retryAfter: -1 }), delay: 100 },
    { error: () => ({ retryAfter: Number.NaN }), delay: 100 },
  ]
  for (const [index, { error, delay }] of wishes.entries()) {
    promised(`wish ${index + 1}: waits ${delay} ms, beyond maxDelay too`, async (given) => {
      const tally = new Tally()
      const retry = { retries: 1, initialDelay: 100, maxDelay: 100, ...constant }
      const step = flaky(1, 'ok', Object.assign(new Error('busy'), error(given)))
      const running = given.run(chain('c').next(step, { out: 'a', args: [], retry }), undefined, { hooks: tally.hooks })
      await given.clock.advance(5_000)

      expect((await running).ok).toBe(true)
      expect(tally.of('onRetry')).toMatchObject([{ delay }])
    })
  }

  promised('that does not fit before the deadline fails the run at once', async (given) => {
    const busy = Object.assign(new Error('busy'), { retryAfter: 60_000 })
    const error = await given.failure(chain('c').next(flaky(9, 1, busy), { out: 'a', args: [], retry: 3 }), {
      timeout: 5_000,
    })

    expect(error.code).toBe('SC_DEADLINE')
    expect(error.cause).toBe(busy)
  })
})

describe('a custom backoff', () => {
  for (const bad of [Number.NaN, '100', undefined, null, new Date(0)]) {
    promised(
      `that gives ${String(bad)} is a fault of the definition: the step fails with its own error`,
      async (given) => {
        const down = new Error('down')
        const step = flaky(9, 1, down)
        const retry = { retries: 3, backoff: (() => bad) as never }
        const error = await given.failure(chain('c').next(step, { out: 'a', args: [], retry }))

        expect(error).toMatchObject({ code: 'SC_STEP', suppressed: [{ code: 'SC_DEFINITION', step: 'a' }] })
        expect(error.cause).toBe(down)
        expect(step.calls).toBe(1)
      },
    )
  }

  promised('that throws is one too, with what it threw', async (given) => {
    const broken = new Error('backoff')
    const backoff = (): never => {
      throw broken
    }
    const error = await given.failure(
      chain('c').next(flaky(9, 1), { out: 'a', args: [], retry: { retries: 3, backoff } }),
    )

    expect(error.suppressed).toMatchObject([{ code: 'SC_DEFINITION', cause: broken }])
  })

  promised('is kept from 0 to maxDelay', async (given) => {
    const tally = new Tally()
    const delays = [-5, 1e12, Infinity, -Infinity]
    const retry = { retries: 4, maxDelay: 70, backoff: (attempt: number) => delays[attempt - 1] ?? 0 }
    await given.failure(chain('c').next(flaky(9, 1), { out: 'a', args: [], retry }), { hooks: tally.hooks, ms: 500 })

    expect(tally.of('onRetry').map(({ delay }) => delay)).toEqual([0, 70, 70, 0])
  })
})

describe('endless retries', () => {
  const endless = { retries: Infinity, initialDelay: 10, ...constant }

  promised('are refused where nothing limits them', async (given) => {
    const step = flaky(9, 1)
    const error = await given.failure(chain('c').next(step, { out: 'a', args: [], retry: endless }))

    expect(error).toMatchObject({ code: 'SC_DEFINITION', step: 'a' })
    expect(error.message).toContain('retry.retries is Infinity')
    expect(step.calls).toBe(0)
  })

  promised('in a nested chain are refused too', async (given) => {
    const step = flaky(9, 1)
    const inner = chain('inner').next(step, { out: 'a', args: [], retry: endless })
    const error = await given.failure(chain('c').next(inner, { out: 'i' }))

    expect(error.code).toBe('SC_DEFINITION')
    expect(step.calls).toBe(0)
    const limited = chain('inner', { timeout: 95 }).next(step, { out: 'a', args: [], retry: endless })
    expect((await given.run(chain('c').next(limited, { out: 'i' }), undefined, { timeout: 1 })).ok).toBe(false)
  })

  promised('end with a timeout of the run, a deadline, or maxElapsed', async (given) => {
    const definition = chain('c').next(flaky(1e9, 1), { out: 'a', args: [], retry: endless })
    const elapsed = chain('c').next(flaky(1e9, 1), { out: 'a', args: [], retry: { ...endless, maxElapsed: 95 } })

    expect((await given.failure(definition, { timeout: 95, ms: 200 })).code).toBe('SC_DEADLINE')
    expect((await given.failure(definition, { deadline: new Date(given.clock.wall() + 95), ms: 200 })).code).toBe(
      'SC_DEADLINE',
    )
    const error = await given.failure(elapsed, { ms: 200 })
    expect(error.message).toBe("Step 'a' failed on attempt 10 of Infinity: down")
  })
})

describe('100,000 retries without a wait', () => {
  const retry = { retries: 100_000, initialDelay: 0 }

  promised('do not overflow the stack', async (given) => {
    const sync = flaky(100_000, 'ok')
    const async = flaky(100_000, 'ok')
    const definition = chain('c').next(sync, { out: 'a', args: [], retry })

    expect(given.runSync(definition)).toEqual({ ok: true, context: { a: 'ok' } })
    expect(await given.run(chain('c').next(async () => async(), { out: 'a', args: [], retry }))).toEqual({
      ok: true,
      context: { a: 'ok' },
    })
    expect([sync.calls, async.calls]).toEqual([100_001, 100_001])
  })

  promised('are all on the error', async (given) => {
    const error = await given.failure(chain('c').next(flaky(1e9, 1), { out: 'a', args: [], retry }))

    expect(error.attempts).toHaveLength(100_001)
  })
})

promised('an attempt that waits for another step of its own run is no deadlock', async (given) => {
  const gate = deferred()
  const definition = chain('c').next(async () => wait(given.clock, 5).then(() => gate.promise), { out: 'a', args: [] })
  const running = given.run(definition)
  await given.clock.advance(5)
  gate.resolve('open')

  expect(await running).toEqual({ ok: true, context: { a: 'open' } })
})
