import { describe, expect } from 'vitest'
import { promised } from '../../support/promises.ts'
import { never, obeys, wait } from '../../support/steps.ts'
import { Tally } from '../../support/tally.ts'
import type { Loose } from '../../support/untyped.ts'

const down = new Error('down')

/** What is told of a hook: kinds and paths. */
function told(tally: Tally, hook: 'beforeStep' | 'afterStep' | 'beforeAttempt'): string[] {
  return tally.of(hook).map(({ kind, path, status }) => [kind, path, status].filter(Boolean).join(' '))
}

describe('what hooks are told of a group', () => {
  promised('is its steps, and the steps in it, with their paths; no run of its own', async (given) => {
    const tally = new Tally()
    const chain = given
      .chain()
      .parallel([(c: Loose) => c.next(() => 1, { out: 'a', args: [] })], { name: 'list' })
      .parallel({ left: (c: Loose) => c.next(() => 1, { out: 'd', args: [] }) }, { name: 'object' })
      .when(
        () => true,
        (c: Loose) => c.next(() => 1, { out: 'b', args: [] }),
      )
      .next(
        given.chain('inner').next(() => 1, { out: 'x', args: [] }),
        { out: 'i', args: {} },
      )
    await given.run(chain, {}, { hooks: tally.hooks, runId: 'r' })

    expect(tally.order).toEqual([
      'onRunStart',
      ...['list', 'list/a'].flatMap((path) => [`beforeStep ${path}`, `beforeAttempt ${path}`]),
      'afterStep list/a',
      'afterStep list',
      ...['object', 'object/left/d'].flatMap((path) => [`beforeStep ${path}`, `beforeAttempt ${path}`]),
      'afterStep object/left/d',
      'afterStep object',
      ...['when-3', 'when-3/b'].flatMap((path) => [`beforeStep ${path}`, `beforeAttempt ${path}`]),
      'afterStep when-3/b',
      'afterStep when-3',
      'beforeStep i',
      'beforeAttempt i',
      'onRunStart i',
      'beforeStep i/x',
      'beforeAttempt i/x',
      'afterStep i/x',
      'onRunEnd i',
      'afterStep i',
      'onRunEnd',
    ])
    expect(told(tally, 'afterStep')).toEqual([
      'step list/a ok',
      'parallel list ok',
      'step object/left/d ok',
      'parallel object ok',
      'step when-3/b ok',
      'when when-3 ok',
      'step i/x ok',
      'chain i ok',
    ])
    expect(tally.of('afterStep').map(({ output }) => output)).toEqual([
      1,
      { a: 1 },
      1,
      { left: { d: 1 } },
      1,
      { b: 1 },
      1,
      { x: 1 },
    ])
    for (const { event } of tally.events) expect(event).toMatchObject({ chain: 'c', runId: 'r' })
  })

  promised('is its items, where someone listens', async (given) => {
    const tally = new Tally()
    const chain = given
      .chain()
      .map('xs', (x: number) => x, { out: 'ys' })
      .each('xs', [(c: Loose) => c.tap(() => 1, { name: 't' })], { name: 'e', concurrency: 1, out: 'sum' })
    await given.run(chain, { xs: [5, 6] }, { hooks: tally.hooks })

    expect(told(tally, 'afterStep')).toEqual([
      'item ys/0 ok',
      'item ys/1 ok',
      'map ys ok',
      'step e/0/t ok',
      'item e/0 ok',
      'step e/1/t ok',
      'item e/1 ok',
      'each e ok',
    ])
    expect(told(tally, 'beforeStep')).toEqual([
      'map ys',
      'item ys/0',
      'item ys/1',
      'each e',
      'item e/0',
      'step e/0/t',
      'item e/1',
      'step e/1/t',
    ])
    expect(tally.of('afterStep')[2]).toMatchObject({ name: 'ys', output: [5, 6] })
    expect(tally.of('afterStep').at(-1)).toMatchObject({ output: { total: 2, ok: 2 } })
    expect(tally.of('onProgress').map(({ path, done, total }) => [path, done, total])).toEqual([
      ['ys', 1, 2],
      ['ys', 2, 2],
      ['e', 1, 2],
      ['e', 2, 2],
    ])
  })

  promised('is how its steps ended: failed, or cancelled since another had failed', async (given) => {
    const tally = new Tally()
    const chain = given.chain().parallel(
      {
        bad: (c: Loose) => c.tap(() => wait(given.clock, 10).then(() => Promise.reject(down)), { name: 'x' }),
        good: (c: Loose) => c.tap(obeys(given.clock), { name: 'x' }),
        done: (c: Loose) => c.tap(() => wait(given.clock, 20), { name: 'x', args: [] }).tap(() => 1, { name: 'y' }),
        lost: (c: Loose) => c.tap(never, { name: 'x' }),
      },
      { name: 'g', grace: 100 },
    )
    await given.failure(chain, { hooks: tally.hooks, ms: 150 })

    expect(told(tally, 'afterStep')).toEqual([
      'step g/bad/x failed',
      'step g/good/x cancelled',
      'step g/done/x ok',
      'step g/lost/x cancelled',
      'parallel g failed',
    ])
    expect(tally.of('afterStep').at(-1)).toMatchObject({ error: { code: 'SC_GROUP' } })
    expect(tally.of('afterStep')[3]).toMatchObject({ abandoned: true })
  })

  promised('is each attempt of an item, and of a group', async (given) => {
    const tally = new Tally()
    let calls = 0
    const step = (): number => {
      if (calls++ < 2) throw down
      return 1
    }
    const retry = { retries: 1, initialDelay: 0, retryIf: () => true }
    const chain = given.chain().parallel([(c: Loose) => c.map('xs', step, { out: 'ys', retry })], { name: 'g', retry })
    await given.run(chain, { xs: [1] }, { hooks: tally.hooks })

    expect(tally.of('onRetry')).toMatchObject([
      { kind: 'item', path: 'g/ys/0', attempt: 1, error: down },
      { kind: 'parallel', path: 'g', attempt: 1, error: { code: 'SC_GROUP' } },
    ])
    expect(tally.of('beforeAttempt').map(({ path, attempt }) => `${path} ${String(attempt)}`)).toEqual([
      'g 1',
      'g/ys 1',
      'g/ys/0 1',
      'g/ys/0 2',
      'g 2',
      'g/ys 1',
      'g/ys/0 1',
    ])
  })

  promised('is what undoes and releases its steps', async (given) => {
    const tally = new Tally()
    const chain = given
      .chain()
      .parallel(
        { b: (c: Loose) => c.next(() => 1, { out: 'a', args: [], compensate: () => 1, release: () => 1 }) },
        { name: 'g' },
      )
      .tap(() => Promise.reject(down), { name: 'x' })
    await given.failure(chain, { hooks: tally.hooks })

    expect(told(tally, 'afterStep')).toEqual([
      'step g/b/a ok',
      'parallel g ok',
      'step x failed',
      'step g/b/a.compensate ok',
      'step g/b/a.release ok',
    ])
    expect(tally.of('onRunEnd')).toMatchObject([{ path: '', status: 'failed' }])
  })

  promised('is what settles late: items and steps that were abandoned, and did what they did', async (given) => {
    for (const watched of [false, true]) {
      const tally = new Tally()
      const hooks = watched ? tally.hooks : { onLateSettle: (event: never) => tally.hooks.onLateSettle?.(event) }
      const late = (x: number): Promise<unknown> =>
        x === 0
          ? wait(given.clock, 10).then(() => Promise.reject(down))
          : wait(given.clock, 50, x).then(() => (x === 1 ? x : Promise.reject(new Error(String(x)))))
      const chain = given.chain().map('xs', late, { out: 'ys', grace: 20 })
      const running = given.failure(chain, { input: { xs: [0, 1, 2] }, hooks })
      await given.clock.advance(100)
      await running

      expect(
        tally
          .of('onLateSettle')
          .map(({ kind, path, status, output, error }) => [
            kind,
            path,
            status,
            output,
            (error as Error | undefined)?.message,
          ]),
      ).toEqual([
        ['item', 'ys/1', 'ok', 1, undefined],
        ['item', 'ys/2', 'failed', undefined, '2'],
      ])
    }
  })

  promised('is what settles late of a run that was stopped', async (given) => {
    const tally = new Tally()
    const late = (x: number): Promise<unknown> => wait(given.clock, 100, x)
    const chain = given.chain().map('xs', late, { out: 'ys' }).tap(never)
    const running = given.failure(chain, {
      input: { xs: [1] },
      timeout: 50,
      hooks: { onLateSettle: (event) => tally.hooks.onLateSettle?.(event) },
    })
    await given.clock.advance(150)

    expect(await running).toMatchObject({ code: 'SC_DEADLINE', step: 'ys' })
    expect(tally.of('onLateSettle').map(({ kind, path }) => `${kind} ${path}`)).toEqual(['item ys/0'])
  })

  promised('may be too much for them: a hook that throws changes nothing', async (given) => {
    const tally = new Tally()
    const hooks = {
      ...tally.hooks,
      onProgress: () => {
        throw down
      },
      afterStep: () => {
        throw down
      },
    }
    const chain = given
      .chain()
      .map('xs', (x: number) => x, { out: 'ys' })
      .parallel([(c: Loose) => c.tap(() => 1)])

    expect((await given.run(chain, { xs: [1] }, { hooks })).ok).toBe(true)
    expect(tally.of('onHookError').map(({ source, kind }) => `${String(source)} ${kind}`)).toEqual([
      'afterStep item',
      'onProgress map',
      'afterStep map',
      'afterStep step',
      'afterStep parallel',
    ])
  })

  promised('may wrap it', async (given) => {
    const around: string[] = []
    const hooks = {
      wrap: ({ path }: { path: string }, next: () => unknown): unknown => {
        around.push(`> ${path}`)
        const value = next()
        return value instanceof Promise
          ? value.finally(() => around.push(`< ${path}`))
          : (around.push(`< ${path}`), value)
      },
    }
    const chain = given.chain().parallel([(c: Loose) => c.map('xs', (x: number) => x, { out: 'ys' })], { name: 'g' })

    expect((await given.run(chain, { xs: [1] }, { hooks })).ok).toBe(true)
    expect(around).toEqual(['> g', '> g/ys', '> g/ys/0', '< g/ys/0', '< g/ys', '< g'])
  })
})
