import { describe, expect, test } from 'vitest'
import { failureOf } from '../../support/outcome.ts'
import { expectRefusal, type Loose, thrownBy, untyped } from '../../support/untyped.ts'

const at = /^Chain 'orders': /

/** A chain that counts its steps' calls, and what both kinds of run fail with. */
async function failures(
  input: unknown,
  chain: Loose = untyped('orders'),
): Promise<readonly ReturnType<typeof thrownBy>[]> {
  let calls = 0
  const counted = chain.tap(() => calls++)
  const errors = [thrownBy(() => counted.runSync(input)), await failureOf(counted.run(input))]
  expect(calls).toBe(0)
  return errors
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

describe('input', () => {
  test.each([
    ['null', null, 'null'],
    ['an array', [1], 'an array of 1'],
    ['a string', 'abc', '"abc"'],
    ['a number', 7, '7'],
    ['a bigint', 7n, '7n'],
    ['a symbol', Symbol('s'), 'Symbol(s)'],
    ['true', true, 'true'],
    ['a function', () => {}, 'a function'],
    ['a class instance', new (class User {})(), '[object Object]'],
    ['a Map', new Map(), '[object Map]'],
    ['a Date', new Date(0), '[object Date]'],
    ['an Error', new Error('x'), '[object Error]'],
    ['a promise', Promise.resolve({}), '[object Promise]'],
    ['a revoked proxy', revoked(), '[unreadable]'],
  ])('row 30: %s is refused', async (_, input, value) => {
    for (const error of await failures(input))
      expectRefusal(error, { code: 'SC_INPUT', at, option: 'input', value, expected: 'a plain object' })
  })

  test('row 30: undefined is none, and an object without a prototype is plain', () => {
    expect(untyped('orders').runSync(undefined)).toEqual({})
    expect(untyped('orders').runSync(Object.assign(Object.create(null), { a: 1 }))).toEqual({ a: 1 })
  })

  test('row 30: a proxy of a plain object is read through its traps, once', () => {
    const reads: PropertyKey[] = []
    const input = new Proxy({ a: 1, b: 2 }, { get: (target, key) => (reads.push(key), Reflect.get(target, key)) })
    expect(untyped('orders').runSync(input)).toEqual({ a: 1, b: 2 })
    expect(reads).toEqual(['a', 'b'])
  })

  test.each(['ownKeys', 'getOwnPropertyDescriptor', 'get', 'getPrototypeOf'])(
    'row 30: a proxy whose %s trap throws is SC_INPUT',
    async (trap) => {
      const fault = new Error('trap')
      const handler = {
        [trap]: () => {
          throw fault
        },
      }
      for (const error of await failures(new Proxy({ a: 1 }, handler))) {
        expect(error.code).toBe('SC_INPUT')
        expect(error.message).toMatch(at)
      }
    },
  )

  test.each(['__proto__', 'constructor', 'prototype', 'then', '$signal', '$x'])(
    'row 31: the key %s is refused, and nothing is assigned',
    async (key) => {
      const input: unknown = JSON.parse(`{"a":1,"${key}":{"admin":true}}`)
      for (const error of await failures(input))
        expectRefusal(error, {
          code: 'SC_INPUT',
          at,
          option: 'a key of the input',
          value: `"${key}"`,
          expected: 'not reserved',
        })
      expect(({} as { admin?: boolean }).admin).toBeUndefined()
    },
  )

  test('row 31: what every object inherits is no key of the input', () => {
    expect(untyped('orders').runSync({ toString: 1 })).toEqual({ toString: 1 })
    expect(Object.keys(untyped('orders').runSync({}))).toEqual([])
  })

  test('row 32: getters are read once', async () => {
    let reads = 0
    const input = {
      get a(): number {
        return ++reads
      },
    }
    const chain = untyped('orders').next(({ a }: { a: number }) => a * 10, { out: 'x' })
    expect(chain.runSync(input)).toEqual({ a: 1, x: 10 })
    expect(await chain.run(input)).toEqual({ a: 2, x: 20 })
    expect(reads).toBe(2)
  })

  test('row 32: a getter that throws is SC_INPUT, with what it threw', async () => {
    const fault = new Error('no')
    const input = {
      get a(): never {
        throw fault
      },
    }
    for (const error of await failures(input)) {
      expect(error.code).toBe('SC_INPUT')
      expect(error.cause).toBe(fault)
      expect(error.message).toMatch(at)
    }
  })

  test('row 33: keys that are symbols or not enumerable are passed over', () => {
    const input = Object.defineProperty({ a: 1, [Symbol('s')]: 2 }, 'hidden', { value: 3, enumerable: false })
    expect(Reflect.ownKeys(untyped('orders').runSync(input))).toEqual(['a'])
  })

  test('row 34: the keys are copied at the start', async () => {
    const input: Record<string, unknown> = { a: 1 }
    const chain = untyped('orders')
      .next(() => Promise.resolve(), { out: 'x' })
      .next((a: unknown, b: unknown, all: unknown) => [a, b, all], { out: 'y', args: ['a', 'b', '$input'] })
    const run = chain.run(input)
    input['a'] = 2
    input['b'] = 3
    expect((await run)['y']).toEqual([1, undefined, { a: 1 }])
  })

  test('row 34: G8: the input is left as it was, even frozen', async () => {
    const input = Object.freeze({ a: Object.freeze([1]) })
    expect(
      await untyped('orders')
        .next(() => 1, { out: 'a', overwrite: true })
        .run(input),
    ).toEqual({ a: 1 })
    expect(input).toEqual({ a: [1] })
  })
})

describe('runs', () => {
  test('row 36: a second run starts clean', async () => {
    let fail = true
    const chain = untyped('orders')
      .next(() => ({}), { out: 'x' })
      .next(
        () => {
          if (fail) throw new Error('once')
          return 1
        },
        { out: 'y' },
      )
    expect((await failureOf(chain.run({ a: 1 }))).context).toEqual({ a: 1, x: {} })
    fail = false
    const first = await chain.run({ b: 1 })
    const second = await chain.run({ b: 1 })
    expect(first).toEqual({ b: 1, x: {}, y: 1 })
    expect(second).toEqual(first)
    expect(second).not.toBe(first)
    expect(second['x']).not.toBe(first['x'])
  })

  test('row 37: what a caller does to a context is its own affair', async () => {
    const chain = untyped('orders')
      .put('p', 1)
      .next(() => 2, { out: 'x' })
    const context = await chain.run()
    context['p'] = 'changed'
    context['more'] = true
    delete context['x']
    expect(await chain.run()).toEqual({ p: 1, x: 2 })
    expect(chain.runSync()).toEqual({ p: 1, x: 2 })
  })

  test('row 35: many runs at once share nothing', async () => {
    const chain = untyped('orders')
      .next(async ({ id }: { id: number }) => id * 2, { out: 'double' })
      .next(({ double }: { double: number }) => double + 1, { out: 'more' })
    const all = await Promise.all(Array.from({ length: 1_000 }, (_, id) => chain.run({ id })))
    for (const [id, context] of all.entries()) expect(context).toEqual({ id, double: id * 2, more: id * 2 + 1 })
    expect(new Set(all).size).toBe(1_000)
  })
})
