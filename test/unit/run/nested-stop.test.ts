import { chain, type StepHandle } from 'stepchain'
import { describe, expect } from 'vitest'
import { promised } from '../../support/promises.ts'
import { flaky, never, obeys, wait } from '../../support/steps.ts'
import { Tally } from '../../support/tally.ts'
import { untyped } from '../../support/untyped.ts'

const reason = new Error('the user left')

describe('a nested chain that is stopped from outside', () => {
  for (const { what, step, abandoned } of [
    { what: 'ignores', step: () => never, abandoned: true },
    { what: 'obeys', step: obeys, abandoned: false },
  ]) {
    promised(`by the caller's signal, in a step that ${what} it`, async (given) => {
      const tally = new Tally()
      const inner = chain('inner').next(step(given.clock), { out: 'a' })
      const running = given.failure(chain('c').put('kept', 1).next(inner, { out: 'i' }), { hooks: tally.hooks })
      await given.clock.advance(5)
      given.controller.abort(reason)
      await given.clock.advance(50)
      const error = await running

      expect(error).toMatchObject({ code: 'SC_CANCELLED', chain: 'c', context: { kept: 1 } })
      expect(error.cause).toBe(reason)
      expect(tally.of('afterStep')).toMatchObject([
        { path: 'i/a', status: 'cancelled', abandoned },
        { path: 'i', status: 'cancelled' },
      ])
    })
  }

  promised('by the timeout of its step: the signal inside is aborted, the next attempt begins anew', async (given) => {
    const signals: AbortSignal[] = []
    const step = (_context: unknown, { signal }: StepHandle): unknown => {
      signals.push(signal)
      return signals.length === 1 ? never() : 'ok'
    }
    const inner = chain('inner').next(step, { out: 'a' })
    const retry = { retries: 1, initialDelay: 0 }
    const running = given.run(chain('c').next(inner, { out: 'i', timeout: 100, retry }))
    await given.clock.advance(200)

    expect(await running).toEqual({ ok: true, context: { i: { a: 'ok' } } })
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false])
  })

  promised('by the timeout of its step, without retries: the error is that step’s', async (given) => {
    const inner = chain('inner').next(never, { out: 'a', args: [] })
    const error = await given.failure(chain('c').next(inner, { out: 'i', timeout: 100 }), { ms: 200 })

    expect(error).toMatchObject({ code: 'SC_TIMEOUT', step: 'i' })
    expect(error.message).toBe("Step 'i' failed on attempt 1 of 1: it took longer than its timeout of 100 ms")
  })

  promised('during the wait before a retry: no attempt follows', async (given) => {
    const step = flaky(9, 1)
    const retry = { retries: 9, initialDelay: 1_000, jitter: 'none' } as const
    const inner = chain('inner').next(step, { out: 'a', args: [], retry })
    const running = given.failure(chain('c').next(inner, { out: 'i', timeout: 100 }), { ms: 10_000 })

    expect((await running).code).toBe('SC_TIMEOUT')
    expect(step.calls).toBe(1)
  })

  promised('by the run’s timeout: within 50 ms, and the error is the run’s', async (given) => {
    const inner = chain('inner').next(never, { out: 'a', args: [] })
    let ended = 0
    const begun = given.clock.now()
    const running = given.failure(chain('c').next(inner, { out: 'i' }), { timeout: 100 })
    void running.then(() => (ended = given.clock.now() - begun))
    await given.clock.advance(300)
    const error = await running

    expect(ended).toBeGreaterThanOrEqual(100)
    expect(ended).toBeLessThanOrEqual(150)
    expect(error).toMatchObject({ code: 'SC_DEADLINE', chain: 'c' })
    expect(error.message).toContain("Chain 'c' took longer than its timeout of 100 ms")
  })

  promised('by a step of its own: nothing follows, inside or outside', async (given) => {
    const tally = new Tally()
    const second = flaky(0, 1)
    const inner = chain('inner')
      .next(() => given.controller.abort(reason), { name: 'first', args: [] })
      .next(second, { out: 'b', args: [] })
    const error = await given.failure(chain('c').next(inner, { out: 'i' }).next(second, { out: 'd', args: [] }), {
      hooks: tally.hooks,
    })

    expect(error).toMatchObject({ code: 'SC_CANCELLED', message: "Chain 'c' was cancelled in step 'i'" })
    expect(error.cause).toBe(reason)
    expect(tally.of('onRunEnd').map(({ path, status }) => `${path} ${String(status)}`)).toEqual([
      'i cancelled',
      ' cancelled',
    ])
    expect(second.calls).toBe(0)
  })

  promised('by a step of its own that goes on asynchronously', async (given) => {
    const second = flaky(0, 1)
    const inner = chain('inner')
      .next(async () => wait(given.clock, 5).then(() => given.controller.abort(reason)), { name: 'first', args: [] })
      .next(second, { out: 'b', args: [] })
    const running = given.failure(chain('c').next(inner, { out: 'i' }), { ms: 5 })
    await given.clock.advance(50)

    expect((await running).cause).toBe(reason)
    expect(second.calls).toBe(0)
  })
})

describe('limits that add up', () => {
  const blocking = (
    given: { clock: { block(ms: number): void } },
    options: object,
  ): { definition: ReturnType<typeof untyped>; count: () => number } => {
    let calls = 0
    let definition = untyped('inner', options)
    for (let index = 0; index < 10; index++) {
      definition = definition.next(() => (calls++, given.clock.block(50)), { name: `s${index}`, args: [] })
    }
    return { definition, count: () => calls }
  }
  const settings: readonly { readonly title: string; readonly options: object }[] = [
    { title: 'without options', options: {} },
    { title: 'with hooks of its own', options: { hooks: { onProgress() {} } } },
    { title: 'with a longer timeout', options: { timeout: 10_000 } },
  ]

  for (const { title, options } of settings) {
    promised(`the run’s timeout holds between the steps of a nested chain ${title}`, async (given) => {
      const { definition, count } = blocking(given, options)
      const error = await given.failure(untyped('c').next(definition, { out: 'i', args: {} }), { timeout: 100 })

      expect(error.code).toBe('SC_DEADLINE')
      expect(count()).toBe(2)
      given.runSync(untyped('c').next(definition, { out: 'i', args: {} }), {}, { timeout: 100 })
      expect(count()).toBe(4)
    })

    promised(`so does its deadline function, and a timeout beside it, ${title}`, async (given) => {
      const { definition, count } = blocking(given, options)
      const late = untyped('c')
        .tap(() => given.clock.block(60), { args: [] })
        .next(definition, { out: 'i', args: {} })
      const error = await given.failure(late, { timeout: 100, deadline: () => 5_000 })

      expect(error.code).toBe('SC_DEADLINE')
      expect(count()).toBe(1)
    })
  }

  promised('a timeout of the nested chain is counted from its own start', async (given) => {
    const inner = chain('inner', { timeout: 100 }).next(never, { out: 'a', args: [] })
    const definition = chain('c')
      .next(() => wait(given.clock, 500), { name: 'before', args: [] })
      .next(inner, { out: 'i' })
    const begun = given.clock.now()
    let ended = 0
    const running = given.failure(definition)
    void running.then(() => (ended = given.clock.now() - begun))
    await given.clock.advance(1_000)
    const error = await running

    expect(error).toMatchObject({ code: 'SC_DEADLINE', chain: 'c' })
    expect(error.message).toBe("Chain 'inner' took longer than its timeout of 100 ms in step 'a'")
    expect(ended).toBeGreaterThanOrEqual(600)
    expect(ended).toBeLessThanOrEqual(650)
  })

  promised('a step inside knows how much time is left outside', async (given) => {
    const left = (_context: unknown, step: StepHandle): number => step.remaining()
    const inner = chain('inner').next(left, { out: 'a' })
    const definition = (timeout: number) => chain('c').next(inner, { out: 'i', timeout })

    expect(await given.run(definition(70))).toMatchObject({ context: { i: { a: 70 } } })
    expect(await given.run(definition(70), {}, { timeout: 30 })).toMatchObject({ context: { i: { a: 30 } } })
  })
})
