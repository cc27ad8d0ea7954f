import { describe, expect } from 'vitest'
import { promised } from '../../support/promises.ts'
import { deferred, never, wait } from '../../support/steps.ts'
import type { Loose } from '../../support/untyped.ts'

describe('a group that settles', () => {
  promised('goes on whatever fails', async (given) => {
    const own = new Error('down')
    const fail = (): Promise<never> => wait(given.clock, 10).then(() => Promise.reject(own))
    const chain = given
      .chain()
      .parallel(
        [
          (c: Loose) =>
            c
              .next(async () => 1, { out: 'a' })
              .next(fail, { out: 'b' })
              .next(() => 3, { out: 'never' }),
          (c: Loose) => c.next(() => wait(given.clock, 50, 4), { out: 'd', args: [] }),
        ],
        { settle: true },
      )
      .map('xs', (x: number) => (x === 1 ? fail() : wait(given.clock, 20, x)), { out: 'ys', settle: true })
    const running = given.run(chain, { xs: [1, 2] })
    await given.clock.advance(100)
    const outcome = await running
    const context = outcome.ok ? outcome.context : {}

    const rejected = { status: 'rejected', error: { code: 'SC_STEP', cause: own } }
    expect(context).toMatchObject({
      a: { status: 'fulfilled', value: 1 },
      b: rejected,
      never: rejected,
      d: { status: 'fulfilled', value: 4 },
      ys: [rejected, { status: 'fulfilled', value: 2 }],
    })
    expect((context['b'] as { error: object }).error).toMatchObject({ step: 'parallel-1 > b' })
    expect((context['ys'] as { error: object }[])[0]?.error).toMatchObject({ step: 'ys > 0' })
  })

  promised('tells a key that was there before from one that a branch made', async (given) => {
    const chain = given
      .chain()
      .put('a', 1)
      .put('b', 1)
      .parallel(
        [
          (c: Loose) =>
            c
              .next(() => 2, { out: 'a', args: [], overwrite: true })
              .tap(() => Promise.reject(new Error('down')))
              .next(() => 2, { out: 'b', args: [], overwrite: true }),
        ],
        { settle: true },
      )
    const outcome = await given.run(chain)

    expect(outcome).toMatchObject({
      ok: true,
      context: { a: { status: 'fulfilled', value: 2 }, b: { status: 'rejected' } },
    })
  })

  promised('is stopped like any other', async (given) => {
    const chain = given
      .chain()
      .parallel({ a: (c: Loose) => c.tap(never) }, { settle: true })
      .tap(never)
    const running = given.failure(chain)
    await given.clock.advance(0)
    given.controller.abort(new Error('enough'))

    expect(await running).toMatchObject({
      code: 'SC_CANCELLED',
      message: "Chain 'c' was cancelled in step 'parallel-1'",
    })
  })
})

describe('a group without anything in it', () => {
  promised('adds nothing', async (given) => {
    const chain = given
      .chain()
      .parallel([])
      .parallel({})
      .map('xs', () => 1, { out: 'ys' })
      .each('xs', () => 1, { out: 'sum' })
    const expected = { xs: [], ys: [], sum: { total: 0, ok: 0, failed: 0, errors: [], duration: 0 } }

    expect(await given.run(chain, { xs: [] })).toEqual({ ok: true, context: expected })
    expect(given.runSync(chain, { xs: [] })).toEqual({ ok: true, context: expected })
  })

  promised('or with a branch without anything in it, adds no more', async (given) => {
    const same = (c: Loose): Loose => c
    const chain = given
      .chain()
      .parallel([same, same])
      .parallel({ a: same })
      .when(() => true, same)
      .map('xs', [same], { out: 'ys' })

    expect(await given.run(chain, { xs: [1] })).toEqual({ ok: true, context: { xs: [1], a: {}, ys: [{}] } })
  })
})

describe('what a group is made of', () => {
  promised('may be in one another, and shares the context as it was before', async (given) => {
    const later = deferred<number>()
    const chain = given
      .chain()
      .put('a', 1)
      .parallel([
        (c: Loose) =>
          c
            .next(() => later.promise, { out: 'b', args: [] })
            .parallel({ in: (d: Loose) => d.next((a: number, b: number) => a + b, { out: 's', args: ['a', 'b'] }) }),
        (c: Loose) => c.next((context: object) => Object.keys(context), { out: 'seen' }),
      ])
    const running = given.run(chain)
    await given.clock.advance(0)
    later.resolve(2)

    expect(await running).toEqual({ ok: true, context: { a: 1, b: 2, in: { s: 3 }, seen: ['a'] } })
  })

  promised('prints what was merged', async (given) => {
    const chain = given
      .chain('c', { logger: given.printed })
      .parallel([(c: Loose) => c.next(() => 1, { out: 'a', args: [] })], { log: 'a is {a}, all is {result}' })
      .parallel({ b: (c: Loose) => c.next(() => 2, { out: 'x', args: [] }) }, { log: 'x is {b.x}' })
      .map('xs', (x: number) => x, { out: 'ys', log: '{result.length} of {xs.length}' })
      .each('xs', (x: number) => x, { log: 'ok: {result.ok}' })
    await given.run(chain, { xs: [1, 2] }, { logger: given.printed })

    const lines = given.printed.lines.map(({ message }) => message).filter((line) => / is |of|ok:/.test(line))
    expect(lines.map((line) => line.replace(/^.*?(?=a is|x is|\d of|ok:)/, ''))).toEqual([
      'a is 1, all is {"a":1}',
      'x is 2',
      '2 of 2',
      'ok: 2',
    ])
  })
})
