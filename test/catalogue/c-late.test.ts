import { chain } from 'stepchain'
import { describe, expect } from 'vitest'
import { promised } from '../support/promises.ts'
import { deferred, flaky, never } from '../support/steps.ts'
import { Tally } from '../support/tally.ts'

describe('a step that', () => {
  promised('row 61: runs its own chain inside works', async (given) => {
    const self: { run?: (n: number) => Promise<unknown> } = {}
    const definition = chain<{ n: number }>('c').next(async ({ n }) => (n === 0 ? 'deep' : self.run?.(n - 1)), {
      out: 'a',
    })
    self.run = async (n) => (await definition.run({ n }, { logger: null })).a

    expect(await given.run(definition, { n: 200 })).toEqual({ ok: true, context: { n: 200, a: 'deep' } })
  })

  promised('row 61: runs its own chain for ever is SC_LIMIT, 256 runs deep', async (given) => {
    const self: { run?: () => Promise<unknown>; runSync?: () => unknown } = {}
    let calls = 0
    const async = chain('c').next(async () => (calls++, self.run?.()), { out: 'a', args: [] })
    const sync = chain('c').next(() => (calls++, self.runSync?.()), { out: 'a', args: [] })
    self.run = () => async.run({}, { logger: null })
    self.runSync = () => sync.runSync({}, { logger: null })

    expect(given.runSync(sync)).toMatchObject({ ok: false, error: { code: 'SC_LIMIT' } })
    expect(calls).toBe(256)
    expect(await given.run(chain('after'))).toEqual({ ok: true, context: {} })
    expect((await given.failure(async)).code).toBe('SC_LIMIT')
  })

  promised('row 63: blocks the loop for 5 s with a timeout of 100 ms is SC_TIMEOUT on return', async (given) => {
    const tally = new Tally()
    const definition = chain('c').next(() => given.clock.block(5_000), { name: 'a', args: [], timeout: 100 })
    const error = await given.failure(definition, { hooks: tally.hooks })

    expect(error.code).toBe('SC_TIMEOUT')
    expect(error.attempts).toMatchObject([{ duration: 5_000, blockedMs: 5_000 }])
    expect(given.runSync(definition)).toMatchObject({ ok: false, error: { code: 'SC_TIMEOUT' } })
    expect(tally.of('afterStep')).toMatchObject([{ status: 'failed', duration: 5_000 }])
  })

  promised('row 64: ignores its signal for ever: the run rejects on time, the attempt is abandoned', async (given) => {
    const tally = new Tally()
    const late = deferred()
    const definition = chain('c').next(() => late.promise, { out: 'a', args: [], timeout: 100 })
    const error = await given.failure(definition, { hooks: tally.hooks, ms: 150 })

    expect(error.attempts).toMatchObject([{ abandoned: true }])
    late.reject(new Error('much later'))
    await given.clock.advance(0)
    expect(tally.of('onLateSettle')).toMatchObject([{ status: 'failed', path: 'a', attempt: 1 }])
  })

  for (const [title, step, options, code] of [
    ['its timeout', { timeout: 100 }, {}, 'SC_TIMEOUT'],
    ['the timeout of the run', {}, { timeout: 100 }, 'SC_DEADLINE'],
    ['the caller', {}, {}, 'SC_CANCELLED'],
  ] as const) {
    promised(`row 64: looks at its signal and ignores it is left behind too, ended by ${title}`, async (given) => {
      const tally = new Tally()
      const ignoring = (signal: AbortSignal): Promise<never> => (void signal.aborted, never())
      const definition = chain('c').next(ignoring, { out: 'a', args: ['$signal'], ...step })
      const running = given.failure(definition, { ...options, hooks: tally.hooks })
      await given.clock.advance(100)
      if (code === 'SC_CANCELLED') given.controller.abort()
      await given.clock.advance(1_000)

      expect((await running).code).toBe(code)
      expect(tally.of('afterStep')).toMatchObject([{ abandoned: true }])
    })
  }

  promised(
    'row 65: is abandoned and succeeds later: one event, so that it can be made good; nothing is stored',
    async (given) => {
      const tally = new Tally()
      const late = deferred()
      const definition = chain('c').next(() => late.promise, { out: 'a', args: [], timeout: 100 })
      const error = await given.failure(definition, { hooks: tally.hooks, ms: 150 })
      late.resolve({ paid: 5 })
      await given.clock.advance(0)

      expect(tally.of('onLateSettle')).toMatchObject([{ status: 'ok', output: { paid: 5 } }])
      expect(error.context).toEqual({})
    },
  )

  for (const order of ['settles, then is aborted', 'is aborted, then settles']) {
    promised(`row 69: ${order}, in one tick: one winner`, async (given) => {
      const tally = new Tally()
      const gate = deferred()
      const running = given.run(
        chain('c').next(() => gate.promise, { out: 'a', args: [] }),
        {},
        { hooks: tally.hooks },
      )
      await given.clock.advance(1)
      const acts = [() => gate.resolve(1), () => given.controller.abort()]
      for (const act of order.startsWith('settles') ? acts : acts.toReversed()) act()
      const { ok } = await running

      expect(tally.of('afterStep')).toMatchObject([{ status: ok ? 'ok' : 'cancelled' }])
      expect(tally.of('onRunEnd')).toMatchObject([{ status: ok ? 'ok' : 'cancelled' }])
    })
  }

  promised('row 69: settles in the tick before the abort: the next step does not begin', async (given) => {
    const next = flaky(0, 1)
    const gate = deferred()
    const definition = chain('c')
      .next(() => gate.promise, { out: 'a', args: [] })
      .next(never, { out: 'b', args: [] })
      .next(next, { out: 'd', args: [] })
    const running = given.run(definition)
    await given.clock.advance(1)
    gate.resolve('kept')
    await given.clock.advance(0)
    given.controller.abort()

    expect(await running).toMatchObject({ ok: false, error: { step: 'b', context: { a: 'kept' } } })
    expect(next.calls).toBe(0)
  })
})
