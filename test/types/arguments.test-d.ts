import { chain, literal } from 'stepchain'
import { describe, expectTypeOf, test } from 'vitest'
import { count, load, type Row, type Source, type ContextOf } from '../support/types-domain.ts'

const base = chain<Source>()

declare function optional(source: string, limit?: number): string
declare function rest(source: string, ...limits: number[]): number[]
declare function insert(rows: Row[], options: { batch: number; tags: string[] }): number

describe('args', () => {
  test('that are not strings are themselves', () => {
    base.next(
      (rows, options, size, keep) => {
        expectTypeOf(rows).toEqualTypeOf<Row[]>()
        expectTypeOf(options).toEqualTypeOf<{ readonly batch: 500 }>()
        expectTypeOf(size).toEqualTypeOf<3>()
        expectTypeOf(keep).returns.toEqualTypeOf<boolean>()
      },
      { args: ['rows', { batch: 500 }, 3, (row: Row) => row.count > 0] },
    )
  })

  test('may be written in place where the parameter is mutable', () => {
    base.next(insert, { out: 'inserted', args: ['rows', { batch: 500, tags: ['a', 'b'] }] })
    // @ts-expect-error [ts2322] -- a string for a number
    base.next(insert, { out: 'inserted', args: ['rows', { batch: '500', tags: [] }] })
  })

  test('that are literals are strings', () => {
    base.next(load, { args: [literal('users.csv'), 'limit'] })
    base.next((text) => expectTypeOf(text).toEqualTypeOf<'users.csv'>(), { args: [literal('users.csv')] })
    // @ts-expect-error [ts2322] -- a string is a ref
    base.next(load, { args: ['users.csv', 'limit'] })
    // @ts-expect-error [ts2322] -- a literal must fit, too
    base.next(load, { args: [literal(5), 'limit'] })
  })

  test('may be none', () => {
    base.next(() => 1, { args: [] })
    base.next(Date.now, { out: 'now', args: [] })
    // @ts-expect-error [ts2322] -- it takes one
    base.next(count, { args: [] })
  })

  test('must be as many as the function takes', () => {
    // @ts-expect-error [ts2322] -- one too few
    base.next(load, { args: ['source'] })
    // @ts-expect-error [ts2322] -- one too many
    base.next(load, { args: ['source', 'limit', 'flag'] })
  })

  test('may leave out what is optional', () => {
    base.next(optional, { args: ['source'] })
    base.next(optional, { args: ['source', 'limit'] })
    // @ts-expect-error [ts2322] -- the optional one must fit
    base.next(optional, { args: ['source', 'flag'] })
  })

  test('may be any number for a rest parameter', () => {
    base.next(rest, { args: ['source'] })
    base.next(rest, { args: ['source', 'limit', 5, 'limit'] })
    // @ts-expect-error [ts2322] -- each must fit
    base.next(rest, { args: ['source', 'limit', 'flag'] })
  })

  test('are not needed by a function that takes none or the context', () => {
    base.next(() => 1, { out: 'one' })
    base.next(({ user }: { readonly user: { readonly id: string } }) => user.id, { out: 'id' })
    // @ts-expect-error [ts2345] -- the context is no string
    base.next(count, { out: 'n' })
  })

  test('type the parameters of a lambda, one by one', () => {
    const chained = base.next((rows, limit = 3) => rows.slice(0, limit), { out: 'some', args: ['rows', 'limit'] })
    expectTypeOf<ContextOf<typeof chained>>().toExtend<{ some: Row[] }>()
  })

  test('and options must both be given to next', () => {
    // @ts-expect-error [ts2554] -- a step for its effect is `tap(fn)` or `next(fn, {})`
    base.next(() => 1)
    // @ts-expect-error [ts2353] -- an option that does not exist
    base.next(() => 1, { out: 'n', retires: 3 })
  })
})

describe('tap', () => {
  test('takes the options of next but out and overwrite', () => {
    base.tap(({ source }) => expectTypeOf(source).toEqualTypeOf<string>())
    base.tap(load, { args: ['source', 'limit'], name: 'look', retry: 3, timeout: 50, log: 'n={result.length}' })
    // @ts-expect-error [ts2353] -- it keeps nothing
    base.tap(load, { args: ['source', 'limit'], out: 'rows' })
    // @ts-expect-error [ts2820] -- its refs are checked
    base.tap(load, { args: ['sorce', 'limit'] })
    // @ts-expect-error [ts2345] -- so is the context
    base.tap(count)
  })
})
