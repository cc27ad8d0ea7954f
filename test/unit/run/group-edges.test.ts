import type { Host, HostBranch, StepHandle } from 'stepchain'
import { describe, expect } from 'vitest'
import { promised } from '../../support/promises.ts'
import { flaky, never, obeys, wait } from '../../support/steps.ts'
import { Tally } from '../../support/tally.ts'
import { down, fails, UndoLog } from '../../support/undo-log.ts'
import type { Loose } from '../../support/untyped.ts'
import { settlePromises, VirtualClock } from '../../support/virtual-clock.ts'

describe('a group whose run has ended before anybody could say so', () => {
  promised('begins no item that a source gives too late', async (given) => {
    const begun: number[] = []
    const next = async (): Promise<object> => {
      given.clock.block(100)
      return { done: begun.length > 3, value: begun.length }
    }
    const xs = { [Symbol.asyncIterator]: () => ({ next }) }
    const chain = given.chain().each('xs', (x: number) => void begun.push(x))

    expect(await given.failure(chain, { input: { xs }, timeout: 50 })).toMatchObject({ code: 'SC_DEADLINE' })
    expect(begun).toEqual([])
  })

  promised('is told so by a branch that heard of it first', async (given) => {
    const second = flaky(0, 1)
    const block = (): Promise<void> => wait(given.clock, 10).then(() => given.clock.block(100))
    const branch = (c: Loose): Loose => c.tap(block).tap(second, { args: [] })
    for (const chain of [given.chain().parallel([branch]), given.chain().each('xs', [branch])])
      expect(await given.failure(chain, { input: { xs: [1] }, timeout: 50, ms: 10 })).toMatchObject({
        code: 'SC_DEADLINE',
      })
    expect(second.calls).toBe(0)
  })

  promised('is told that once: not again for another reason', async (given) => {
    const chain = given.chain().parallel([(c: Loose) => c.tap(obeys(given.clock, 15))], { timeout: 50 })
    const running = given.failure(chain)
    await given.clock.advance(55)
    given.controller.abort()
    await given.clock.advance(20)

    expect(await running).toMatchObject({ code: 'SC_CANCELLED' })
  })

  promised('since a step in it has ended it', async (given) => {
    const chain = given.chain().parallel([
      (c: Loose) =>
        c
          .tap(async () => {})
          .tap(() => {
            given.controller.abort()
            return never()
          }),
    ])
    const running = given.failure(chain)
    await given.clock.advance(20)

    expect(await running).toMatchObject({ code: 'SC_CANCELLED' })
  })
})

describe('a group inside of one that has failed', () => {
  promised('begins nothing more, and has not been finished', async (given) => {
    const log: string[] = []
    const step = (name: string) => (c: Loose) =>
      c.next(() => wait(given.clock, 50, name).finally(() => log.push(name)), { out: name, args: [] })
    const chain = given.chain().parallel({
      bad: (c: Loose) => c.tap(() => wait(given.clock, 10).then(() => Promise.reject(down))),
      group: (c: Loose) => c.parallel([step('one'), step('two')], { concurrency: 1 }).tap(() => void log.push('never')),
    })
    const error = await given.failure(chain, { ms: 200 })

    expect(log).toEqual(['one'])
    expect(error.results).toEqual({ bad: {}, group: { one: 'one' } })
  })

  promised('goes on with no nested chain either', async (given) => {
    const log: string[] = []
    const inner = given
      .chain('inner')
      .next(() => wait(given.clock, 50, 1), { out: 'one', args: [] })
      .tap(() => void log.push('never'))
    const chain = given
      .chain()
      .parallel([
        (c: Loose) => c.tap(() => wait(given.clock, 10).then(() => Promise.reject(down))),
        (c: Loose) => c.next(inner, { out: 'i', args: {} }),
      ])

    expect(await given.failure(chain, { ms: 200 })).toMatchObject({ code: 'SC_GROUP', results: {} })
    expect(log).toEqual([])
  })

  promised('is waited for while it undoes something, though the grace is over', async (given) => {
    const log = new UndoLog(given)
    const inner = fails(given.chain('inner').next(() => 1, { out: 'a', args: [], compensate: log.note('undo', 200) }))
    const chain = given
      .chain()
      .parallel(
        [
          (c: Loose) => c.tap(() => wait(given.clock, 10).then(() => Promise.reject(down))),
          (c: Loose) => c.next(inner, { out: 'i', args: {}, retry: { retries: 3, initialDelay: 0 } }),
        ],
        { grace: 50 },
      )

    expect(await given.failure(chain, { ms: 500 })).toMatchObject({ code: 'SC_GROUP' })
    expect(log.lines).toEqual(['undo 1', 'undo done'])
  })

  promised('that hears of its end when that is over is let go', async (given) => {
    // A clock that tells of all that is due at once, before anything can come of the first of it.
    class Blunt extends VirtualClock {
      readonly due: (() => void)[] = []
      override readonly setTimeout = (callback: () => void): number => this.due.push(callback)
      override readonly clearTimeout = (handle: unknown): void => void (this.due[Number(handle) - 1] = () => {})
    }
    const clock = new Blunt()
    const chain = given.chain().parallel([(c: Loose) => c.tap(never), (c: Loose) => c.tap(() => Promise.reject(down))])
    const running = given.run(chain, {}, { clock })
    await settlePromises()
    for (const callback of clock.due.splice(0)) callback()

    expect(await running).toMatchObject({ ok: false, error: { code: 'SC_GROUP' } })
  })
})

describe('a step that runs a chain by itself, which cannot be undone', () => {
  promised('fails like any other', async (given) => {
    const other = fails(
      given.chain('other').next(() => 1, { out: 'a', args: [], compensate: () => Promise.reject(down) }),
    )
    const error = await given.failure(
      given.chain().next(() => other.run({}, { logger: null }), { out: 'b', args: [], retry: 3 }),
    )

    expect(error).toMatchObject({ code: 'SC_STEP', cause: { code: 'SC_COMPENSATION' }, attempts: [{ attempt: 1 }] })
  })
})

describe('the handle of what undoes a step', () => {
  promised('knows the key of that step; an item undoes nothing', async (given) => {
    const keys: unknown[] = []
    const note = (_: unknown, step: StepHandle): void => void keys.push(step.key, step.undoneKey)
    const chain = fails(
      given
        .chain()
        .parallel({ p: (c: Loose) => c.next(() => 1, { out: 'a', args: [], compensate: note }) }, { name: 'g' })
        .each('xs', (_: unknown, _index: number, step: StepHandle) => note(null, step)),
    )
    await given.failure(chain, { input: { xs: [1] }, runId: 'r' })

    expect(keys).toEqual(['r/each-2/0', undefined, 'r/g/p/a.compensate', 'r/g/p/a'])
  })

  promised('a step that is only released is not undone', async (given) => {
    const log = new UndoLog(given)
    await given.failure(fails(given.chain().next(() => 1, { out: 'a', args: [], release: log.note('free') })))
    expect(log.lines).toEqual(['free 1'])
  })
})

describe('a host', () => {
  const sideBySide = (_name: string, branches: readonly HostBranch<never>[]): Promise<PromiseSettledResult<never>[]> =>
    Promise.allSettled(branches.map((branch) => branch.run()))
  const step: Host['step'] = async (_call, run) => run({})

  promised('that runs the branches of a stopped group begins no wave more', async (given) => {
    const begun: number[] = []
    const all = async (name: string, branches: readonly HostBranch<never>[]): Promise<unknown> => {
      const results = await sideBySide(name, branches)
      await wait(given.clock, 50)
      return results
    }
    const chain = given.chain().each('xs', (x: number) => void begun.push(x), { concurrency: 1 })
    const running = given.failure(chain, { input: { xs: [1, 2, 3] }, host: { runId: 'r', step, all: all as never } })
    await given.clock.advance(25)
    given.controller.abort()
    await given.clock.advance(100)

    expect(await running).toMatchObject({ code: 'SC_CANCELLED' })
    expect(begun).toEqual([1])
  })

  promised('is waited for while a branch undoes something', async (given) => {
    const log = new UndoLog(given)
    const inner = fails(given.chain('inner').next(() => 1, { out: 'a', args: [], compensate: log.note('undo', 200) }))
    const chain = given
      .chain()
      .parallel([(c: Loose) => c.next(inner, { out: 'i', args: {}, retry: { retries: 3, initialDelay: 0 } })])
    const running = given.failure(chain, { host: { runId: 'r', step, all: sideBySide } })
    await given.clock.advance(10)
    given.controller.abort()
    await given.clock.advance(300)

    expect(await running).toMatchObject({ code: 'SC_CANCELLED' })
    expect(log.lines).toEqual(['undo 1', 'undo done'])
  })

  promised('whose step was cut off once and then succeeded leaves nothing open', async (given) => {
    const log = new UndoLog(given)
    let calls = 0
    const slow = (): Promise<string> => (calls++ === 0 ? never() : Promise.resolve('ok'))
    const chain = fails(
      given.chain().next(slow, {
        out: 'a',
        args: [],
        timeout: 50,
        retry: { retries: 1, initialDelay: 0 },
        compensate: log.note('undo'),
        compensateUnknown: log.note('ask'),
      }),
    )
    await given.failure(chain, { host: { runId: 'r', step }, ms: 100 })

    expect(log.lines).toEqual(['undo "ok"'])
  })

  promised('that suspends a run while a branch reads its arguments ends it with that', async (given) => {
    const suspend = new Error('suspended')
    const tally = new Tally()
    const inner = given.chain('inner').tap(() => 1)
    const branch = (c: Loose): Loose => c.next(inner, { out: 'i', args: { x: 'o.bad' } })
    const o = Object.defineProperty({}, 'bad', {
      get() {
        throw suspend
      },
    })
    for (const chain of [
      given.chain().put('o', o).parallel([branch]),
      given
        .chain()
        .put('o', o)
        .when(() => true, branch),
    ]) {
      const host: Host = { runId: 'r', step, isControl: (error) => error === suspend }
      const end = await chain
        .run({}, { host, hooks: tally.hooks, clock: given.clock, logger: null })
        .catch((error: unknown) => error)

      expect(end).toBe(suspend)
    }
  })
})
