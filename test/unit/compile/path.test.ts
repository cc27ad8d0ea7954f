import { describe, expect, test } from 'vitest'
import { isAllowedSegment, MISSING, read, readKey } from '../../../src/compile/path.ts'

class Base {
  get size(): number {
    return 3
  }
  method(): string {
    throw new Error('called')
  }
}

class Derived extends Base {
  readonly own = 1
  #private = 5
  get private(): number {
    return this.#private
  }
  static shared = 'static'
}

class Sub extends Derived {}

describe('reading a path', () => {
  test.each([
    ['nothing of it', 5, [], 5],
    ['own data', { a: { b: 1 } }, ['a', 'b'], 1],
    ['an index', [{ id: 7 }], ['0', 'id'], 7],
    ['an array’s length', [1, 2], ['length'], 2],
    ['a text’s length', 'abc', ['length'], 3],
    ['a letter', 'abc', ['1'], 'b'],
    ['own undefined', { a: undefined }, ['a'], undefined],
    ['an accessor of a class', new Derived(), ['private'], 5],
    ['an accessor of a base class', new Derived(), ['size'], 3],
    ['own data of an instance', new Derived(), ['own'], 1],
    ['a platform’s accessor', new Map([[1, 2]]), ['size'], 1],
    ['a function’s name', Base, ['name'], 'Base'],
    ['a static field', Derived, ['shared'], 'static'],
    ['an own key that hides an inherited one', { toString: 4 }, ['toString'], 4],
    ['a key of an object without a prototype', Object.assign(Object.create(null), { a: 1 }), ['a'], 1],
    ['what a prototype without a root has', Object.create(Object.assign(Object.create(null), { a: 1 })), ['a'], 1],
  ] as const)('%s', (_, value, path, expected) => {
    expect(read(value, path)).toBe(expected)
  })

  test.each([
    ['undefined', undefined, ['a']],
    ['null', null, ['a']],
    ['a missing key', {}, ['a']],
    ['a key behind a missing one', {}, ['a', 'b']],
    ['a key behind undefined', { a: undefined }, ['a', 'b']],
    ['what every object has', {}, ['toString']],
    ['what every array has from Object', [], ['hasOwnProperty']],
    ['what every function has', () => {}, ['call']],
    ['what every function has from Object', () => {}, ['toString']],
    ['what every number has from Object', 5, ['valueOf', 'call']],
    ['a static field of a base class', Sub, ['shared']],
    ['a key of a symbol', Symbol('s'), ['nothing']],
  ] as const)('row 107: %s is missing', (_, value, path) => {
    expect(read(value, path)).toBe(MISSING)
  })

  test('row 107: what is on a polluted prototype is missing', () => {
    const polluted = Object.prototype as { secret?: string }
    const functions = Function.prototype as { secret?: string }
    try {
      polluted.secret = functions.secret = 'leaked'
      for (const value of [{}, [], 'text', 5, () => {}, new Derived(), new Map(), Derived, Object.create({})])
        expect(read(value, ['secret'])).toBe(MISSING)
      expect(readKey({}, 'secret')).toBe(MISSING)
    } finally {
      delete polluted.secret
      delete functions.secret
    }
  })

  test('row 108: a method is given, not called', () => {
    expect(read(new Derived(), ['method'])).toBe(Base.prototype.method)
  })

  test('row 109: an accessor is called once, with the value as its this', () => {
    const seen: unknown[] = []
    const value = {
      get a() {
        seen.push(this)
        return 1
      },
    }
    expect(read(value, ['a'])).toBe(1)
    expect(seen).toEqual([value])
    expect(seen[0]).toBe(value)
  })

  test('what an accessor throws is the reader’s', () => {
    const fault = new Error('no')
    const value = {
      get a(): never {
        throw fault
      },
    }
    expect(() => read(value, ['a'])).toThrow(fault)
  })

  test('an object without a prototype has what it has, and a class may tell what its instances are prototypes of', () => {
    const bare = Object.assign(Object.create(null) as object, { a: 1 })
    expect([read(bare, ['a']), read(bare, ['b'])]).toEqual([1, MISSING])
    class Family {
      get name(): string {
        return 'Ada'
      }
      isPrototypeOf(): boolean {
        return false
      }
    }
    expect(read(new Family(), ['name'])).toBe('Ada')
  })

  test('what another realm’s objects have is not read either', async () => {
    const { runInNewContext } = await import('node:vm')
    const foreign = runInNewContext('({ a: { b: 1 }, list: [1], map: new Map([[1, 2]]), fn() {} })') as object
    expect(read(foreign, ['a', 'b'])).toBe(1)
    expect(read(foreign, ['list', 'length'])).toBe(1)
    expect(read(foreign, ['map', 'size'])).toBe(1)
    expect(read(foreign, ['toString'])).toBe(MISSING)
    expect(read(foreign, ['fn', 'call'])).toBe(MISSING)
  })
})

describe('a key of the context', () => {
  test('is its own, or missing', () => {
    expect(readKey({ a: 1 }, 'a')).toBe(1)
    expect(readKey({ a: undefined }, 'a')).toBe(undefined)
    for (const key of ['b', 'toString', '__proto__', 'constructor']) expect(readKey({ a: 1 }, key)).toBe(MISSING)
  })
})

describe('segments', () => {
  test.each(['a', '0', 'toString', '_a', '__a', 'a__', 'then', '$x', '____'.slice(1), 'proto'])(
    '%s may be followed',
    (segment) => {
      expect(isAllowedSegment(segment)).toBe(true)
    },
  )

  test.each(['', '__proto__', '__defineGetter__', '__lookupSetter__', 'constructor', 'prototype'])(
    'row 107: %o may not',
    (segment) => {
      expect(isAllowedSegment(segment)).toBe(false)
    },
  )
})
