import { chain } from 'stepchain'
import { describe, expect } from 'vitest'
import { promised } from '../../support/promises.ts'
import { never } from '../../support/steps.ts'
import { Tally } from '../../support/tally.ts'
import { settlePromises } from '../../support/virtual-clock.ts'

describe('hooks that fail', () => {
  const broken = new Error('broken')
  const names = ['onRunStart', 'beforeStep', 'beforeAttempt', 'onRetry', 'afterStep', 'onProgress', 'onRunEnd'] as const
  const ways: readonly { readonly how: string; readonly fail: () => unknown }[] = [
    {
      how: 'throws',
      fail: () => {
        throw broken
      },
    },
    { how: 'rejects', fail: () => Promise.reject(broken) },
    {
      how: 'gives a thenable that throws',
      fail: () => ({
        then() {
          throw broken
        },
      }),
    },
    {
      how: 'gives something whose then cannot be read',
      fail: () => ({
        get then() {
          throw broken
        },
      }),
    },
  ]
  for (const name of names)
    for (const { how, fail } of ways) {
      promised(`${name} that ${how} neither fails nor repeats anything`, async (given) => {
        const tally = new Tally()
        let calls = 0
        const step = (_context: unknown, handle: { progress(done: number): void }): string => {
          handle.progress(1)
          if (++calls === 1) throw new Error('once')
          return 'ok'
        }
        const definition = chain('c').next(step, { out: 'a', retry: { retries: 1, initialDelay: 0 } })
        const outcome = await given.run(definition, {}, { hooks: { ...tally.hooks, [name]: fail } })

        expect(outcome).toEqual({ ok: true, context: { a: 'ok' } })
        expect(calls).toBe(2)
        expect(tally.of('onHookError').length).toBeGreaterThan(0)
        for (const event of tally.of('onHookError'))
          expect(event).toMatchObject({ source: name, error: broken, chain: 'c' })
      })
    }

  promised('onHookError that throws, rejects or never settles is heard by nobody', async (given) => {
    for (const { fail } of [...ways, { fail: never }]) {
      const hooks = { beforeStep: ways[0]?.fail as () => void, onHookError: fail }
      const outcome = await given.run(
        chain('c').next(() => 1, { out: 'a', args: [] }),
        {},
        { hooks },
      )

      expect(outcome).toEqual({ ok: true, context: { a: 1 } })
    }
  })

  promised('in a synchronous run are told of too, when they reject', async (given) => {
    const tally = new Tally()
    const hooks = { ...tally.hooks, beforeStep: () => Promise.reject(broken) }
    const outcome = given.runSync(
      chain('c').next(() => 1, { out: 'a', args: [] }),
      {},
      { hooks },
    )
    await settlePromises()

    expect(outcome).toEqual({ ok: true, context: { a: 1 } })
    expect(tally.of('onHookError')).toMatchObject([{ source: 'beforeStep', error: broken }])
  })

  promised('one of several: the others are called all the same', async (given) => {
    const seen: string[] = []
    const say = (word: string) => ({ beforeStep: () => void seen.push(word) })
    const fail = ways[0]?.fail as () => void
    const definition = chain('c', { hooks: say('chain') })
      .with({ beforeStep: fail })
      .with(say('with'))
      .next(() => 1, { out: 'a', args: [] })
    await given.run(definition, {}, { hooks: say('run') })

    expect(seen).toEqual(['chain', 'with', 'run'])
  })
})
