import type { StepEndEvent } from 'stepchain'
import { describe, expect } from 'vitest'
import { promised } from '../../support/promises.ts'
import { deferred, flaky, never } from '../../support/steps.ts'
import { untyped } from '../../support/untyped.ts'

describe('hooks that are told of ends alone', () => {
  promised('are told everything, and the run is what it is without them', async (given) => {
    const events: StepEndEvent[] = []
    const hooks = { afterStep: (event: StepEndEvent) => void events.push(event) }
    const options = { hooks, logger: null, runId: 'r' }
    const definition = untyped('c')
      .next(() => given.clock.block(5), { out: 'a', args: [] })
      .tap(async () => 'b', { name: 'b' })
    await given.run(definition, {}, options)
    given.runSync(
      untyped('c').next(() => 1, { out: 'a', args: [] }),
      {},
      options,
    )

    const usual = { chain: 'c', runId: 'r', kind: 'step', attempt: 1, attempts: 1, status: 'ok', abandoned: false }
    expect(events).toEqual([
      { ...usual, path: 'a', name: 'a', duration: 5, output: undefined },
      { ...usual, path: 'b', name: 'b', duration: 0, output: 'b' },
      { ...usual, path: 'a', name: 'a', duration: 0, output: 1 },
    ])
  })

  promised('are waited for, but not for ever, and the caller may leave', async (given) => {
    const gate = deferred()
    const faults: unknown[] = []
    const hooks = { afterStep: () => gate.promise, onHookError: (event: object) => void faults.push(event) }
    const options = { hooks, logger: null, hookTimeout: 10 }
    const definition = untyped('c').next(() => 1, { out: 'a', args: [] })
    const running = given.run(definition, {}, options)
    await given.clock.advance(9)
    expect(faults).toEqual([])
    await given.clock.advance(1)
    expect(await running).toEqual({ ok: true, context: { a: 1 } })
    expect(faults).toMatchObject([
      {
        source: 'afterStep',
        path: 'a',
        error: { message: 'the hook did not settle within 10 ms; the run went on without it' },
      },
    ])

    const left = given.failure(definition, options)
    await given.clock.advance(5)
    given.controller.abort('left')
    expect(await left).toMatchObject({ code: 'SC_CANCELLED', message: "Chain 'c' was cancelled in step 'a'" })
    gate.resolve(undefined)
  })

  promised('are waited for without a timer where the caller says so', async (given) => {
    const gate = deferred()
    const hooks = { afterStep: () => gate.promise }
    const running = given.run(
      untyped('c').next(() => 1, { out: 'a', args: [] }),
      {},
      { hooks, hookTimeout: Infinity },
    )
    await given.clock.advance(10 ** 9)
    expect(given.clock.pending).toBe(0)
    gate.resolve(undefined)

    expect(await running).toEqual({ ok: true, context: { a: 1 } })
  })

  promised('that are asynchronous are not waited for by a synchronous run', (given) => {
    const hooks = { afterStep: () => never() }
    const definition = untyped('c').next(() => 1, { out: 'a', args: [] })
    expect(given.runSync(definition, {}, { hooks, logger: null })).toEqual({ ok: true, context: { a: 1 } })
  })

  promised('with strictHooks fail a run by name', async (given) => {
    const broken = flaky(9, 1)
    const definition = untyped('c').next(() => 1, { out: 'a', args: [] })
    for (const [name, where] of [
      ['onRunStart', "Chain 'c'"],
      ['afterStep', "Step 'a'"],
      ['onRunEnd', "Chain 'c'"],
    ] as const) {
      const error = await given.failure(definition, { hooks: { [name]: broken }, logger: null, strictHooks: true })
      expect(error).toMatchObject({
        code: 'SC_HOOK',
        message: `${where}: the hook '${name}' failed, which strictHooks does not allow: down`,
      })
    }
  })
})
