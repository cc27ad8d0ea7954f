import { chain } from 'stepchain'
import { describe, expectTypeOf, test } from 'vitest'
import { load, type Row, type Source, type User } from '../support/types-domain.ts'

const base = chain<Source>()
const args = ['source', 'limit'] as const

declare function find(source: string, limit: number): { user: User; 'a-b': number; 'c.d': number; run(): void }
declare const text: string

describe('a log template', () => {
  test('refers to the context, at any depth', () => {
    base.next(load, { args, log: 'of {source} at most {limit}' })
    base.next(load, { args, log: '{user.address.city} {rows.0.id} {rows.length} {pair.1}' })
    base.next(load, { args, log: '{maybe.deep.value} {nullable.value} {shape.radius} {scores.ada}' })
    base.next(load, { args, log: '{ages.size} {tags.size} {account.balance}' })
  })

  test('refers to the output by its key and as result', () => {
    base.next(load, { args, out: 'found', log: 'n={found.length} {found.0.id} {result.length} {result.0.count}' })
    base.next(load, { args, log: '{result.length}' })
    base.tap(load, { args, log: '{result.length}' })
    base.put('result', true).next(load, { args, log: '{result.length}' })
  })

  test('may quote names and number places in brackets', () => {
    base.next(load, { args, log: '{rows[0].id} {result[0].id} {rows[0]["count"]} {pair[1]}' })
    base.next(find, { args, out: 'found', log: '{found["a-b"]} {result["c.d"]} {found.user.address["city"]}' })
    // @ts-expect-error [ts2322] -- there is no such name
    base.next(find, { args, out: 'found', log: '{found["a_b"]}' })
    // @ts-expect-error [ts2322] -- nor that one
    base.next(find, { args, out: 'found', log: '{rows[0].name}' })
  })

  test('writes a brace as two', () => {
    base.next(load, { args, log: '{{source}} {{{source}}} {{}} {{ }}' })
    base.next(load, { args, log: '{{nothing}}' })
    // @ts-expect-error [ts2322] -- the inner ref is one
    base.next(load, { args, log: '{{{nothing}}}' })
    // @ts-expect-error [ts2322] -- it is not closed
    base.next(load, { args, log: 'of {source' })
  })

  test('row 104: that is not well formed does not compile', () => {
    // @ts-expect-error [ts2322] -- it is not closed
    base.next(load, { args, log: '{' })
    // @ts-expect-error [ts2322] -- nor is this
    base.next(load, { args, log: '{source' })
    // @ts-expect-error [ts2322] -- nothing at all
    base.next(load, { args, log: '{}' })
    // @ts-expect-error [ts2820] -- spaces belong to a name
    base.next(load, { args, log: '{ source }' })
    // @ts-expect-error [ts2820] -- so does a hyphen, which needs quotes
    base.next(load, { args, log: '{user-id}' })
    // @ts-expect-error [ts2820] -- an empty name at the end
    base.next(load, { args, log: '{user.}' })
    // @ts-expect-error [ts2820] -- at the start
    base.next(load, { args, log: '{.user}' })
    // @ts-expect-error [ts2820] -- in the middle
    base.next(load, { args, log: '{user..id}' })
  })

  test('may be empty, plain, or not known to the compiler', () => {
    base.next(load, { args, log: '' })
    base.next(load, { args, log: 'done' })
    base.next(load, { args, log: text })
  })

  test('with a ref that leads nowhere does not compile', () => {
    // @ts-expect-error [ts2820] -- a typing error in a key
    base.next(load, { args, log: '{sorce}' })
    // @ts-expect-error [ts2820] -- in a path
    base.next(load, { args, log: '{user.address.town}' })
    // @ts-expect-error [ts2820] -- in the output
    base.next(load, { args, out: 'found', log: '{found.lenght}' })
    // @ts-expect-error [ts2820] -- behind others that are right
    base.next(load, { args, log: '{source} {limit} {result.lenght}' })
    // @ts-expect-error [ts2322] -- nothing at all
    base.next(load, { args, log: '{}' })
  })

  test('never calls functions, nor prints them', () => {
    // @ts-expect-error [ts2322] -- a method
    base.next(load, { args, log: '{ages.get}' })
    // @ts-expect-error [ts2322] -- a method without parameters
    base.next(find, { args, log: '{result.run}' })
  })

  test('has no use for what surrounds the step', () => {
    // @ts-expect-error [ts2322] -- that is for arguments
    base.next(load, { args, log: '{$step.attempt}' })
  })

  test('may print what is any or unknown', () => {
    chain<{ a: any; u: unknown }>().next(() => 1, { log: '{a} {a.b.c} {u} {u.v}' })
  })
})

describe('a log callback', () => {
  test('is given the context with the output, and the output', () => {
    base.next(load, {
      args,
      out: 'found',
      log: (context, output) => {
        expectTypeOf(context.found).toEqualTypeOf<Row[]>()
        expectTypeOf(context.source).toEqualTypeOf<string>()
        expectTypeOf(output).toEqualTypeOf<Row[]>()
        return `n=${output.length}`
      },
    })
    base.tap(load, { args, log: ({ source }, output) => `${source} ${output.length}` })
    base.next(({ rows }) => rows.length, { log: (_context, output) => expectTypeOf(output).toEqualTypeOf<number>() })
  })
})
