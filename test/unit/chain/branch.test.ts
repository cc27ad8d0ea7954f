import { describe, expect, test } from 'vitest'
import { type Loose, thrownBy, untyped } from '../../support/untyped.ts'

const orders = untyped('orders', { logger: null }).put('a', 1)

describe('what builds a branch', () => {
  const wrong: readonly (readonly [string, unknown])[] = [
    ['nothing', () => undefined],
    ['another chain', () => untyped('other')],
    ['another chain with as many nodes', () => untyped('other').put('x', 1).put('y', 2)],
    ['the chain around it', () => orders],
    ['what the chain around it was built to', () => orders.tap(() => 1).tap(() => 2)],
    ['a promise', async (c: Loose) => c],
  ]
  test.each(wrong)('gives the chain that it was given, not %s', (_, build) => {
    for (const chain of [
      () => orders.parallel([build]),
      () => orders.parallel({ b: build }),
      () => orders.when(() => true, build),
      () =>
        orders.when(
          () => true,
          (c: Loose) => c,
          build,
        ),
      () => orders.each('a', [build]),
    ]) {
      const error = thrownBy(chain)
      expect(error).toMatchObject({ code: 'SC_DEFINITION' })
      expect(error.message).toMatch(
        /^Chain 'orders', step #1: what a branch gave is .*; expected the chain that it was given/,
      )
    }
  })

  test.each([5, null, {}, untyped('other')])('is a function, not %o', (build) => {
    for (const chain of [() => orders.parallel([build]), () => orders.when(() => true, build)])
      expect(thrownBy(chain).message).toContain('a branch is ')
  })

  test.each([5, null, 'x', () => 1])('of a parallel is in a list or an object, not %o', (branches) => {
    expect(thrownBy(() => orders.parallel(branches)).message).toContain('the options of parallel, its branches is ')
  })

  test('may throw, and then that is thrown', () => {
    const own = new Error('own')
    expect(
      thrownBy(() =>
        orders.parallel([
          () => {
            throw own
          },
        ]),
      ),
    ).toBe(own)
  })

  test('is called once, while the chain is built', async () => {
    let calls = 0
    const chain = orders.parallel([(c: Loose) => (calls++, c.next(() => 2, { out: 'b' }))])
    expect(calls).toBe(1)
    await chain.run()
    await chain.run()
    expect(calls).toBe(1)
  })

  test('may give the chain as it was, or with hooks of its own, which are for the branch alone', async () => {
    const seen: string[] = []
    const hooks = { beforeStep: ({ path }: { path: string }) => void seen.push(path) }
    const chain = orders
      .parallel({
        none: (c: Loose) => c,
        only: (c: Loose) => c.with(hooks),
        some: (c: Loose) => c.with(hooks).tap(() => 1, { name: 't' }),
        late: (c: Loose) => c.tap(() => 1, { name: 't' }).with(hooks),
        other: (c: Loose) => c.tap(() => 1, { name: 't' }),
      })
      .tap(() => 1, { name: 'u' })
    expect(await chain.run()).toEqual({ a: 1, none: {}, only: {}, some: {}, late: {}, other: {} })
    expect(seen).toEqual(['parallel-1/some/t', 'parallel-1/late/t'])
  })

  test('may put values, which are outs of the branch', async () => {
    const chain = orders.parallel([(c: Loose) => c.put('b', 2).next((b: number) => b + 1, { out: 'd', args: ['b'] })])
    expect(await chain.run()).toEqual({ a: 1, b: 2, d: 3 })
    const named = orders.parallel({ x: (c: Loose) => c.put('b', 2) })
    expect(await named.run()).toEqual({ a: 1, x: { b: 2 } })
  })

  test('may use steps of another chain', async () => {
    const other = untyped('other')
      .put('b', 2)
      .next((b: number) => b * 2, { out: 'd', args: ['b'] })
    expect(await orders.parallel({ x: (c: Loose) => c.use(other) }).run()).toEqual({ a: 1, x: { b: 2, d: 4 } })
  })

  test('cannot take what the chain around it has taken', () => {
    expect(thrownBy(() => orders.parallel({ x: (c: Loose) => c.put('a', 2) })).message).toContain(
      'a key that is not taken',
    )
    expect(thrownBy(() => orders.each('a', [(c: Loose) => c.put('item', 2)])).message).toContain(
      'a key that is not taken',
    )
  })

  test('leaves the chain around it as it was', async () => {
    orders.parallel([(c: Loose) => c.next(() => 2, { out: 'b' })])
    expect(await orders.run()).toEqual({ a: 1 })
  })
})

describe('a loop', () => {
  const branches: readonly (readonly [string, unknown])[] = [
    ['a list of one', [(c: Loose) => c.next((x: number) => x + 1, { out: 'y', args: ['item'] })]],
    ['a list of one that takes no chain at first sight', [(c: Loose) => build(c)]],
    [
      'an arrow function that begins with a step',
      (c: Loose) => c.next((x: number) => x + 1, { out: 'y', args: ['item'] }),
    ],
    [
      'one that begins with a tap',
      (c: Loose) => c.tap(() => 1).next((x: number) => x + 1, { out: 'y', args: ['item'] }),
    ],
  ]
  function build(c: Loose): Loose {
    return c.next((x: number) => x + 1, { out: 'y', args: ['item'] })
  }

  test.each(branches)('builds a branch with %s', async (_, fn) => {
    expect(await orders.map('xs', fn, { out: 'ys' }).run({ xs: [1, 2] })).toMatchObject({ ys: [{ y: 2 }, { y: 3 }] })
  })

  const functions: readonly (readonly [string, (item: never) => unknown])[] = [
    ['an iterator', (it: Iterator<number>) => it.next()],
    [
      'a function that is no arrow function',
      function (c: { next(x: number): number }) {
        return c.next(1)
      },
    ],
    [
      'a method',
      {
        step(c: { next(x: number): number }) {
          return c.next(1)
        },
      }.step,
    ],
  ]
  test.each(functions)('calls a function that only looks like one that builds: %s', async (_, fn) => {
    const item = { next: () => 'called' }
    expect(await orders.map('xs', fn, { out: 'ys' }).run({ xs: [item] })).toMatchObject({ ys: ['called'] })
  })

  test('is named and numbered anew where its steps are used elsewhere', async () => {
    const seen: string[] = []
    const hooks = { beforeStep: ({ path }: { path: string }) => void seen.push(path) }
    const other = untyped('other')
      .each('xs', () => 1)
      .parallel([(c: Loose) => c.tap(() => 1)])
      .when(
        () => true,
        (c: Loose) => c.tap(() => 1),
      )
      .tap(() => 1)
    await orders
      .tap(() => 1)
      .use(other)
      .run({ xs: [] }, { hooks })
    expect(seen.filter((path) => !path.includes('/'))).toEqual(['step-1', 'each-2', 'parallel-3', 'when-4', 'step-5'])
  })
})
