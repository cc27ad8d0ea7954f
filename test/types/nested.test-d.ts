import { chain } from 'stepchain'
import type { Runnable } from 'stepchain'
import { describe, expectTypeOf, test } from 'vitest'
import type { HasAsyncSteps } from '../../src/define/types/messages.ts'
import { load, loadLater, type Row, type Source, type User, type ContextOf } from '../support/types-domain.ts'

const base = chain<Source>()
const inner = chain<{ user: User }>('inner').next(({ user }) => user.address.city, { out: 'city' })
const later = chain<{ user: User }>('later').next(async ({ user }) => user.id, { out: 'id' })
const free = chain<{ page?: number }>('free').put('size', 10)

/** What `inner` gives. */
interface City {
  user: User
  city: string
}

describe('a chain as a step', () => {
  test('is given the context, and gives its own', () => {
    const outer = base.next(inner, { out: 'inner', log: '{inner.city} {result.user.id}' })
    expectTypeOf<ContextOf<typeof outer>>().toExtend<{ inner: City }>()
    outer.next((city) => expectTypeOf(city).toEqualTypeOf<string>(), { args: ['inner.city'] })
    base.next(free, { out: 'paged' })
  })

  test('may be given its input by named refs, or as one value', () => {
    const who = chain<{ who: User; all: { user: User } }>()
    const named = who.next(inner, { out: 'inner', args: { user: 'who' } })
    expectTypeOf<ContextOf<typeof named>>().toExtend<{ inner: City }>()
    who.next(inner, { out: 'inner', args: ['all'] })
    who.next(free, { out: 'paged', args: { page: 3 } })
    // @ts-expect-error [ts2322] -- a typing error
    who.next(inner, { out: 'inner', args: { user: 'woh' } })
    // @ts-expect-error [ts2322] -- a user is no input
    who.next(inner, { out: 'inner', args: ['who'] })
    // @ts-expect-error [ts2322] -- it takes one
    who.next(inner, { out: 'inner', args: ['all', 'who'] })
    // @ts-expect-error [ts2322] -- a key that it does not take
    who.next(inner, { out: 'inner', args: { user: 'who', other: 1 } })
  })

  test('needs its input in the context', () => {
    // @ts-expect-error [ts2345] -- it is not there
    chain<{ id: string }>().next(inner, { out: 'inner' })
    // @ts-expect-error [ts2345] -- it is of another type
    chain<{ user: string }>().next(inner, { out: 'inner' })
  })

  test('must not make what its input would have', () => {
    // @ts-expect-error [ts2345] -- give it `args`
    base.put('city', 'Turku').next(inner, { out: 'inner' })
    base.put('city', 'Turku').next(inner, { out: 'inner', args: { user: 'user' } })
  })

  test('takes every other option of a step', () => {
    base.next(inner, { out: 'inner', name: 'where', retry: 2, timeout: 50, validate: ({ city }) => city !== '' })
  })

  test('makes the chain asynchronous when it is', () => {
    expectTypeOf(base.next(inner, { out: 'x' }).runSync).toBeFunction()
    expectTypeOf(base.next(later, { out: 'x' }).runSync).toEqualTypeOf<HasAsyncSteps<'x'>>()
  })
})

describe('use', () => {
  test('adds the outs of a chain to the context', () => {
    const used = base.use(inner).next((city) => city.length, { out: 'length', args: ['city'] })
    expectTypeOf<ContextOf<typeof used>>().toEqualTypeOf<
      Source & { city: string; length: number } extends infer T ? { [K in keyof T]: T[K] } : never
    >()
  })

  test('does not add what the chain took', () => {
    const used = base.use(free)
    expectTypeOf<ContextOf<typeof used>>().not.toHaveProperty('page')
    expectTypeOf<ContextOf<typeof used>>().toExtend<{ size: number }>()
  })

  test('needs the input of the chain in the context', () => {
    // @ts-expect-error [ts2345] -- it is not there
    chain<{ id: string }>().use(inner)
  })

  test('must not add what is taken', () => {
    // @ts-expect-error [ts2345] -- `city` is
    base.use(inner).use(inner)
  })

  test('takes over the asynchronous steps', () => {
    expectTypeOf(base.use(inner).runSync).toBeFunction()
    expectTypeOf(base.use(later).runSync).toEqualTypeOf<HasAsyncSteps<'id'>>()
  })

  test('takes chains only', () => {
    // @ts-expect-error [ts2345] -- a function is for next
    base.use(load)
    // @ts-expect-error [ts2345] -- and so on
    base.use(undefined)
  })
})

describe('Runnable', () => {
  test('is what every chain is', () => {
    expectTypeOf(inner).toExtend<Runnable<{ user: User }, City>>()
    expectTypeOf(inner).toExtend<Runnable<{ user: User }, City, never>>()
    expectTypeOf(later).toExtend<Runnable<{ user: User }, { user: User; id: string }, 'id'>>()
    expectTypeOf(later).not.toExtend<Runnable<{ user: User }, { user: User; id: string }, never>>()
    expectTypeOf(chain()).toExtend<Runnable<{}, {}>>()
    expectTypeOf(free).toExtend<Runnable<{ page?: number }, { size: number }>>()
  })

  test('takes less, or gives more, than is asked for', () => {
    expectTypeOf(inner).toExtend<Runnable<{ user: User; more: number }, { city: string }>>()
    expectTypeOf(inner).not.toExtend<Runnable<{}, { city: string }>>()
    expectTypeOf(inner).not.toExtend<Runnable<{ user: User }, { town: string }>>()
  })

  test('may annotate a chain where it is made, which does not decide its keys', () => {
    const direct: Runnable<{ user: User }, { user: User; n: number; id: string }> = chain<{ user: User }>('direct')
      .put('n', 1)
      .next(({ user }) => user.id, { out: 'id', log: '{id}' })
    const sync: Runnable<{ user: User }, { size: number; city: string }, never> = chain<{ user: User }>()
      .use(inner)
      .tap((city) => city.length, { args: ['city'], name: 'look' })
      .next(Number, { out: 'size', args: ['city'] })
    const outer = base.next(direct, { out: 'direct' }).next(sync, { out: 'sync' })
    expectTypeOf<ContextOf<typeof outer>>().toExtend<{ direct: { n: number; id: string }; sync: { size: number } }>()
  })

  test('can be run', () => {
    const runnable: Runnable<{ user: User }, City> = inner
    expectTypeOf<ContextOf<typeof runnable>>().toEqualTypeOf<City>()
    expectTypeOf(runnable.name).toBeString()
  })

  test('is taken by next and use, asynchronous unless it says otherwise', () => {
    const unknown: Runnable<{ user: User }, City> = inner
    const sync: Runnable<{ user: User }, City, never> = inner
    const stepped = base.next(unknown, { out: 'x' })
    expectTypeOf<ContextOf<typeof stepped>>().toExtend<{ x: City }>()
    expectTypeOf(base.next(unknown, { out: 'x' }).runSync).toEqualTypeOf<HasAsyncSteps<'x'>>()
    expectTypeOf(base.next(sync, { out: 'x' }).runSync).returns.toExtend<{ x: City }>()
    const used = base.use(unknown)
    expectTypeOf<ContextOf<typeof used>>().toExtend<{ city: string }>()
    expectTypeOf(base.use(unknown).runSync).toEqualTypeOf<HasAsyncSteps<'a step of a Runnable'>>()
    expectTypeOf(base.use(sync).runSync).returns.toExtend<{ city: string }>()
  })

  test('may be of a chain with a schema, or of many steps', () => {
    const rows = chain<{ source: string; limit: number }>()
      .next(loadLater, { out: 'rows', args: ['source', 'limit'] })
      .next(({ rows: found }) => found.length, { out: 'n' })
    const runnable: Runnable<{ source: string; limit: number }, { rows: Row[]; n: number }> = rows
    expectTypeOf<ContextOf<typeof runnable>>().toEqualTypeOf<{ rows: Row[]; n: number }>()
  })
})
