import { describe, expect, test } from 'vitest'
import { render } from '../../../src/observe/render.ts'

class Point {
  readonly x = 1
  readonly #hidden = 2
  get sum(): number {
    return this.x + this.#hidden
  }
}

function revoked(target: object): object {
  const { proxy, revoke } = Proxy.revocable(target, {})
  revoke()
  return proxy
}

function thrower(thrown: unknown): () => never {
  return () => {
    throw thrown
  }
}

function nested(depth: number): unknown {
  let value: unknown = 'end'
  for (let index = 0; index < depth; index++) value = [value]
  return value
}

describe('what runs code of others', () => {
  test.each([
    [
      'a getter that throws',
      {
        get a() {
          return thrower(new RangeError('detail'))()
        },
        b: 1,
      },
      '{"a":[threw RangeError],"b":1}',
    ],
    [
      'a getter that throws text',
      {
        get a() {
          return thrower('detail')()
        },
      },
      '{"a":[threw string]}',
    ],
    [
      'a getter that throws undefined',
      {
        get a() {
          return thrower(undefined)()
        },
      },
      '{"a":[threw undefined]}',
    ],
    ['a toJSON that throws', { toJSON: thrower(new Error('detail')) }, '[threw Error]'],
    ['a toJSON that throws inside', [{ toJSON: thrower(null) }, 2], '[[threw object],2]'],
    [
      'a toJSON getter that throws',
      {
        get toJSON() {
          return thrower(new Error('detail'))()
        },
      },
      '[threw Error]',
    ],
    ['a revoked proxy', revoked({}), '[threw TypeError]'],
    ['a revoked proxy inside', { a: revoked([]), b: 1 }, '{"a":[threw TypeError],"b":1}'],
    ['a revoked proxy of a function', revoked(() => {}), '[threw TypeError]'],
    ['a proxy whose keys throw', new Proxy({}, { ownKeys: thrower(new Error('detail')) }), '[threw Error]'],
    [
      'a class whose name throws',
      Object.defineProperty(class {}, 'name', { get: thrower(new Error('detail')) }),
      '[threw Error]',
    ],
    [
      'an Error whose message throws',
      Object.defineProperty(new Error('x'), 'message', { get: thrower(new Error('detail')) }),
      '[threw Error]',
    ],
    [
      'an Error whose name throws',
      Object.defineProperty(new Error('x'), 'name', { get: thrower(new Error('detail')) }),
      '[threw Error]',
    ],
    [
      'an Error that is thrown and whose name throws',
      {
        get a() {
          return thrower(Object.defineProperty(new Error('x'), 'name', { get: thrower(1) }))()
        },
      },
      '{"a":[threw object]}',
    ],
    [
      'a constructor that throws',
      Object.defineProperty(new Point(), 'constructor', { get: thrower(new Error('detail')) }),
      '[threw Error]',
    ],
    ['what only looks like a Map', Object.create(Map.prototype), '[threw TypeError]'],
    ['what only looks like a Date', Object.create(Date.prototype), '[threw TypeError]'],
  ])('rows 109, 111: %s', (_, value, text) => {
    expect(render(value)).toBe(text)
    expect(render([value])).toBe(`[${text}]`)
  })

  test('row 111: an Error whose name throws only the second time throws nothing', () => {
    let reads = 0
    const name = { get: (): string => (reads++ % 2 === 0 ? 'Moody' : thrower(1)()) }
    const moody = Object.defineProperty(new Error('x'), 'name', name)
    expect(render({ toJSON: thrower(moody) })).toBe('[threw Moody]')
    expect(render({ toJSON: thrower(moody) })).toBe('[threw object]')
  })

  test('row 109: a getter is read once', () => {
    let reads = 0
    expect(
      render({
        get a() {
          return ++reads
        },
      }),
    ).toBe('{"a":1}')
  })

  test('row 111: a toJSON that gives itself is printed as it is', () => {
    const value = { a: 1, toJSON: (): unknown => value }
    expect(render(value)).toBe('{"a":1,"toJSON":[Function toJSON]}')
  })

  test('row 111: a toJSON that gives others for ever ends', () => {
    const make = (): object => ({ toJSON: make })
    expect(render(make())).toBe('[…]')
  })

  test('row 111: a toJSON that gives much is cut', () => {
    expect(render({ toJSON: () => 'x'.repeat(100_000) }).length).toBeLessThan(4_200)
  })

  test('row 117: a proxy whose keys lie is bounded', () => {
    let asked = 0
    const lying = new Proxy(
      {},
      {
        ownKeys: () => Array.from({ length: 3 }, () => `key${asked++}`),
        getOwnPropertyDescriptor: () => ({ value: 1, enumerable: true, configurable: true }),
        get: (_, key) => (key === 'toJSON' || key === 'constructor' || typeof key === 'symbol' ? undefined : lying),
      },
    )
    expect(render(lying)).toMatch(/^\{("key\d+":\[Circular\],?)*\}$/)
  })

  test('row 108: functions in a value are never called', () => {
    let calls = 0
    const call = (): number => calls++
    render({
      call,
      list: [call],
      map: new Map([[call, call]]),
      valueOf: call,
      toString: call,
      [Symbol.toPrimitive]: call,
    })
    expect(calls).toBe(0)
  })
})

describe('bounds', () => {
  test('row 113: what is deeper than 12 levels is cut', () => {
    expect(render(nested(12))).toBe(`${'['.repeat(12)}"end"${']'.repeat(12)}`)
    expect(render(nested(13))).toBe(`${'['.repeat(12)}[…]${']'.repeat(12)}`)
    expect(render(nested(100_000))).toBe(render(nested(13)))
  })

  test('row 114: what has exactly 4,096 characters is not cut', () => {
    const value = { a: 'x'.repeat(4_088) }
    expect(render(value)).toBe(JSON.stringify(value))
    expect(render(value)).toHaveLength(4_096)
    expect(render([10n ** 80n - 1n, 1n - 10n ** 80n, -(10n ** 80n)])).toMatch(/^\[9{80}n,-9{80}n,\[BigInt\]\]$/)
  })

  test('row 114: text is cut at 4,096 characters, and the rest counted', () => {
    expect(render('x'.repeat(4_096))).toBe('x'.repeat(4_096))
    expect(render('x'.repeat(5_000))).toBe(`${'x'.repeat(4_096)}… +904 more`)
    expect(render('x'.repeat(2 ** 28))).toBe(`${'x'.repeat(4_096)}… +${2 ** 28 - 4_096} more`)
  })

  test.each([
    ['text inside', { a: 'x'.repeat(1_000_000) }],
    ['an array', Array.from({ length: 1_000_000 }, (_, index) => index)],
    ['an object', Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`key${index}`, index]))],
    ['a Map', new Map(Array.from({ length: 100_000 }, (_, index) => [index, index]))],
    ['a Set', new Set(Array.from({ length: 100_000 }, (_, index) => index))],
    ['a long key', { ['k'.repeat(1_000_000)]: 1, z: 'y'.repeat(5_000) }],
    ['an Error', new Error('m'.repeat(1_000_000))],
    ['a wide tree', Array.from({ length: 100 }, () => Array.from({ length: 100 }, () => 'x'.repeat(100)))],
    ['a name', Object.defineProperty(() => {}, 'name', { value: 'f'.repeat(100_000) })],
    ['a symbol', Symbol('s'.repeat(100_000))],
    ['a sparse array', Object.assign([], { length: 2 ** 32 - 1 })],
    [
      'an iterator that never ends',
      Object.assign(new Set(), {
        *[Symbol.iterator]() {
          for (;;) yield 1
        },
      }),
    ],
  ])('row 114: %s is cut at 4,096 characters and marked', (_, value) => {
    const text = render(value)
    expect(text.length).toBeLessThan(4_160)
    expect(text.length).toBeGreaterThanOrEqual(4_096)
    expect(text).toContain('…')
  })

  test('row 114: elements beyond the bound are not looked at', () => {
    let reads = 0
    const list = new Proxy([], {
      get: (target, key) => {
        if (key === 'length') return 1e9
        if (typeof key === 'string' && /^\d+$/.test(key)) reads++
        return Reflect.get(target, key) as unknown
      },
    })
    render(list)
    expect(reads).toBeGreaterThan(100)
    expect(reads).toBeLessThan(4_097)
  })
})
