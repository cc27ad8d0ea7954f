import { chain, literal } from 'stepchain'
import { describe, expectTypeOf, test } from 'vitest'
import type { Row, Source, ContextOf } from '../support/types-domain.ts'

const base = chain<Source>()

interface Query {
  from: string
  limit: number
  order?: 'up' | 'down'
}
declare function query(options: Query): Row[]
declare function anything(options: unknown): number
declare function record(options: Record<string, number>): number

describe('args as an object', () => {
  test('is passed as one object of what its refs give', () => {
    const asked = base.next(query, { out: 'found', args: { from: 'source', limit: 'limit' } })
    expectTypeOf<ContextOf<typeof asked>>().toExtend<{ found: Row[] }>()
    base.next(query, { args: { from: literal('users'), limit: 10, order: literal('up') } })
  })

  test('types what a lambda is given', () => {
    base.next(
      ({ city, limit, step, batch }) => {
        expectTypeOf(city).toEqualTypeOf<string>()
        expectTypeOf(limit).toEqualTypeOf<number>()
        expectTypeOf(step.attempt).toEqualTypeOf<number>()
        expectTypeOf(batch).toEqualTypeOf<500>()
      },
      { args: { city: 'user.address.city', limit: 'limit', step: '$step', batch: 500 } },
    )
  })

  test('must have refs that are there and fit', () => {
    // @ts-expect-error [ts2820] -- a typing error
    base.next(query, { args: { from: 'sorce', limit: 'limit' } })
    // @ts-expect-error [ts2322] -- a boolean for a number
    base.next(query, { args: { from: 'source', limit: 'flag' } })
    // @ts-expect-error [ts2322] -- `unknown` would take it
    base.next(anything, { args: { a: 'nothing' } })
  })

  test('must have every name that is required, and no other', () => {
    // @ts-expect-error [ts2741] -- `limit` is missing
    base.next(query, { args: { from: 'source' } })
    // @ts-expect-error [ts2741] -- a typing error in a name that is optional
    base.next(query, { args: { from: 'source', limit: 'limit', oder: literal('up') } })
  })

  test('may have any names for a parameter that names none', () => {
    base.next(anything, { args: { a: 'source', b: 'rows.length' } })
    base.next(record, { args: { a: 'limit', b: 'rows.length' } })
    // @ts-expect-error [ts2322] -- each must fit
    base.next(record, { args: { a: 'limit', b: 'source' } })
  })
})
