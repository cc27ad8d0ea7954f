import { getEventListeners } from 'node:events'
import { describe, expect, test } from 'vitest'
import { promised } from '../../support/promises.ts'
import { deferred, flaky, never } from '../../support/steps.ts'
import { Tally } from '../../support/tally.ts'
import { untyped } from '../../support/untyped.ts'

describe('a nested run', () => {
  promised('has of the settings around it what its chain does not say', async (given) => {
    const output = { n: 1 }
    const slow: string[] = []
    const hooks = {
      afterStep: flaky(9, 1),
      onSlowStep: ({ path }: { path: string }) => void slow.push(path),
    }
    const gate = deferred()
    const inner = untyped('inner', { strict: true })
      .next(() => output, { out: 'a', args: [] })
      .next(() => gate.promise, { out: 'b', args: [] })
    const running = given.run(untyped('c').next(inner, { out: 'i', args: {} }), {}, { hooks, slowStepWarning: 10 })
    await given.clock.advance(10)
    gate.resolve(2)

    expect(await running).toMatchObject({ ok: true })
    expect(Object.isFrozen(output)).toBe(false)
    expect(slow).toContain('i/b')
  })

  promised('that is made again has its steps told as before', async (given) => {
    const tally = new Tally()
    const retry = { retries: 1, initialDelay: 0 }
    const inner = untyped('inner').next(flaky(1, 1), { out: 'load', args: [] })
    await given.run(untyped('c').next(inner, { out: 'i', args: {}, retry }), {}, { hooks: tally.hooks })

    expect(tally.of('beforeStep').map(({ path }) => path)).toEqual(['i', 'i/load', 'i/load'])
  })

  promised('listens to nobody itself', async (given) => {
    const gate = deferred()
    const inner = untyped('inner').next(() => gate.promise, { out: 'load', args: [] })
    const running = given.run(untyped('c').next(inner, { out: 'i', args: {} }))
    await given.clock.advance(0)
    expect(getEventListeners(given.controller.signal, 'abort')).toHaveLength(1)
    gate.resolve(1)

    expect(await running).toEqual({ ok: true, context: { i: { load: 1 } } })
  })

  test('with settings of its own stops between steps too', async () => {
    const controller = new AbortController()
    const step = flaky(0, 1)
    const inner = untyped('inner', { strict: true })
      .next(async () => 1, { out: 'a' })
      .next(() => controller.abort('left'), { out: 'b' })
      .next(step, { out: 'd' })
    const definition = untyped('c', { logger: null }).next(inner, { out: 'i', args: {} })

    await expect(definition.run({}, { signal: controller.signal })).rejects.toMatchObject({ code: 'SC_CANCELLED' })
    expect(step.calls).toBe(0)
  })
})

promised('a step whose caller leaves while it is called is not called again', async (given) => {
  let calls = 0
  const step = (): Promise<never> => {
    calls++
    given.controller.abort('left')
    return never()
  }

  expect(await given.failure(untyped('c').next(step, { out: 'a', args: [] }))).toMatchObject({ code: 'SC_CANCELLED' })
  expect(calls).toBe(1)
})
