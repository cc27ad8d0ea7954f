import { chain, type Hooks } from 'stepchain'
import { describe, expect } from 'vitest'
import { promised } from '../support/promises.ts'
import { recorder } from '../support/recorder.ts'
import { deferred, flaky, never } from '../support/steps.ts'
import { Tally } from '../support/tally.ts'

const fault = new Error('broken')

const failing: readonly (readonly [string, () => unknown])[] = [
  [
    'throws',
    () => {
      throw fault
    },
  ],
  ['rejects', () => Promise.reject(fault)],
]
const names = ['onRunStart', 'beforeStep', 'beforeAttempt', 'onRetry', 'afterStep', 'onRunEnd'] as const

describe('a hook that', () => {
  for (const name of names)
    for (const [how, fail] of failing) {
      promised(
        `row 94: ${how}, in ${name}: the step neither fails nor is repeated; the fault is told`,
        async (given) => {
          const tally = new Tally()
          const paid = flaky(1, 'paid')
          const definition = chain('c').next(paid, { out: 'a', args: [], retry: { retries: 3, initialDelay: 0 } })
          const outcome = await given.run(definition, {}, { hooks: { ...tally.hooks, [name]: fail } })

          expect(outcome).toEqual({ ok: true, context: { a: 'paid' } })
          expect(paid.calls).toBe(2)
          expect(tally.of('onHookError')[0]).toMatchObject({ source: name, error: fault })
        },
      )
    }

  for (const name of names)
    for (const [how, fail] of failing) {
      promised(
        `row 94: ${how}, in ${name}, with strictHooks: SC_HOOK, and no step is repeated for it`,
        async (given) => {
          const paid = flaky(1, 'paid')
          const definition = chain('c').next(paid, { out: 'a', args: [], retry: { retries: 3, initialDelay: 0 } })
          const error = await given.failure(definition, { hooks: { [name]: fail }, strictHooks: true })

          expect(error.code).toBe('SC_HOOK')
          expect(error.cause).toBe(fault)
          expect(paid.calls).toBe(
            { onRunStart: 0, beforeStep: 0, beforeAttempt: 0, onRetry: 1, afterStep: 2, onRunEnd: 2 }[name],
          )
        },
      )
    }

  promised('row 94: throws while a run fails: the run fails with what it failed with', async (given) => {
    const down = new Error('down')
    const throwing = failing[0]?.[1] as () => void
    const hooks: Hooks = Object.fromEntries(names.map((name) => [name, throwing]))
    const error = await given.failure(chain('c').next(flaky(9, 1, down), { out: 'a', args: [] }), { hooks })

    expect(error.cause).toBe(down)
  })

  promised('row 95: never settles is waited for 5 s, then left behind, which is told and warned of', async (given) => {
    const tally = new Tally()
    const logger = recorder('warn')
    const begun = given.clock.now()
    const definition = chain('c').next(() => given.clock.now() - begun, { out: 'at', args: [] })
    const running = given.run(
      definition,
      {},
      { logger, hooks: { beforeStep: never, onHookError: tally.hooks.onHookError as () => void } },
    )
    await given.clock.advance(5_000)

    expect(await running).toEqual({ ok: true, context: { at: 5_000 } })
    expect(tally.of('onHookError')).toMatchObject([{ source: 'beforeStep' }])
    expect(logger.text).toEqual([expect.stringMatching(/^warn beforeStep at 'at' .*5000 ms/)])
  })

  promised('row 95: is waited for as long as hookTimeout says', async (given) => {
    const begun = given.clock.now()
    const definition = chain('c', { hookTimeout: 10 }).next(() => given.clock.now() - begun, { out: 'at', args: [] })
    for (const [options, at] of [
      [{}, 10],
      [{ hookTimeout: 20 }, 40],
      [{ hookTimeout: 0 }, 40],
    ] as const) {
      const running = given.run(definition, {}, { ...options, hooks: { beforeStep: never } })
      await given.clock.advance(20)
      expect(await running).toEqual({ ok: true, context: { at } })
    }
    const slow = deferred()
    const running = given.run(definition, {}, { hookTimeout: Infinity, hooks: { beforeStep: () => slow.promise } })
    await given.clock.advance(1e9)
    slow.resolve(1)
    expect(await running).toMatchObject({ ok: true })
  })

  promised('row 95: settles after it was left behind changes nothing', async (given) => {
    const late = deferred()
    const running = given.run(
      chain('c').next(() => 1, { out: 'a', args: [] }),
      {},
      { hooks: { beforeStep: () => late.promise } },
    )
    await given.clock.advance(5_000)
    await running
    late.reject(fault)
    await given.clock.advance(0)

    expect(await running).toEqual({ ok: true, context: { a: 1 } })
  })

  promised('row 96: changes its event cannot: it is frozen', async (given) => {
    const faults: unknown[] = []
    const change = (event: object): void => {
      try {
        Object.assign(event, { path: 'changed', attempt: 99 })
      } catch (error) {
        faults.push(error)
      }
    }
    const hooks: Hooks = Object.fromEntries(
      [...names, 'wrap'].map((name) => [
        name,
        name === 'wrap' ? (event: object, next: () => unknown) => (change(event), next()) : change,
      ]),
    )
    const seen = new Tally()
    const definition = chain('c', { hooks }).next(flaky(1, 'ok'), {
      out: 'a',
      args: [],
      retry: { retries: 1, initialDelay: 0 },
    })
    await given.run(definition, {}, { hooks: seen.hooks })

    expect(faults.length).toBeGreaterThan(0)
    for (const error of faults) expect(error).toBeInstanceOf(TypeError)
    expect(new Set(seen.events.map(({ event }) => event.path))).toEqual(new Set(['', 'a']))
  })

  promised('row 97: gives a thenable that is no promise is waited for like any', async (given) => {
    const order: string[] = []
    const beforeStep = (): object => ({
      then: (ok: () => void) => void given.clock.setTimeout(() => (order.push('hook'), ok()), 10),
    })
    const running = given.run(
      chain('c').next(() => order.push('step'), { out: 'a', args: [] }),
      {},
      { hooks: { beforeStep } },
    )
    await given.clock.advance(10)
    await running

    expect(order).toEqual(['hook', 'step'])
  })

  promised('row 102: is added or removed while a run goes on is not seen by it', async (given) => {
    const seen: string[] = []
    const hooks: { beforeStep?: () => void; afterStep?: () => void } = { beforeStep: () => void seen.push('before') }
    const definition = chain('c')
      .next(
        async () => {
          delete hooks.beforeStep
          hooks.afterStep = () => void seen.push('after')
        },
        { name: 'a', args: [] },
      )
      .next(async () => 1, { out: 'b' })
    await given.run(definition, {}, { hooks })

    expect(seen).toEqual(['before', 'before'])
  })
})
