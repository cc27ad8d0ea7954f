import { describe, expect, test } from 'vitest'
import { Place } from '../../../src/compile/check.ts'
import { compileRedaction, DEFAULT_LIMITS, USUAL } from '../../../src/compile/redaction.ts'
import { render, View } from '../../../src/observe/render.ts'

async function* generate(): AsyncGenerator<number> {
  yield 1
}

class Point {
  x = 1
  get y(): number {
    return 2
  }
}

describe('every kind of value has a form', () => {
  const form = new FormData()
  form.append('a', 'b')
  form.append('token', 'c')
  const kinds: readonly (readonly [string, unknown, string])[] = [
    ['a boxed number', Object(5), '5'],
    ['a boxed text', Object('a"b'), '"a\\"b"'],
    ['a boxed boolean', Object(true), 'true'],
    ['a boxed BigInt', Object(5n), '5n'],
    ['a boxed symbol', Object(Symbol('s')), 'Symbol(s)'],
    ['what passes for a boxed number', Object.create(Number.prototype), '[threw TypeError]'],
    ['an ArrayBuffer', new ArrayBuffer(8), 'ArrayBuffer(8 bytes)'],
    ['a SharedArrayBuffer', new SharedArrayBuffer(4), 'SharedArrayBuffer(4 bytes)'],
    ['a DataView', new DataView(new ArrayBuffer(2)), 'DataView(2 bytes)'],
    ['a promise', Promise.resolve(1), 'Promise {}'],
    ['a WeakMap', new WeakMap(), 'WeakMap {}'],
    ['a WeakSet', new WeakSet(), 'WeakSet {}'],
    ['a WeakRef', new WeakRef({}), 'WeakRef {}'],
    ['a generator', generate(), 'AsyncGenerator {}'],
    ['Headers', new Headers({ A: 'b', Authorization: 'c' }), 'Headers(2) [["a","b"],["authorization",[hidden]]]'],
    [
      'search parameters',
      new URLSearchParams('a=b&token=c&a=d'),
      'URLSearchParams(3) [["a","b"],["token",[hidden]],["a","d"]]',
    ],
    ['a form', form, 'FormData(2) [["a","b"],["token",[hidden]]]'],
    ['a Blob', new Blob(['a']), 'Blob {}'],
    ['an AbortSignal', new AbortController().signal, 'AbortSignal {}'],
    ['an instance of a class', new Point(), 'Point {"x":1}'],
    ['a large number', 12_345_678_901, '12345678901'],
    ['a key that is a symbol', { [Symbol('s')]: 1, a: 1 }, '{"a":1}'],
    [
      'a Map of Maps',
      new Map([[{ a: 1 }, new Map([['secret', new Map([[1, 2]])]])]]),
      'Map(1) [[{"a":1},Map(1) [["secret",[hidden]]]]]',
    ],
    ['text that could be something else', ['"', '\u202e', 'é', '\\'], '["\\"","\\u202e","é","\\\\"]'],
  ]
  test.each(kinds)('%s', (_, value, text) => {
    expect(render(value)).toBe(text)
  })
})

describe('what is hidden', () => {
  const view = (given: object): View => new View(compileRedaction(given, new Place('c')))

  test('by a path, from where the value is on', () => {
    const { under } = {
      under: (path: string[], value: unknown) => view({ paths: ['a.*.b', '**.c'], keys: false }).under(path, value),
    }
    expect(under(['a'], [{ b: 1, c: 2, d: 3 }, { b: null }])).toBe('[{"b":[hidden],"c":[hidden],"d":3},{"b":null}]')
    expect(under(['a'], new Map([['x', { b: 1 }]]))).toBe('Map(1) [["x",{"b":[hidden]}]]')
    expect(under(['a', '0', 'b'], 1)).toBe('[hidden]')
    expect(under(['a', '0', 'c', 'length'], 1)).toBe('[hidden]')
    expect(under(['x'], { b: 1, password: 2 })).toBe('{"b":1,"password":2}')
  })

  test('as sensitive, by its key at any depth', () => {
    const sensitive = new Set(['one'])
    expect(view({}).under(['x'], { one: 1, two: [{ one: 'a' }], three: { one: null } }, sensitive)).toBe(
      '{"one":[sensitive],"two":[{"one":[sensitive]}],"three":{"one":null}}',
    )
    expect(view({}).under(['one'], 1, sensitive)).toBe('[sensitive]')
    expect(view({}).under(['one'], true, sensitive)).toBe('true')
  })

  test('names are remembered, a thousand at most', () => {
    const names = view({})
    const many = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`k${index}`, index]))
    for (let turn = 0; turn < 5; turn++)
      for (const key of Object.keys(many)) expect(names.name(`${key}-${turn}`).hidden).toBe(false)
    expect(names.name('password')).toEqual({ text: '"password"', hidden: true })
    expect(names.name('p'.repeat(300)).text).toBe(`"${'p'.repeat(256)}"`)
  })
})

describe('limits', () => {
  const view = (limits: object): View => new View(USUAL, { ...DEFAULT_LIMITS, ...limits })

  test('of a value', () => {
    expect(render('abcdefgh', view({ value: 5 }))).toBe('abcde… +3 more')
    expect(render(['abcdefgh', 1, 2], view({ value: 5 }))).toBe('["abc… +2 more')
  })

  test('of depth', () => {
    expect(render([[[1]]], view({ depth: 2 }))).toBe('[[[…]]]')
    let deep: unknown = 1
    for (let level = 0; level < 300; level++) deep = [deep]
    expect(render(deep, view({ depth: 200 }))).toBe(`${'['.repeat(200)}[…]${']'.repeat(200)}`)
  })
})
