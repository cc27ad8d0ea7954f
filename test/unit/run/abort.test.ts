import { inspect } from 'node:util'
import { CancelledError, chain } from 'stepchain'
import { describe, expect, test } from 'vitest'
import { failureOf } from '../../support/outcome.ts'
import { promised } from '../../support/promises.ts'
import { deferred, flaky, never, obeys, wait } from '../../support/steps.ts'
import { Tally } from '../../support/tally.ts'

const reason = new Error('the user left')

/** What every run that was cancelled says. */
function expectCancelled(error: unknown): void {
  expect(error).toBeInstanceOf(CancelledError)
  expect(error).toMatchObject({ code: 'SC_CANCELLED', chain: 'c' })
  expect((error as Error).cause).toBe(reason)
}

describe('a signal that is aborted', () => {
  promised('before the start: no step runs, and no hook but onRunEnd', async (given) => {
    const { hooks, order, of } = kept()
    const step = flaky(0, 1)
    given.controller.abort(reason)

    const error = await given.failure(chain('c').next(step, { out: 'a', args: [] }), { hooks })

    expectCancelled(error)
    expect(error.message).toBe("Chain 'c' was cancelled before step 'a'")
    expect(error.step).toBeUndefined()
    expect(step.calls).toBe(0)
    expect(order()).toEqual(['onRunEnd'])
    expect(of('onRunEnd')).toMatchObject([{ status: 'cancelled', error }])
  })

  promised('before the start of a chain without steps: the run is cancelled all the same', async (given) => {
    given.controller.abort(reason)
    expectCancelled(await given.failure(chain('c')))
  })

  promised('during a step that ignores it: the run ends at once, the attempt is abandoned', async (given) => {
    const { hooks, of } = kept()
    const running = given.failure(chain('c').put('kept', 1).next(never, { out: 'a', args: [] }), { hooks })
    await given.clock.advance(5)
    given.controller.abort(reason)

    const error = await running

    expectCancelled(error)
    expect(error.message).toBe("Chain 'c' was cancelled in step 'a'")
    expect(error).toMatchObject({ step: 'a', context: { kept: 1 } })
    expect(of('afterStep')).toMatchObject([{ status: 'cancelled', abandoned: true, error }])
  })

  promised('during a step that obeys it: the attempt ends by itself, and is not abandoned', async (given) => {
    const { hooks, of } = kept()
    const running = given.failure(chain('c').next(obeys(given.clock), { out: 'a' }), { hooks })
    await given.clock.advance(5)
    given.controller.abort(reason)

    expectCancelled(await running)
    expect(of('afterStep')).toMatchObject([{ status: 'cancelled', abandoned: false }])
  })

  for (const { late, abandoned } of [
    { late: 19, abandoned: false },
    { late: 21, abandoned: true },
  ]) {
    promised(
      `a step that needs ${late} ms to obey is${abandoned ? '' : ' not'} abandoned: it has 20`,
      async (given) => {
        const { hooks, of } = kept()
        const running = given.failure(chain('c').next(obeys(given.clock, late), { out: 'a' }), { hooks })
        await given.clock.advance(5)
        given.controller.abort(reason)
        const before = given.clock.now()
        await given.clock.advance(50)

        expectCancelled(await running)
        expect(given.clock.now() - before).toBe(50)
        expect(of('afterStep')).toMatchObject([{ abandoned }])
      },
    )
  }

  promised('during the wait before a retry: the wait ends at once, and no attempt follows', async (given) => {
    const step = flaky(9, 1)
    const retry = { retries: 5, initialDelay: 10_000, jitter: 'none' } as const
    const running = given.failure(chain('c').next(step, { out: 'a', args: [], retry }))
    await given.clock.advance(2_000)
    given.controller.abort(reason)
    const error = await running

    expectCancelled(error)
    expect(error.attempts).toMatchObject([{ attempt: 1, abandoned: false }])
    expect(step.calls).toBe(1)
    await given.clock.advance(60_000)
    expect(step.calls).toBe(1)
  })

  promised('by the attempt that then fails: no wait begins, no attempt follows', async (given) => {
    let calls = 0
    const failing = (): never => {
      calls++
      given.controller.abort(reason)
      throw new Error('down')
    }
    const error = await given.failure(chain('c').next(failing, { out: 'a', args: [], retry: 5 }))

    expectCancelled(error)
    expect(calls).toBe(1)
    expect(error.attempts).toMatchObject([{ attempt: 1, error: new Error('down') }])
  })

  promised('in onRetry: no wait begins, no attempt follows', async (given) => {
    const step = flaky(9, 1)
    const hooks = { onRetry: () => given.controller.abort(reason) }

    expectCancelled(await given.failure(chain('c').next(step, { out: 'a', args: [], retry: 5 }), { hooks }))
    expect(step.calls).toBe(1)
  })

  for (const hook of ['onRunStart', 'beforeStep', 'beforeAttempt'] as const) {
    promised(`in ${hook}: the step is not called`, async (given) => {
      const step = flaky(0, 1)
      const hooks = { [hook]: () => given.controller.abort(reason) }

      expectCancelled(await given.failure(chain('c').next(step, { out: 'a', args: [] }), { hooks }))
      expect(step.calls).toBe(0)
    })

    promised(`while ${hook} is waited for: the run ends at once`, async (given) => {
      const step = flaky(0, 1)
      const running = given.failure(chain('c').next(step, { out: 'a', args: [] }), { hooks: { [hook]: never } })
      await given.clock.advance(5)
      given.controller.abort(reason)

      expectCancelled(await running)
      expect(step.calls).toBe(0)
    })
  }

  promised('while afterStep is waited for: the output is kept, and nothing follows', async (given) => {
    const step = flaky(0, 2)
    const definition = chain('c')
      .next(() => 1, { out: 'a', args: [] })
      .next(step, { out: 'b', args: [] })
    const running = given.failure(definition, { hooks: { afterStep: never } })
    await given.clock.advance(5)
    given.controller.abort(reason)
    const error = await running

    expectCancelled(error)
    expect(error.context).toEqual({ a: 1 })
    expect(step.calls).toBe(0)
  })

  promised('between two steps: the second is not called', async (given) => {
    const second = flaky(0, 2)
    const definition = chain('c')
      .next(() => given.controller.abort(reason), { name: 'first', args: [] })
      .next(second, { out: 'b', args: [] })
    const error = await given.failure(definition)

    expectCancelled(error)
    expect(error.message).toBe("Chain 'c' was cancelled before step 'b'")
    expect(second.calls).toBe(0)
  })

  promised('inside the last step, which succeeds: one outcome, and that is success', async (given) => {
    const last = (): number => {
      given.controller.abort(reason)
      return 1
    }
    expect(await given.run(chain('c').next(last, { out: 'a', args: [] }))).toEqual({ ok: true, context: { a: 1 } })
  })

  promised('inside a step that goes on asynchronously: its promise is not waited for', async (given) => {
    const step = (): Promise<never> => {
      given.controller.abort(reason)
      return never()
    }
    expectCancelled(await given.failure(chain('c').next(step, { out: 'a', args: [] })))
  })

  promised('while a validator is waited for: the run ends at once', async (given) => {
    const definition = chain('c').next(() => 1, { out: 'a', args: [], validate: never })
    const running = given.failure(definition)
    await given.clock.advance(5)
    given.controller.abort(reason)

    expectCancelled(await running)
  })

  promised('in the same tick as the success of a step: exactly one outcome', async (given) => {
    const { promise, resolve } = deferred()
    const { hooks, of } = kept()
    const running = given.run(
      chain('c').next(() => promise, { out: 'a', args: [] }),
      undefined,
      { hooks },
    )
    await given.clock.advance(5)
    resolve('late')
    given.controller.abort(reason)
    const outcome = await running

    expect(outcome.ok).toBe(false)
    expect(of('afterStep')).toHaveLength(1)
    expect(of('onRunEnd')).toMatchObject([{ status: 'cancelled' }])
  })

  promised('in the tick after the success of the last step: exactly one outcome', async (given) => {
    const { promise, resolve } = deferred()
    const running = given.run(chain('c').next(() => promise, { out: 'a', args: [] }))
    await given.clock.advance(5)
    resolve('in time')
    await promise
    given.controller.abort(reason)

    expect((await running).ok).toBe(true)
  })

  promised('while onRunEnd is waited for: the run has succeeded already', async (given) => {
    const running = given.run(
      chain('c').next(() => 1, { out: 'a', args: [] }),
      undefined,
      { hooks: { onRunEnd: never } },
    )
    await given.clock.advance(5)
    given.controller.abort(reason)

    expect(await running).toEqual({ ok: true, context: { a: 1 } })
  })

  promised('in a synchronous run: looked at between steps and attempts', (given) => {
    const step = flaky(9, 1)
    const hooks = { onRetry: () => given.controller.abort(reason) }
    const outcome = given.runSync(chain('c').next(step, { out: 'a', args: [], retry: 5 }), undefined, { hooks })

    expectCancelled(outcome.ok ? outcome : outcome.error)
    expect(step.calls).toBe(1)
    expect(given.clock.slept).toEqual([])
  })
})

describe('the reason', () => {
  const reasons = [undefined, null, 0, 'text', Symbol('s'), Object.freeze(new Error('frozen')), { a: 1 }, () => 1]
  for (const given of reasons) {
    test(`${inspect(given)}: is the cause, whatever it is`, async () => {
      const controller = new AbortController()
      const running = failureOf(chain('c').next(never, { out: 'a', args: [] }).run({}, { signal: controller.signal }))
      controller.abort(given)
      const error = await running

      expect(error.code).toBe('SC_CANCELLED')
      expect(Object.hasOwn(error, 'cause')).toBe(true)
      expect(error.cause).toBe(controller.signal.reason)
    })
  }

  promised('thrown by a step after the abort: cancelled, not failed, and not retried', async (given) => {
    let calls = 0
    const step = async (): Promise<void> => {
      calls++
      await wait(given.clock, 1)
      given.controller.abort(reason)
      given.controller.signal.throwIfAborted()
    }
    const running = given.failure(chain('c').next(step, { name: 'a', args: [], retry: 3 }), { ms: 10 })

    expectCancelled(await running)
    expect(calls).toBe(1)
  })

  promised('an AbortError of the step itself is an ordinary failure', async (given) => {
    const own = new DOMException('own', 'AbortError')
    const step = flaky(9, 1, own)
    const definition = chain('c').next(step, { out: 'a', args: [], retry: { retries: 1, initialDelay: 0 } })
    const error = await given.failure(definition)

    expect(error).toMatchObject({ code: 'SC_STEP', message: "Step 'a' failed on attempt 2 of 2: own" })
    expect(error.cause).toBe(own)
    expect(step.calls).toBe(2)
  })
})

/** A tally whose parts can be taken apart. */
function kept(): { hooks: Tally['hooks']; order: () => string[]; of: Tally['of'] } {
  const tally = new Tally()
  return { hooks: tally.hooks, order: () => tally.order, of: (hook) => tally.of(hook) }
}
