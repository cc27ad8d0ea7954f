import { chain } from 'stepchain'
import { describe, expectTypeOf, test } from 'vitest'
import type { Address, Row, Source, User } from '../support/types-domain.ts'

const base = chain<Source>()

/** What a ref gives a lambda. */
function typeOf<T>(): (value: T) => T {
  return (value) => value
}

describe('a ref', () => {
  test('to a key gives its value', () => {
    base.next((value) => expectTypeOf(value).toEqualTypeOf<User>(), { args: ['user'] })
  })

  test('may be dotted, to any depth', () => {
    base.next(
      (address, city, zip) => {
        expectTypeOf(address).toEqualTypeOf<Address>()
        expectTypeOf(city).toEqualTypeOf<string>()
        expectTypeOf(zip).toEqualTypeOf<number>()
      },
      { args: ['user.address', 'user.address.city', 'user.address.zip'] },
    )
    interface Deep {
      a: { b: { c: { d: { e: { f: { g: { h: 1 } } } } } } }
    }
    chain<Deep>().next((value) => expectTypeOf(value).toEqualTypeOf<1>(), { args: ['a.b.c.d.e.f.g.h'] })
  })

  test('into an array may find nothing at an index', () => {
    base.next(
      (row, id, length) => {
        expectTypeOf(row).toEqualTypeOf<Row | undefined>()
        expectTypeOf(id).toEqualTypeOf<string | undefined>()
        expectTypeOf(length).toEqualTypeOf<number>()
      },
      { args: ['rows.0', 'rows.0.id', 'rows.length'] },
    )
  })

  test('into a tuple knows what it finds', () => {
    base.next(
      (first, second) => {
        expectTypeOf(first).toEqualTypeOf<string>()
        expectTypeOf(second).toEqualTypeOf<number>()
      },
      { args: ['pair.0', 'pair.1'] },
    )
    // @ts-expect-error [ts2820] -- a pair has no third element
    base.next(typeOf<string>(), { args: ['pair.2'] })
  })

  test('through what is optional or null is undefined where that is', () => {
    base.next(
      (email, value, number) => {
        expectTypeOf(email).toEqualTypeOf<string | undefined>()
        expectTypeOf(value).toEqualTypeOf<Date | undefined>()
        expectTypeOf(number).toEqualTypeOf<number | undefined>()
      },
      { args: ['user.email', 'maybe.deep.value', 'nullable.value'] },
    )
  })

  test('into a union finds what any member has', () => {
    base.next(
      (kind, radius) => {
        expectTypeOf(kind).toEqualTypeOf<'circle' | 'square'>()
        expectTypeOf(radius).toEqualTypeOf<number | undefined>()
      },
      { args: ['shape.kind', 'shape.radius'] },
    )
    // @ts-expect-error [ts2322] -- no member has it
    base.next(typeOf<unknown>(), { args: ['shape.diameter'] })
  })

  test('into an index signature takes any name', () => {
    base.next((score) => expectTypeOf(score).toEqualTypeOf<number>(), { args: ['scores.ada'] })
  })

  test('reads accessors of classes, and nothing private', () => {
    base.next(
      (ages, tags, balance) => {
        expectTypeOf(ages).toEqualTypeOf<number>()
        expectTypeOf(tags).toEqualTypeOf<number>()
        expectTypeOf(balance).toEqualTypeOf<number>()
      },
      { args: ['ages.size', 'tags.size', 'account.balance'] },
    )
    // @ts-expect-error [ts2322] -- it is private
    base.next(typeOf<unknown>(), { args: ['account.secret'] })
  })

  test('to $step, $signal and $input leads to what surrounds the step', () => {
    base.put('more', 1).next(
      (step, attempt, signal, input, source) => {
        expectTypeOf(step.attempt).toEqualTypeOf<number>()
        expectTypeOf(attempt).toEqualTypeOf<number>()
        expectTypeOf(signal).toEqualTypeOf<AbortSignal>()
        expectTypeOf(input).toEqualTypeOf<Source>()
        expectTypeOf(source).toEqualTypeOf<string>()
      },
      { args: ['$step', '$step.attempt', '$signal', '$input', '$input.source'] },
    )
    // @ts-expect-error [ts2820] -- there is no such thing
    base.next(typeOf<unknown>(), { args: ['$steps'] })
  })

  test('row 16: to a key that is not there does not compile, whatever the parameter', () => {
    // @ts-expect-error [ts2820] -- a typing error
    base.next(typeOf<string>(), { args: ['sorce'] })
    // @ts-expect-error [ts2322] -- `unknown` would take it
    base.next(typeOf<unknown>(), { args: ['nothing'] })
    // @ts-expect-error [ts2820] -- in the middle of a path
    base.next(typeOf<unknown>(), { args: ['user.adress.city'] })
    // @ts-expect-error [ts2820] -- at the end of one
    base.next(typeOf<unknown>(), { args: ['user.address.town'] })
  })

  test('row 17: to a later step does not compile', () => {
    // @ts-expect-error [ts2322] -- `total` comes after it
    base.next(typeOf<unknown>(), { args: ['total'] }).put('total', 1)
  })

  test('must fit the parameter', () => {
    base.next(typeOf<string | boolean>(), { args: ['flag'] })
    // @ts-expect-error [ts2322] -- a boolean for a string
    base.next(typeOf<string>(), { args: ['flag'] })
    // @ts-expect-error [ts2322] -- it may be undefined
    base.next(typeOf<string>(), { args: ['rows.0.id'] })
  })

  test('is checked in a context of more than sixteen keys', () => {
    const long = base.put('a', 1).put('b', 1).put('c', 1).put('d', 1).put('e', 1).put('f', 1).put('g', 1).put('h', 1)
    const longer = long.put('i', 1).put('j', 1).put('k', 1).put('l', 1).put('m', 1).put('n', 1).put('o', 1).put('p', 1)
    longer.put('q', 1).next(
      (a, q, city) => {
        expectTypeOf(a).toEqualTypeOf<number>()
        expectTypeOf(q).toEqualTypeOf<number>()
        expectTypeOf(city).toEqualTypeOf<string>()
      },
      { args: ['a', 'q', 'user.address.city'] },
    )
    // @ts-expect-error [ts2820] -- it has no such key
    longer.next(typeOf<string>(), { args: ['sorce'] })
  })
})
