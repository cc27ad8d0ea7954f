import { chain } from 'stepchain'
import { describe, expectTypeOf, test } from 'vitest'
import type { HasAsyncSteps } from '../../src/define/types/messages.ts'
import { load, loadLater, type ContextOf, type Row, type Source } from '../support/types-domain.ts'

const base = chain<Source>()
const args = ['source', 'limit'] as const

describe('the method when', () => {
  test('adds what both branches add as either, and the rest as possibly undefined', () => {
    const either = base.when(
      ({ limit }) => limit > 3,
      (c) => c.next(load, { out: 'found', args }).put('left', 1),
      (c) => c.put('found', null).put('right', 'text'),
    )
    const { found, left, right, source } = either.runSync({} as Source)
    expectTypeOf(found).toEqualTypeOf<Row[] | null>()
    expectTypeOf(left).toEqualTypeOf<number | undefined>()
    expectTypeOf(right).toEqualTypeOf<string | undefined>()
    expectTypeOf(source).toEqualTypeOf<string>()
  })

  test('needs no other branch', () => {
    const perhaps = base.when(
      ({ flag }) => flag,
      (c) => c.put('n', 1),
    )
    expectTypeOf(perhaps.runSync).returns.toExtend<{ n: number | undefined }>()
    expectTypeOf(perhaps.runSync).returns.not.toExtend<{ n: number }>()
  })

  test('gives its branches the context so far', () => {
    base.put('batch', 5).when(
      ({ batch }) => batch > 3,
      (c) =>
        c.tap(({ batch, user }) => expectTypeOf([batch, user.id] as const).toEqualTypeOf<readonly [number, string]>()),
      (c) => c.tap((city) => expectTypeOf(city).toEqualTypeOf<string>(), { args: ['user.address.city'] }),
    )
  })

  test('may be without effect on the context', () => {
    const same = base.when(
      () => true,
      (c) => c.tap(() => 1),
      (c) => c,
    )
    expectTypeOf<ContextOf<typeof same>>().toEqualTypeOf<Source>()
  })

  test('takes a name, retry and timeout', () => {
    const build = base.when(
      () => true,
      (c) => c.put('n', 1),
      undefined,
      { name: 'many', retry: 2, timeout: 50 },
    )
    expectTypeOf(build.runSync).toBeFunction()
    base.when(
      () => true,
      (c) => c,
      undefined,
      // @ts-expect-error [ts2353] -- it has branches for that
      { out: 'n' },
    )
  })

  test('tells what is wrong with one argument at that', () => {
    base.when(
      // @ts-expect-error [ts2322] -- a promise is always true
      async () => true,
      (c) => c.put('n', 1),
      (c) => c.put('m', 1),
      { name: 'either' },
    )
    base.when(
      () => true,
      (c) => c.put('n', 1),
      (c) => c.put('m', 1),
      // @ts-expect-error [ts2353] -- it has branches for that
      { out: 'n' },
    )
  })

  test('adds the asynchronous steps of both branches', () => {
    const later = base.when(
      () => true,
      (c) => c.next(loadLater, { out: 'first', args }),
      (c) => c.next(loadLater, { out: 'second', args }),
    )
    expectTypeOf(later.runSync).toEqualTypeOf<HasAsyncSteps<'first' | 'second'>>()
    const one = base.when(
      () => true,
      (c) => c.next(loadLater, { out: 'first', args }),
    )
    expectTypeOf(one.runSync).toEqualTypeOf<HasAsyncSteps<'first'>>()
  })

  test('must have a predicate that is synchronous and gives a boolean', () => {
    base.when(
      // @ts-expect-error [ts2322] -- a promise is always true
      async () => true,
      (c) => c,
    )
    base.when(
      // @ts-expect-error [ts2322] -- a string is no answer
      ({ source }) => source,
      (c) => c,
    )
  })

  test('must not add what is taken', () => {
    base.when(
      () => true,
      // @ts-expect-error [ts2345] -- the context has it
      (c) => c.put('source', 1),
    )
    const perhaps = base.when(
      () => true,
      (c) => c.put('n', 1),
    )
    // @ts-expect-error [ts2345] -- even where the branch was not taken
    perhaps.put('n', 1)
  })

  test('must have branches that go on from the chain they are given', () => {
    base.when(
      () => true,
      // @ts-expect-error [ts2345] -- another chain
      () => chain().put('n', 1),
    )
    base.when(
      () => true,
      (c) => c,
      // @ts-expect-error [ts2345] -- no chain at all
      () => 5,
    )
  })
})

describe('the option when', () => {
  test('makes the out possibly undefined', () => {
    const perhaps = base.next(load, { out: 'found', args, when: ({ limit }) => limit > 3 })
    expectTypeOf(perhaps.runSync).returns.toExtend<{ found: Row[] | undefined }>()
    expectTypeOf(perhaps.runSync).returns.not.toExtend<{ found: Row[] }>()
    const never = base.next(load, { out: 'found', args, when: () => false })
    expectTypeOf(never.runSync).returns.toExtend<{ found: Row[] | undefined }>()
  })

  test('may be a function that is declared elsewhere', () => {
    const isMany = ({ limit }: { readonly limit: number }): boolean => limit > 3
    const perhaps = base.next(load, { out: 'found', args, when: isMany })
    expectTypeOf(perhaps.runSync).returns.toExtend<{ found: Row[] | undefined }>()
    expectTypeOf(perhaps.runSync).returns.not.toExtend<{ found: Row[] }>()
  })

  test('adds nothing to a key that is overwritten, which keeps its value', () => {
    const kept = base.next(() => [], { out: 'rows', overwrite: true, when: ({ flag }) => flag })
    expectTypeOf<ContextOf<typeof kept>>().toEqualTypeOf<Source>()
  })

  test('is one of tap, too', () => {
    const tapped = base.tap(load, { args, when: ({ flag }) => flag })
    expectTypeOf<ContextOf<typeof tapped>>().toEqualTypeOf<Source>()
    base.tap(() => 1, { when: ({ flag }) => flag })
  })

  test('must be synchronous and give a boolean', () => {
    // @ts-expect-error [ts2322] -- a promise is always true
    base.next(load, { out: 'found', args, when: async () => true })
    // @ts-expect-error [ts2322] -- a string is no answer
    base.next(load, { out: 'found', args, when: ({ source }) => source })
    // @ts-expect-error [ts2322] -- nor is a value
    base.next(load, { out: 'found', args, when: true })
    // @ts-expect-error [ts2322] -- of tap as well
    base.tap(load, { args, when: async () => true })
  })
})
