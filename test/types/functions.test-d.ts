import { chain, type StepHandle } from 'stepchain'
import { describe, expectTypeOf, test } from 'vitest'
import type { Row, Source, User, ContextOf } from '../support/types-domain.ts'

const base = chain<Source>()

declare function identity<T>(value: T): T
declare function first<T>(values: readonly T[]): T | undefined
declare function pick<T, K extends keyof T>(value: T, key: K): T[K]
declare function wrap<T>(value: T): Promise<{ wrapped: T }>
declare function pairOf<A, B = A>(a: A, b: B): [A, B]

declare function overloaded(value: number): 'number'
declare function overloaded(value: string): 'string'

declare class Store {
  table: string
  save(rows: Row[]): { saved: number }
  static open(source: string): Store
  private hidden(): void
}
declare const store: Store
declare const api: { get: (id: string) => Promise<User>; list: (limit?: number) => User[] }

describe('a step that is generic', () => {
  test('gives what it gives for its arguments', () => {
    const chained = base
      .next(identity, { out: 'same', args: ['user'] })
      .next(first, { out: 'row', args: ['rows'] })
      .next(pairOf, { out: 'two', args: ['source', 'limit'] })
    const { same, row, two } = chained.runSync({} as Source)
    expectTypeOf(same).toEqualTypeOf<User>()
    expectTypeOf(row).toEqualTypeOf<Row | undefined>()
    expectTypeOf(two).toEqualTypeOf<[string, number]>()
  })

  test('may give a promise', () => {
    const chained = base.next(wrap, { out: 'wrapped', args: ['user'] })
    expectTypeOf<ContextOf<typeof chained>>().toExtend<{ wrapped: { wrapped: User } }>()
  })

  test('may be called in a lambda', () => {
    const chained = base.next((user) => pick(user, 'id'), { out: 'id', args: ['user'] })
    expectTypeOf<ContextOf<typeof chained>>().toExtend<{ id: string }>()
  })

  test('must take what its arguments give', () => {
    // @ts-expect-error [ts2322] -- a number is no array
    base.next(first, { args: ['limit'] })
  })
})

describe('a step that is overloaded', () => {
  test('is taken by its last signature', () => {
    const chained = base.next(overloaded, { out: 'kind', args: ['source'] })
    expectTypeOf<ContextOf<typeof chained>>().toExtend<{ kind: 'string' }>()
    // @ts-expect-error [ts2322] -- its first signature is not seen
    base.next(overloaded, { out: 'kind', args: ['limit'] })
    const wrapped = base.next((limit) => overloaded(limit), { out: 'kind', args: ['limit'] })
    expectTypeOf<ContextOf<typeof wrapped>>().toExtend<{ kind: 'number' }>()
  })
})

describe('a step that is a method or a built-in', () => {
  test('is a function like any other', () => {
    const chained = base
      .next(store.save, { out: 'saved', args: ['rows'] })
      .next(Store.open, { out: 'store', args: ['source'] })
      .next(api.list, { out: 'users', args: ['limit'] })
      .next(Math.max, { out: 'most', args: ['limit', 3, 'saved.saved'] })
      .next(Number, { out: 'number', args: ['source'] })
      .next(JSON.stringify, { out: 'json', args: ['rows'] })
      .next(structuredClone, { out: 'clone', args: ['user'] })
    const { saved, store: opened, users, most, number, json } = chained.runSync({} as Source)
    expectTypeOf(saved).toEqualTypeOf<{ saved: number }>()
    expectTypeOf(opened).toEqualTypeOf<Store>()
    expectTypeOf(users).toEqualTypeOf<User[]>()
    expectTypeOf(most).toEqualTypeOf<number>()
    expectTypeOf(number).toEqualTypeOf<number>()
    expectTypeOf(json).toEqualTypeOf<string>()
  })

  test('may be asynchronous', () => {
    const chained = base.next(api.get, { out: 'found', args: ['source'] })
    expectTypeOf<ContextOf<typeof chained>>().toExtend<{ found: User }>()
  })

  test('must be a function', () => {
    // @ts-expect-error [ts2345] -- a value is for put
    base.next(5, { out: 'five' })
    // @ts-expect-error [ts2345] -- the name of one is not enough
    base.next('load', { out: 'rows2' })
    // @ts-expect-error [ts2345] -- a class is not called
    base.next(Date.prototype, { out: 'now' })
  })
})

describe('a step that takes the context', () => {
  test('may ask for the part that it needs', () => {
    function city({ user }: { user: User }, step: StepHandle): string {
      return `${step.name}: ${user.address.city}`
    }
    expectTypeOf(base.next(city, { out: 'city' }).runSync).returns.toExtend<{ city: string }>()
    // @ts-expect-error [ts2345] -- there is no such part
    chain().next(city, { out: 'city' })
  })

  test('may give nothing', () => {
    const chained = base.next(() => {}, { out: 'nothing' })
    expectTypeOf<ContextOf<typeof chained>>().toExtend<{ nothing: void }>()
  })

  test('may never give anything', () => {
    const chained = base.next(
      () => {
        throw new Error('no')
      },
      { out: 'never' },
    )
    expectTypeOf<ContextOf<typeof chained>>().toExtend<{ never: never }>()
  })
})
