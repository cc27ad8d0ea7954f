import { chain, type Settled, type StepHandle } from 'stepchain'
import { describe, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import type { HasAsyncSteps } from '../../src/define/types/messages.ts'
import type { ContextOf, Row, Source, User } from '../support/types-domain.ts'

/** What can be gone through, and what cannot. */
interface Many extends Source {
  ids: readonly string[]
  page: { rows: Row[] }
  stream: AsyncIterable<Row>
  texts: Generator<string>
  lines: AsyncGenerator<string>
  union: string[] | Set<number>
  perhaps?: Row[]
  any: any
  unknown: unknown
  never: never
}

const base = chain<Many>()

/** What a chain has under `x`. */
type X<Chain extends { run(...given: never): Promise<unknown> }> =
  ContextOf<Chain> extends { x: infer Value } ? Value : 'no x'

declare function fetchUser(id: string): Promise<User>
declare function identity<T>(value: T): T
declare function wrap<T>(value: T, index: number): { wrapped: T }
declare function parse(text: string): unknown

describe('the function of map', () => {
  test('is given the item, its index and the handle', () => {
    const mapped = base.map(
      'rows',
      (row, index, step) => {
        expectTypeOf(row).toEqualTypeOf<Row>()
        expectTypeOf(index).toEqualTypeOf<number>()
        expectTypeOf(step).toEqualTypeOf<StepHandle>()
        return row.count
      },
      { out: 'x' },
    )
    expectTypeOf<X<typeof mapped>>().toEqualTypeOf<number[]>()
  })

  test('may be declared elsewhere, and must take the items', () => {
    const users = base.map('ids', fetchUser, { out: 'x' })
    expectTypeOf<X<typeof users>>().toEqualTypeOf<User[]>()
    // @ts-expect-error [ts2345] -- a row is no id
    base.map('rows', fetchUser, { out: 'x' })
    // @ts-expect-error [ts2345] -- it must be a function
    base.map('rows', 5, { out: 'x' })
  })

  test('may be generic', () => {
    const same = base.map('rows', identity, { out: 'x' })
    expectTypeOf<X<typeof same>>().toEqualTypeOf<Row[]>()
    const wrapped = base.map('ids', wrap, { out: 'x' })
    expectTypeOf<X<typeof wrapped>>().toEqualTypeOf<{ wrapped: string }[]>()
  })
})

describe('the ref of map', () => {
  test('leads to an array, an iterable or an async iterable', () => {
    base.map('ids', (item) => expectTypeOf(item).toEqualTypeOf<string>(), { out: 'x' })
    base.map('pair', (item) => expectTypeOf(item).toEqualTypeOf<string | number>(), { out: 'x' })
    base.map('tags', (item) => expectTypeOf(item).toEqualTypeOf<string>(), { out: 'x' })
    base.map('ages', (item) => expectTypeOf(item).toEqualTypeOf<[string, number]>(), { out: 'x' })
    base.map('stream', (item) => expectTypeOf(item).toEqualTypeOf<Row>(), { out: 'x' })
    base.map('texts', (item) => expectTypeOf(item).toEqualTypeOf<string>(), { out: 'x' })
    base.map('lines', (item) => expectTypeOf(item).toEqualTypeOf<string>(), { out: 'x' })
    base.map('union', (item) => expectTypeOf(item).toEqualTypeOf<string | number>(), { out: 'x' })
    base.map('page.rows', (item) => expectTypeOf(item).toEqualTypeOf<Row>(), { out: 'x' })
    base.map('$input.rows', (item) => expectTypeOf(item).toEqualTypeOf<Row>(), { out: 'x' })
    base
      .next(async () => [1, 2], { out: 'numbers' })
      .map('numbers', (item) => expectTypeOf(item).toEqualTypeOf<number>(), { out: 'x' })
  })

  test('may lead to what nothing is known of', () => {
    base.map('any', (item) => expectTypeOf(item).toBeAny(), { out: 'x' })
    base.map('any.deep', (item) => expectTypeOf(item).toBeAny(), { out: 'x' })
    base.map('unknown', (item) => expectTypeOf(item).toBeUnknown(), { out: 'x' })
    base.map('never', (item) => expectTypeOf(item).toBeNever(), { out: 'x' })
  })

  test('must lead somewhere', () => {
    // @ts-expect-error [ts2345] -- a typing error
    base.map('rwos', (item) => item, { out: 'x' })
    // @ts-expect-error [ts2345] -- in a path
    base.map('page.row', (item) => item, { out: 'x' })
  })

  test('must lead to what has items', () => {
    // @ts-expect-error [ts2345] -- nobody means the characters
    base.map('source', (item) => item, { out: 'x' })
    // @ts-expect-error [ts2345] -- a number has none
    base.map('limit', (item) => item, { out: 'x' })
    // @ts-expect-error [ts2345] -- it may not be there
    base.map('perhaps', (item) => item, { out: 'x' })
    // @ts-expect-error [ts2345] -- nor has the handle
    base.map('$step', (item) => item, { out: 'x' })
  })
})

describe('the branch of map', () => {
  test('knows the context, the item and its index, and gives its outs', () => {
    const mapped = base.map(
      'rows',
      [
        (c) =>
          c
            .next(
              ({ item, index, limit }) => {
                expectTypeOf(item).toEqualTypeOf<Row>()
                expectTypeOf(index).toEqualTypeOf<number>()
                return limit
              },
              { out: 'a' },
            )
            .next(fetchUser, { out: 'b', args: ['item.id'] }),
      ],
      { out: 'x' },
    )
    expectTypeOf<X<typeof mapped>>().toEqualTypeOf<{ a: number; b: User }[]>()
    expectTypeOf(mapped.runSync).toEqualTypeOf<HasAsyncSteps<'b'>>()
    mapped.next((users) => expectTypeOf(users).toEqualTypeOf<{ a: number; b: User }[]>(), { args: ['x'] })
  })

  test('has its item in place of a key of that name', () => {
    chain<{ item: string; index: Date; numbers: number[] }>().map(
      'numbers',
      [
        (c) =>
          c.tap(({ item, index, numbers }) =>
            expectTypeOf({ item, index, numbers }).toEqualTypeOf<{ item: number; index: number; numbers: number[] }>(),
          ),
      ],
      { out: 'x' },
    )
  })

  test('must be one that goes on from the chain it is given', () => {
    // @ts-expect-error [ts2345] -- another chain
    base.map('rows', [() => chain().put('n', 1)], { out: 'x' })
    // @ts-expect-error [ts2345] -- no chain at all
    base.map('rows', [() => 5], { out: 'x' })
    // @ts-expect-error [ts2345] -- two of them
    base.map('rows', [() => chain(), () => chain()], { out: 'x' })
    // @ts-expect-error [ts2345] -- the item is taken
    base.map('rows', [(c) => c.put('item', 1)], { out: 'x' })
  })
})

describe('the options of map', () => {
  test('out is required, and must be free', () => {
    // @ts-expect-error [ts2741] -- for effects there is `each`
    base.map('rows', (row) => row, {})
    // @ts-expect-error [ts2322] -- the context has it
    base.map('rows', (row) => row, { out: 'source' })
    // @ts-expect-error [ts2322] -- it is reserved
    base.map('rows', (row) => row, { out: 'then' })
  })

  test('overwrite needs a list that fits', () => {
    const cut = base.map('rows', ({ id }) => ({ id, count: 0 }), { out: 'rows', overwrite: true })
    expectTypeOf<ContextOf<typeof cut>>().toEqualTypeOf<Many>()
    // @ts-expect-error [ts2322] -- numbers are no rows
    base.map('rows', ({ count }) => count, { out: 'rows', overwrite: true })
  })

  test('settle makes a result of each item', () => {
    const settled = base.map('ids', fetchUser, { out: 'x', settle: true })
    expectTypeOf<X<typeof settled>>().toEqualTypeOf<Settled<User>[]>()
  })

  test('fallback and validate are those of an item', () => {
    const users = base.map('ids', fetchUser, { out: 'x', fallback: null })
    expectTypeOf<X<typeof users>>().toEqualTypeOf<(User | null)[]>()
    const numbers = base.map('ids', parse, {
      out: 'x',
      validate: z.string().transform(Number),
      fallback: (error) => error.code,
    })
    expectTypeOf<X<typeof numbers>>().toExtend<(number | string)[]>()
    base.map('ids', (id) => id.length, { out: 'x', validate: (length) => length > 0 })
  })

  test('when makes the list possibly undefined', () => {
    const perhaps = base.map('rows', ({ id }) => id, { out: 'x', when: ({ flag }) => flag })
    expectTypeOf<X<typeof perhaps>>().toEqualTypeOf<string[] | undefined>()
  })

  test('compensate, release and log are those of the whole list', () => {
    base.map('ids', fetchUser, {
      out: 'x',
      compensate: (users) => expectTypeOf(users).toEqualTypeOf<User[]>(),
      compensateUnknown: (error) => error.code,
      release: { run: (users) => expectTypeOf(users).toEqualTypeOf<User[]>(), timeout: 50 },
      log: (_context, users) => expectTypeOf(users).toEqualTypeOf<User[]>(),
    })
    base.map('rows', ({ id }) => id, { out: 'x', log: '{x.length} {result.0}' })
    // @ts-expect-error [ts2820] -- a typing error
    base.map('ids', fetchUser, { out: 'x', log: '{x.lenght}' })
  })

  test('are checked', () => {
    base.map('rows', ({ id }) => id, { out: 'x', name: 'ids', retry: 2, timeout: 50, concurrency: 4, grace: 50 })
    // @ts-expect-error [ts2561] -- an option that does not exist
    base.map('rows', ({ id }) => id, { out: 'x', sttle: true })
    // @ts-expect-error [ts2353] -- an option of each
    base.map('rows', ({ id }) => id, { out: 'x', batch: 5 })
  })
})

describe('map', () => {
  test('is synchronous while its function and items are', () => {
    expectTypeOf(base.map('rows', ({ id }) => id, { out: 'x' }).runSync).toBeFunction()
    expectTypeOf(base.map('tags', (tag) => tag, { out: 'x' }).runSync).toBeFunction()
    expectTypeOf(base.map('any', (item) => item, { out: 'x' }).runSync).toBeFunction()
    expectTypeOf(base.map('ids', fetchUser, { out: 'x' }).runSync).toEqualTypeOf<HasAsyncSteps<'x'>>()
    expectTypeOf(base.map('stream', ({ id }) => id, { out: 'x' }).runSync).toEqualTypeOf<HasAsyncSteps<'x'>>()
    expectTypeOf(base.map('stream', [(c) => c], { out: 'x' }).runSync).toEqualTypeOf<HasAsyncSteps<'x'>>()
    expectTypeOf(base.map('rows', [(c) => c.put('n', 1)], { out: 'x' }).runSync).toBeFunction()
  })
})
