import { chain, HookFailedError, type Hooks } from 'stepchain'
import { describe, expect } from 'vitest'
import { promised } from '../../support/promises.ts'
import { RecordingHost } from '../../support/recording-host.ts'
import { flaky, never } from '../../support/steps.ts'
import { Tally } from '../../support/tally.ts'

const thrown = new Error('metrics are down')
const strict = { strictHooks: true }

const KINDS: readonly (readonly [string, () => unknown])[] = [
  [
    'throws',
    () => {
      throw thrown
    },
  ],
  ['rejects', () => Promise.reject(thrown)],
]

describe.each(KINDS)('with strictHooks, a hook that %s', (_kind, hook) => {
  promised('row 94: after a step fails the run, without repeating the step, whose output is kept', async (given) => {
    const step = flaky(0, 'paid')
    const later = flaky(0, 1)
    const definition = chain('c').next(step, { out: 'receipt', args: [], retry: 3 }).next(later, { out: 'b', args: [] })
    const error = await given.failure(definition, { hooks: { afterStep: hook }, ...strict, ms: 1_000 })

    expect(error).toBeInstanceOf(HookFailedError)
    expect(error).toMatchObject({
      code: 'SC_HOOK',
      name: 'HookFailedError',
      step: 'receipt',
      cause: thrown,
      context: { receipt: 'paid' },
      message: "Step 'receipt': the hook 'afterStep' failed, which strictHooks does not allow: metrics are down",
    })
    expect([step.calls, later.calls]).toEqual([1, 0])
  })

  promised('row 94: before a step, or an attempt, keeps it from being called', async (given) => {
    for (const name of ['beforeStep', 'beforeAttempt'] as const) {
      const step = flaky(0, 1)
      const definition = chain('c').next(step, { out: 'a', args: [], retry: 3 })
      const error = await given.failure(definition, { hooks: { [name]: hook }, ...strict, ms: 1_000 })

      expect(error).toMatchObject({ code: 'SC_HOOK', step: 'a', cause: thrown })
      expect(step.calls).toBe(0)
    }
  })

  promised('row 94: between two attempts ends the step', async (given) => {
    const step = flaky(1, 1)
    const definition = chain('c').next(step, { out: 'a', args: [], retry: 3 })
    const error = await given.failure(definition, { hooks: { onRetry: hook }, ...strict, ms: 1_000 })

    expect(error).toMatchObject({ code: 'SC_HOOK', step: 'a', cause: thrown, attempts: [{ attempt: 1 }] })
    expect(step.calls).toBe(1)
  })

  promised('row 94: at the beginning or the end of a run fails it', async (given) => {
    for (const name of ['onRunStart', 'onRunEnd'] as const) {
      const definition = chain('c').next(() => 1, { out: 'a' })
      const error = await given.failure(definition, { hooks: { [name]: hook }, ...strict, ms: 1_000 })

      expect(error).toMatchObject({ code: 'SC_HOOK', cause: thrown })
      expect(error.message).toContain(`the hook '${name}' failed`)
      expect(error.context).toEqual(name === 'onRunEnd' ? { a: 1 } : {})
    }
  })

  promised('takes nothing from a run that fails anyway', async (given) => {
    const down = new Error('down')
    const definition = chain('c').next(() => Promise.reject(down), { out: 'a', args: [] })
    const hooks = { afterStep: hook, onRunEnd: hook }
    const error = await given.failure(definition, { hooks, ...strict, ms: 1_000 })

    expect(error).toMatchObject({ code: 'SC_STEP', cause: down })
  })

  promised('is told to onHookError all the same, which itself fails nothing', async (given) => {
    const tally = new Tally()
    const definition = chain('c').next(() => 1, { out: 'a' })
    const hooks: Hooks = { ...tally.hooks, afterStep: hook }
    expect((await given.failure(definition, { hooks, ...strict })).code).toBe('SC_HOOK')
    expect(tally.of('onHookError')).toMatchObject([{ source: 'afterStep', error: thrown }])

    const quiet = { onHookError: hook, afterStep: () => 1 }
    expect(await given.run(definition, undefined, { hooks: quiet, ...strict })).toEqual({ ok: true, context: { a: 1 } })
  })

  promised('fails a chain that asks for it, and what runs that chain', async (given) => {
    const step = flaky(0, 1)
    const inner = chain('inner', strict).with({ afterStep: hook }).next(step, { out: 'a', args: [] })
    const outer = chain('outer').next(inner, { out: 'inner', retry: 2 })
    const error = await given.failure(outer, { ms: 1_000 })

    expect(error).toMatchObject({ code: 'SC_HOOK', step: 'inner > a', cause: thrown })
    expect(step.calls).toBe(1)
  })

  promised('fails a run on a host', async (given) => {
    const host = new RecordingHost()
    const definition = chain('c').next(() => 1, { out: 'a' })
    const error = await given.failure(definition, { host, hooks: { beforeAttempt: hook }, ...strict })

    expect(error.code).toBe('SC_HOOK')
  })
})

describe('with strictHooks', () => {
  promised('row 95: a hook that takes too long fails the run', async (given) => {
    const definition = chain('c').next(() => 1, { out: 'a' })
    const error = await given.failure(definition, { hooks: { afterStep: never }, ...strict, ms: 5_000 })

    expect(error.code).toBe('SC_HOOK')
    expect(String(error.cause)).toContain('did not settle within 5000 ms')
  })

  promised('a sync run fails by what is thrown at once', async (given) => {
    const step = flaky(0, 1)
    const definition = chain('c').next(step, { out: 'a', args: [] })
    const hooks = {
      afterStep() {
        throw thrown
      },
    }
    expect(given.runSync(definition, undefined, { hooks, ...strict })).toMatchObject({
      ok: false,
      error: { code: 'SC_HOOK', cause: thrown },
    })
    expect(step.calls).toBe(1)
  })

  promised('loggers and log callbacks that throw fail nothing', async (given) => {
    const broken = (): never => {
      throw thrown
    }
    const logger = { debug: broken, info: broken, warn: broken, error: broken }
    const definition = chain('c').next(() => 1, { out: 'a', log: broken })
    expect(await given.run(definition, undefined, { logger, ...strict })).toEqual({ ok: true, context: { a: 1 } })
  })
})
