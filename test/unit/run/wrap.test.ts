import { type AttemptEvent, chain, type Hooks } from 'stepchain'
import { describe, expect } from 'vitest'
import { promised } from '../../support/promises.ts'
import { flaky, wait } from '../../support/steps.ts'

function noted(seen: string[], word: string): Hooks {
  return {
    wrap: (event, next) => {
      seen.push(`${word} in ${event.path}`)
      try {
        return next()
      } finally {
        seen.push(`${word} out`)
      }
    },
  }
}

describe('wrap', () => {
  promised('surrounds the call: those of the chain outermost, in the order in which they were given', async (given) => {
    const seen: string[] = []
    const definition = chain('c', { hooks: noted(seen, '1') })
      .with(noted(seen, '2'))
      .next(() => seen.push('step'), { out: 'a', args: [] })
    await given.run(definition, {}, { hooks: noted(seen, '3') })

    expect(seen).toEqual(['1 in a', '2 in a', '3 in a', 'step', '3 out', '2 out', '1 out'])
  })

  promised('surrounds each attempt, with its frozen event', async (given) => {
    const events: AttemptEvent[] = []
    const wrap: Hooks['wrap'] = (event, next) => {
      events.push(event)
      return next()
    }
    const definition = chain('c').next(flaky(2, 'ok'), { out: 'a', args: [], retry: { retries: 2, initialDelay: 0 } })
    await given.run(definition, {}, { hooks: { wrap } })

    expect(events.map(({ attempt }) => attempt)).toEqual([1, 2, 3])
    expect(events.every((event) => Object.isFrozen(event))).toBe(true)
    expect(events[0]).toMatchObject({ chain: 'c', path: 'a', name: 'a', kind: 'step', attempts: 3 })
  })

  promised('leaves a synchronous run synchronous', (given) => {
    const wrap: Hooks['wrap'] = (_event, next) => next()

    expect(
      given.runSync(
        chain('c').next(() => 1, { out: 'a', args: [] }),
        {},
        { hooks: { wrap } },
      ),
    ).toEqual({
      ok: true,
      context: { a: 1 },
    })
  })

  promised('may give something else in its place, and need not call the step', async (given) => {
    const step = flaky(0, 'real')
    const hooks: Hooks = { wrap: () => 'cached' }
    const later: Hooks = { wrap: () => wait(given.clock, 5, 'cached later') }
    const definition = chain('c').next(step, { out: 'a', args: [] })

    expect(await given.run(definition, {}, { hooks })).toEqual({ ok: true, context: { a: 'cached' } })
    const running = given.run(definition, {}, { hooks: later })
    await given.clock.advance(5)
    expect(await running).toEqual({ ok: true, context: { a: 'cached later' } })
    expect(step.calls).toBe(0)
  })

  promised('may be asynchronous, and change what the step gives', async (given) => {
    const wrap: Hooks['wrap'] = async (_event, next) => `<${String(await next())}>`
    const definition = chain('c')
      .next(async () => 'x', { out: 'a' })
      .next(() => 'y', { out: 'b', args: [] })

    expect(await given.run(definition, {}, { hooks: { wrap } })).toEqual({ ok: true, context: { a: '<x>', b: '<y>' } })
  })

  for (const how of ['throws', 'rejects']) {
    promised(`that ${how} is the failure of the attempt, and is retried`, async (given) => {
      const open = new Error('circuit open')
      let calls = 0
      const wrap: Hooks['wrap'] = (_event, next) => {
        if (++calls > 1) return next()
        if (how === 'rejects') return Promise.reject(open)
        throw open
      }
      const step = flaky(0, 'ok')
      const once = await given.failure(chain('c').next(step, { out: 'a', args: [] }), { hooks: { wrap } })
      calls = 0
      const again = chain('c').next(step, { out: 'a', args: [], retry: { retries: 1, initialDelay: 0 } })

      expect(once).toMatchObject({ code: 'SC_STEP', message: "Step 'a' failed on attempt 1 of 1: circuit open" })
      expect(once.cause).toBe(open)
      expect(await given.run(again, {}, { hooks: { wrap } })).toEqual({ ok: true, context: { a: 'ok' } })
      expect(step.calls).toBe(1)
    })
  }

  promised('may recover from what the step throws, whatever that is', async (given) => {
    const wrap: Hooks['wrap'] = (_event, next) => {
      try {
        return next()
      } catch {
        return 'fallback'
      }
    }
    const inner = chain('inner').next(flaky(9, 1), { out: 'x', args: [] })
    const definition = chain<{ user: { name?: string } }>('c')
      .next(flaky(9, 1), { out: 'a', args: [] })
      .next((name: unknown) => name, { out: 'b', args: ['user.name'] })
      .next(inner, { out: 'c', args: {} })
      .next(() => 'last', { out: 'd', args: [] })
    const wrapInner: Hooks['wrap'] = (event, next) => (event.path.includes('/') ? next() : wrap(event, next))
    const outcome = await given.run(definition, { user: {} }, { strict: true, hooks: { wrap: wrapInner } })

    expect(outcome).toEqual({
      ok: true,
      context: { user: {}, a: 'fallback', b: 'fallback', c: 'fallback', d: 'last' },
    })
  })

  promised('surrounds a nested chain, and each of its steps', async (given) => {
    const seen: string[] = []
    const inner = chain('inner', { hooks: noted(seen, 'own') }).next(() => seen.push('step'), { out: 'x', args: [] })
    await given.run(chain('c').next(inner, { out: 'i' }), {}, { hooks: noted(seen, 'run') })

    expect(seen).toEqual(['run in i', 'run in i/x', 'own in i/x', 'step', 'own out', 'run out', 'run out'])
  })

  promised('may call the step twice: the result of the second call is what it gives', async (given) => {
    const step = flaky(1, 'ok')
    const wrap: Hooks['wrap'] = (_event, next) => {
      try {
        return next()
      } catch {
        return next()
      }
    }

    expect(await given.run(chain('c').next(step, { out: 'a', args: [] }), {}, { hooks: { wrap } })).toEqual({
      ok: true,
      context: { a: 'ok' },
    })
    expect(step.calls).toBe(2)
  })

  promised('that gives a promise in a synchronous run is an error', (given) => {
    const wrap: Hooks['wrap'] = async (_event, next) => next()
    const outcome = given.runSync(
      chain('c').next(() => 1, { out: 'a', args: [] }),
      {},
      { hooks: { wrap } },
    )

    expect(outcome).toMatchObject({ ok: false, error: { code: 'SC_ASYNC_IN_SYNC' } })
  })
})
