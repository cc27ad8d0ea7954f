import { literal } from 'stepchain'
import { describe, expect, test } from 'vitest'
import { expectRefusal, thrownBy, untyped } from '../../support/untyped.ts'

const orders = untyped('orders')
const at = "Chain 'orders', step 'x': "
const collect = (...given: readonly unknown[]): readonly unknown[] => given

function resolved(args: unknown, input: object = {}, options: object = {}): unknown {
  return orders.next(collect, { out: 'x', args }).runSync(input, options)['x']
}

describe('args', () => {
  test('row 18: a string is a ref, everything else is itself, and literal() makes a string itself', () => {
    const list = [1, 2]
    const named = { a: 'user' }
    const given = resolved(['user', literal('user'), 7, null, undefined, true, list, named, literal(list)], {
      user: 'Ada',
    })
    expect(given).toEqual(['Ada', 'user', 7, null, undefined, true, list, named, list])
    expect((given as unknown[])[6]).toBe(list)
    expect((given as unknown[])[8]).toBe(list)
  })

  test.each([
    ['a string', 'abc', '"abc"'],
    ['something like an array', { length: 1, 0: 'a', __proto__: Array.prototype }, '[object Object]'],
    ['an iterator', [1][Symbol.iterator](), '[object Array Iterator]'],
    ['a Set', new Set(['a']), '[object Set]'],
    ['a Map', new Map(), '[object Map]'],
    ['a number', 3, '3'],
    ['null', null, 'null'],
    ['a literal', literal('x'), '[object Object]'],
    ['a class instance', new (class Options {})(), '[object Object]'],
    ['a function', collect, 'a function'],
    ['an object made of a function', Object.create(collect), '[object Object]'],
    ['a proxy that does not tell', new Proxy({}, { getPrototypeOf: () => collect }), '[object Object]'],
  ])('row 19: %s is refused', (_, args, value) => {
    expectRefusal(
      thrownBy(() => resolved(args)),
      { at, option: 'args', value, expected: 'an array, or a plain object of named refs' },
    )
  })

  test('a list is copied, holes are undefined, and none at all is a call without arguments', () => {
    const args = ['a', 'b']
    const step = orders.next(collect, { out: 'x', args })
    args.push('c')
    args[0] = 'b'
    expect(step.runSync({ a: 1, b: 2, c: 3 })['x']).toEqual([1, 2])
    // oxlint-disable-next-line no-sparse-arrays -- the hole is the point
    expect(resolved(['a', , 'a'], { a: 1 })).toEqual([1, undefined, 1])
    expect(resolved([])).toEqual([])
  })

  test('an object of named refs is one argument', () => {
    const args = { id: 'user.id', mode: literal('fast'), limit: 5 }
    expect(resolved(args, { user: { id: 9 } })).toEqual([{ id: 9, mode: 'fast', limit: 5 }])
    expect(resolved(Object.assign(Object.create(null), { a: 'user.id' }), { user: { id: 9 } })).toEqual([{ a: 9 }])
  })

  test('an object of another realm is plain too', async () => {
    const { runInNewContext } = await import('node:vm')
    expect(resolved(runInNewContext('({ id: "user.id" })'), { user: { id: 9 } })).toEqual([{ id: 9 }])
  })

  test.each(['__proto__', 'constructor', 'prototype'])('a name %s in it is refused', (name) => {
    expectRefusal(
      thrownBy(() => resolved(JSON.parse(`{"${name}":1}`))),
      { at, option: 'a name in args', value: `"${name}"`, expected: 'not reserved' },
    )
  })
})

describe('refs', () => {
  test.each([
    ['user.name', 'Ada'],
    ['user.tags.1', 'b'],
    ['rows.0.id', 7],
    ['rows.length', 1],
    ['user.tags.length', 2],
    ['user.nothing.at.all', undefined],
    ['nobody', undefined],
    ['nobody.name', undefined],
    ['user.name.length', 3],
    ['größe', 4],
    ['due date', 'May'],
    ['größe.unit', undefined],
  ])('%s', (ref, value) => {
    const input = { user: { name: 'Ada', tags: ['a', 'b'] }, rows: [{ id: 7 }], größe: 4, 'due date': 'May' }
    expect(resolved([ref], input)).toEqual([value])
    expect(resolved({ it: ref }, input)).toEqual([{ it: value }])
    expect(resolved([1, 2, ref], input)).toEqual([1, 2, value])
  })

  test.each([
    '',
    '.',
    'a.',
    '.a',
    'a..b',
    'a[0]',
    '{a}',
    'a}',
    '__proto__',
    'a.__proto__',
    'constructor',
    'a.constructor.name',
    'a.prototype',
    'a.__defineGetter__',
  ])('row 104: the ref %o is refused', (ref) => {
    expectRefusal(
      thrownBy(() => resolved([ref])),
      { at, option: 'a ref in args', value: `"${ref}"`, expected: 'literal()' },
    )
  })

  test.each(['$', '$nothing', '$signals', '$step.__proto__', '$input.', '$toString', '$constructor'])(
    'row 104: the ref %s is refused',
    (ref) => {
      expectRefusal(
        thrownBy(() => resolved([ref])),
        { at, option: 'a ref in args', value: `"${ref}"`, expected: "'$step', '$signal', '$input'" },
      )
    },
  )

  test('$input is the input as it was, whatever became of the context', () => {
    const context = orders
      .next(() => 2, { out: 'a', overwrite: true })
      .next(collect, { out: 'x', args: ['$input', '$input.a', 'a'] })
      .runSync({ a: 1 })
    expect(context['x']).toEqual([{ a: 1 }, 1, 2])
  })

  test('$step and its parts', () => {
    const [step, name, attempt] = resolved(['$step', '$step.name', '$step.attempt']) as [
      { name: string },
      string,
      number,
    ]
    expect([step.name, name, attempt]).toEqual(['x', 'x', 1])
  })

  test('$signal is the signal of the attempt, the same one as the handle has', () => {
    const [signal, again, other] = resolved(['$signal', '$step.signal', '$signal.aborted']) as unknown[]
    expect(signal).toBeInstanceOf(AbortSignal)
    expect(again).toBe(signal)
    expect(other).toBe(false)
  })

  test('row 108: a ref to a method gives the method, and never calls it', () => {
    let calls = 0
    class Account {
      deleteAll(): number {
        return ++calls
      }
    }
    const [method] = resolved(['account.deleteAll'], { account: new Account() }) as [unknown]
    expect(method).toBe(Account.prototype.deleteAll)
    expect(calls).toBe(0)
  })

  test('row 107: accessors of a class are read, what every object has is not', () => {
    class Account {
      get balance(): number {
        return 5
      }
    }
    const input = { account: new Account(), map: new Map([['a', 1]]) }
    expect(resolved(['account.balance', 'map.size', 'account.toString', 'map.hasOwnProperty'], input)).toEqual([
      5,
      1,
      undefined,
      undefined,
    ])
  })

  test('without args a step gets the context and its handle', () => {
    const seen = orders.put('a', 1).next((...given: unknown[]) => given.length, { out: 'x' })
    expect(seen.runSync()['x']).toBe(2)
  })

  test('a nested chain takes one ref, or named ones', async () => {
    const inner = untyped('inner').next(({ n }: { n: number }) => n + 1, { out: 'm' })
    for (const args of [[], ['a', 'b']])
      expectRefusal(
        thrownBy(() => orders.next(inner, { out: 'x', args })),
        { at, option: 'args', value: `an array of ${args.length}`, expected: 'one ref to the input of the chain' },
      )
    expect(orders.next(inner, { out: 'x', args: { n: 'a' } }).runSync({ a: 1 })['x']).toEqual({ n: 1, m: 2 })
    expect(await orders.next(inner, { out: 'x', args: ['all'] }).run({ all: { n: 4 } })).toMatchObject({
      x: { n: 4, m: 5 },
    })
  })
})
