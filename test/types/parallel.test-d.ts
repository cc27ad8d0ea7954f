import { chain, type Settled } from 'stepchain'
import { describe, expectTypeOf, test } from 'vitest'
import type { HasAsyncSteps } from '../../src/define/types/messages.ts'
import { load, loadLater, type ContextOf, type Row, type Source } from '../support/types-domain.ts'

const base = chain<Source>()
const args = ['source', 'limit'] as const
const inner = chain<{ source: string }>().next(({ source }) => source.length, { out: 'length' })

/** What a chain has added to the domain. */
type AddedBy<Chain extends { run(...given: never): Promise<unknown> }> = {
  [Key in Exclude<keyof ContextOf<Chain>, keyof Source>]: ContextOf<Chain>[Key]
}

describe('parallel with a list', () => {
  test('adds the outs of all branches', () => {
    const both = base.parallel([
      (c) => c.next(load, { out: 'found', args }).put('n', 1),
      (c) => c.next(({ limit }) => limit > 3, { out: 'many' }),
    ])
    expectTypeOf<AddedBy<typeof both>>().toEqualTypeOf<{ found: Row[]; n: number; many: boolean }>()
    both.next((rows) => expectTypeOf(rows).toEqualTypeOf<Row[]>(), { args: ['found'] })
  })

  test('gives each branch the context so far, and its own outs', () => {
    base.put('batch', 5).parallel([
      (c) =>
        c
          .next(({ batch, user }) => [batch, user.id] as const, { out: 'pair2' })
          .tap((pair) => expectTypeOf(pair).toEqualTypeOf<readonly [number, string]>(), { args: ['pair2'] }),
      // @ts-expect-error [ts2322] -- the other branch is not over
      (c) => c.tap((pair) => pair, { args: ['pair2'] }),
    ])
  })

  test('may have branches without outs, or none', () => {
    const none = base.parallel([(c) => c.tap(load, { args }), (c) => c])
    expectTypeOf<ContextOf<typeof none>>().toEqualTypeOf<Source>()
    expectTypeOf<ContextOf<ReturnType<typeof empty>>>().toEqualTypeOf<Source>()
    const empty = () => base.parallel([])
  })

  test('takes in chains by use and next', () => {
    const used = base.parallel([(c) => c.use(inner), (c) => c.next(inner, { out: 'nested' })])
    expectTypeOf<AddedBy<typeof used>>().toEqualTypeOf<{
      length: number
      nested: { source: string; length: number }
    }>()
  })

  test('must not have an out in two branches, or one that is taken', () => {
    // @ts-expect-error [ts2322] -- each is told
    base.parallel([(c) => c.put('n', 1), (c) => c.put('n', 2)])
    // @ts-expect-error [ts2345] -- as everywhere
    base.parallel([(c) => c.put('source', 1), (c) => c])
    const once = base.parallel([(c) => c.put('n', 1)])
    // @ts-expect-error [ts2322] -- it is taken afterwards
    once.next(() => 1, { out: 'n' })
  })

  test('must have branches that go on from the chain they are given', () => {
    // @ts-expect-error [ts2322] -- another chain
    base.parallel([() => inner])
    // @ts-expect-error [ts2322] -- one that would need nothing
    base.parallel([(c) => c, () => chain().put('n', 1)])
    // @ts-expect-error [ts2322] -- no chain at all
    base.parallel([() => 5])
    // @ts-expect-error [ts2322] -- a chain is for `use`
    base.parallel([inner])
  })

  test('goes on behind the sixteen steps after which keys are folded', () => {
    const long = base.parallel([
      (c) =>
        c
          .put('k1', 1)
          .put('k2', 1)
          .put('k3', 1)
          .put('k4', 1)
          .put('k5', 1)
          .put('k6', 1)
          .put('k7', 1)
          .put('k8', 1)
          .put('k9', 1)
          .put('k10', 1)
          .put('k11', 1)
          .put('k12', 1)
          .put('k13', 1)
          .put('k14', 1)
          .put('k15', 1)
          .put('k16', 1)
          .put('k17', 'seventeen'),
    ])
    const { k1, k16, k17, source } = long.runSync({} as Source)
    expectTypeOf<[typeof k1, typeof k16, typeof k17, typeof source]>().toEqualTypeOf<[number, number, string, string]>()
  })

  test('may be nested', () => {
    const nested = base.parallel([
      (c) => c.parallel([(d) => d.put('a', 1), (d) => d.put('b', '2')]),
      (c) =>
        c.when(
          () => true,
          (d) => d.put('c', 3),
        ),
    ])
    expectTypeOf<AddedBy<typeof nested>>().toEqualTypeOf<{ a: number; b: string; c: number | undefined }>()
  })
})

describe('parallel with an object', () => {
  test('adds its names, each with the outs of its branch', () => {
    const named = base.parallel({
      left: (c) => c.next(load, { out: 'found', args }).put('n', 1),
      right: (c) => c.next(({ limit }) => limit > 3, { out: 'found' }),
      none: (c) => c,
    })
    expectTypeOf<AddedBy<typeof named>>().toEqualTypeOf<{
      left: { found: Row[]; n: number }
      right: { found: boolean }
      none: {}
    }>()
    named.next((rows) => expectTypeOf(rows).toEqualTypeOf<Row[]>(), { args: ['left.found'] })
  })

  test('must have names that can be keys', () => {
    // @ts-expect-error [ts2322] -- the context has it
    base.parallel({ source: (c) => c.put('n', 1) })
    // @ts-expect-error [ts2322] -- no ref could name it
    base.parallel({ 'a.b': (c) => c.put('n', 1) })
    // @ts-expect-error [ts2322] -- it is reserved
    base.parallel({ then: (c) => c.put('n', 1) })
    // @ts-expect-error [ts2322] -- another chain
    base.parallel({ a: () => chain() })
  })
})

describe('the options of parallel', () => {
  test('settle makes a result of each out, or of each name', () => {
    const list = base.parallel([(c) => c.next(loadLater, { out: 'found', args }), (c) => c.put('n', 1)], {
      settle: true,
    })
    expectTypeOf<AddedBy<typeof list>>().toEqualTypeOf<{ found: Settled<Row[]>; n: Settled<number> }>()
    const named = base.parallel({ left: (c) => c.put('n', 1), right: (c) => c }, { settle: true })
    expectTypeOf<AddedBy<typeof named>>().toEqualTypeOf<{ left: Settled<{ n: number }>; right: Settled<{}> }>()
    const { n } = list.runSync === undefined ? ({} as { n: Settled<number> }) : ({} as ContextOf<typeof list>)
    if (n.status === 'fulfilled') expectTypeOf(n.value).toEqualTypeOf<number>()
    else expectTypeOf(n.error.code).toExtend<string>()
  })

  test('settle needs an out in each branch of a list', () => {
    // @ts-expect-error [ts2322] -- nobody would hear of its failure
    base.parallel([(c) => c.put('n', 1), (c) => c.tap(() => 1)], { settle: true })
  })

  test('settle that is only known at run time leaves both', () => {
    const either = base.parallel([(c) => c.put('n', 1)], { settle: Math.random() > 0.5 })
    expectTypeOf<AddedBy<typeof either>>().toEqualTypeOf<{ n: number | Settled<number> }>()
  })

  test('when makes each key undefined', () => {
    const list = base.parallel([(c) => c.put('n', 1), (c) => c.put('m', 'm')], { when: ({ flag }) => flag })
    expectTypeOf<AddedBy<typeof list>>().toEqualTypeOf<{ n: number | undefined; m: string | undefined }>()
    const named = base.parallel({ left: (c) => c.put('n', 1) }, { when: () => true, settle: true })
    expectTypeOf<AddedBy<typeof named>>().toEqualTypeOf<{ left: Settled<{ n: number }> | undefined }>()
  })

  test('log prints what was added', () => {
    base.parallel([(c) => c.put('n', 1)], { log: '{result.n} of {source}' })
    base.parallel([(c) => c.put('n', 1)], { log: (context, { n }) => `${n} of ${context.source}`, grace: 50 })
    base.parallel({ a: (c) => c.put('n', 1) }, { log: '{result.a.status}', settle: true })
    // @ts-expect-error [ts2820] -- a typing error
    base.parallel([(c) => c.put('number', 1)], { log: '{result.nubmer}' })
  })

  test('are checked', () => {
    base.parallel([], { name: 'both', retry: 2, timeout: 50, concurrency: 2, grace: 10 })
    // @ts-expect-error [ts2561] -- an option that does not exist
    base.parallel([(c) => c.put('n', 1)], { sttle: true })
    // @ts-expect-error [ts2353] -- its branches have outs, it has not
    base.parallel([(c) => c.put('n', 1)], { out: 'n' })
  })
})

describe('parallel', () => {
  test('is synchronous while its branches are', () => {
    expectTypeOf(base.parallel([(c) => c.put('n', 1)]).runSync).toBeFunction()
    const later = base.parallel([
      (c) => c.next(loadLater, { out: 'first', args }),
      (c) => c.next(load, { out: 'second', args }),
      (c) => c.tap(loadLater, { args, name: 'third' }),
    ])
    expectTypeOf(later.runSync).toEqualTypeOf<HasAsyncSteps<'first' | 'third'>>()
    const named = base.parallel({ left: (c) => c.next(loadLater, { out: 'first', args }), right: (c) => c })
    expectTypeOf(named.runSync).toEqualTypeOf<HasAsyncSteps<'first'>>()
  })
})
