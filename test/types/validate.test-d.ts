import { type } from 'arktype'
import { chain } from 'stepchain'
import * as v from 'valibot'
import { describe, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import type { HasAsyncSteps } from '../../src/define/types/messages.ts'
import type { ContextOf } from '../support/types-domain.ts'

const base = chain<{ id: string }>()

declare function fetchJson(id: string): Promise<unknown>
declare function parse(id: string): any
declare function find(id: string): { name: string } | null
declare function isNamed(value: unknown): value is { name: string }

describe('validate with a schema', () => {
  test('of zod gives the type of its output', () => {
    const typed = base.next(fetchJson, {
      out: 'user',
      args: ['id'],
      validate: z.object({ name: z.string(), born: z.string().transform((text) => new Date(text)) }),
      log: '{user.name} {result.born}',
    })
    expectTypeOf<ContextOf<typeof typed>>().toEqualTypeOf<{ id: string; user: { name: string; born: Date } }>()
    // @ts-expect-error [ts2820] -- the template knows that type, too
    base.next(fetchJson, { out: 'user', args: ['id'], validate: z.object({ name: z.string() }), log: '{user.nam}' })
  })

  test('of valibot', () => {
    const typed = base.next(fetchJson, {
      out: 'user',
      args: ['id'],
      validate: v.object({ age: v.pipe(v.string(), v.transform(Number)) }),
      log: ({ user }, output) => expectTypeOf(output).toEqualTypeOf<typeof user>(),
    })
    expectTypeOf<ContextOf<typeof typed>>().toEqualTypeOf<{ id: string; user: { age: number } }>()
  })

  test('of arktype', () => {
    const typed = base.next(fetchJson, {
      out: 'user',
      args: ['id'],
      validate: type({ name: 'string', age: 'string.integer.parse' }),
      log: '{user.age}',
    })
    expectTypeOf<ContextOf<typeof typed>>().toEqualTypeOf<{ id: string; user: { name: string; age: number } }>()
  })

  test('of a function that gives any', () => {
    const typed = base.next(parse, { out: 'n', args: ['id'], validate: z.number() })
    expectTypeOf<ContextOf<typeof typed>>().toEqualTypeOf<{ id: string; n: number }>()
  })

  test('goes on in later steps', () => {
    base
      .next(fetchJson, { out: 'user', args: ['id'], validate: z.object({ name: z.string() }) })
      .next((name) => expectTypeOf(name).toEqualTypeOf<string>(), { args: ['user.name'] })
  })
})

describe('validate with a function', () => {
  test('that is a type predicate narrows the output', () => {
    const declared = base.next(fetchJson, { out: 'user', args: ['id'], validate: isNamed })
    expectTypeOf<ContextOf<typeof declared>>().toEqualTypeOf<{ id: string; user: { name: string } }>()
    const inferred = base.next(find, { out: 'user', args: ['id'], validate: (value) => value !== null })
    expectTypeOf<ContextOf<typeof inferred>>().toEqualTypeOf<{ id: string; user: { name: string } }>()
  })

  test('that only judges leaves the output as it is', () => {
    const judged = base.next(find, { out: 'user', args: ['id'], validate: (value) => (value?.name.length ?? 0) > 3 })
    expectTypeOf<ContextOf<typeof judged>>().toEqualTypeOf<{ id: string; user: { name: string } | null }>()
    const thrown = base.next(find, {
      out: 'user',
      args: ['id'],
      validate: (value) => {
        expectTypeOf(value).toEqualTypeOf<{ name: string } | null>()
        if (value === null) throw new Error('nobody')
      },
    })
    expectTypeOf<ContextOf<typeof thrown>>().toEqualTypeOf<{ id: string; user: { name: string } | null }>()
  })

  test('that is asynchronous makes no difference to the types', () => {
    const judged = base.next(find, { out: 'user', args: ['id'], validate: async (value) => value !== null })
    expectTypeOf<ContextOf<typeof judged>>().toEqualTypeOf<{ id: string; user: { name: string } | null }>()
    const later = base.next(fetchJson, { out: 'user', args: ['id'], validate: async () => true })
    expectTypeOf(later.runSync).toEqualTypeOf<HasAsyncSteps<'user'>>()
  })

  test('is given what the promise gives', () => {
    base.next(async () => 5, { out: 'n', validate: (value) => expectTypeOf(value).toEqualTypeOf<number>() })
    base.next(({ id }) => id, { out: 'copy', validate: (value) => value.startsWith('a') })
  })

  test('must take the output', () => {
    // @ts-expect-error [ts2322] -- it judges numbers
    base.next(find, { out: 'user', args: ['id'], validate: (value: number) => value > 0 })
    // @ts-expect-error [ts2322] -- it says nothing
    base.next(find, { out: 'user', args: ['id'], validate: () => 'fine' })
  })
})
