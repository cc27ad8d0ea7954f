import { describe, expect, test } from 'vitest'
import { escapeText, render } from '../../../src/observe/render.ts'

class Point {
  readonly x = 1
  readonly #hidden = 2
  get sum(): number {
    return this.x + this.#hidden
  }
}

function cycle(): object {
  const value: { self?: unknown; list: unknown[] } = { list: [1] }
  value.self = value
  value.list.push(value.list)
  return value
}

const shared = { a: 1 }

describe('row 110: each kind of value', () => {
  test.each([
    ['text', 'as "it" is', 'as "it" is'],
    ['empty text', '', ''],
    ['a number', 1.5, '1.5'],
    ['NaN', Number.NaN, 'NaN'],
    ['Infinity', -Infinity, '-Infinity'],
    ['0', 0, '0'],
    ['-0', -0, '-0'],
    ['true', true, 'true'],
    ['null', null, 'null'],
    ['undefined', undefined, 'undefined'],
    ['a bigint', 12n, '12n'],
    ['a negative bigint', -12n, '-12n'],
    ['a bigint of 80 digits', 10n ** 80n - 1n, `${'9'.repeat(80)}n`],
    ['a huge bigint', 10n ** 80n, '[BigInt]'],
    ['a symbol', Symbol('s'), 'Symbol(s)'],
    ['a function', function named() {}, '[Function named]'],
    ['a function without a name', () => {}, '[Function anonymous]'],
    ['a class', Point, '[Function Point]'],
    ['an array', [1, 'a', null, undefined, [2]], '[1,"a",null,undefined,[2]]'],
    ['an empty array', [], '[]'],
    ['an object', { a: 1, 'b c': 'x"y', n: null }, String.raw`{"a":1,"b c":"x\"y","n":null}`],
    ['an empty object', {}, '{}'],
    ['an object without a prototype', Object.assign(Object.create(null), { a: 1 }), '{"a":1}'],
    [
      'what JSON would lose',
      { u: undefined, f() {}, s: Symbol('s'), n: Number.NaN },
      '{"u":undefined,"f":[Function f],"s":Symbol(s),"n":NaN}',
    ],
    [
      'a Map',
      new Map<unknown, unknown>([
        ['a', 1],
        [{ k: 1 }, [2]],
      ]),
      'Map(2) [["a",1],[{"k":1},[2]]]',
    ],
    ['a Set', new Set([1, 'a']), 'Set(2) [1,"a"]'],
    ['an empty Map', new Map(), 'Map(0) []'],
    ['a Date', new Date(Date.UTC(2026, 0, 31)), '2026-01-31T00:00:00.000Z'],
    ['a Date inside', { at: new Date(0) }, '{"at":"1970-01-01T00:00:00.000Z"}'],
    ['an invalid Date', new Date(Number.NaN), 'Invalid Date'],
    ['an Error', new TypeError('no "good"'), '[TypeError: no "good"]'],
    ['an Error inside', [new Error('x')], '[[Error: x]]'],
    ['an Error whose message is no text', Object.assign(new Error('x'), { message: 5 }), '[Error: 5]'],
    ['a RegExp', /a+/gi, '/a+/gi'],
    ['a typed array', new Uint8Array(4), 'Uint8Array(4 bytes)'],
    ['floats', new Float64Array(4), 'Float64Array(32 bytes)'],
    ['a DataView', new DataView(new ArrayBuffer(3)), 'DataView(3 bytes)'],
    ['a Buffer', Buffer.from('secret'), 'Buffer(6 bytes)'],
    ['a URL', new URL('https://example.com/a?b=1'), '"https://example.com/a?b=1"'],
    ['an instance', new Point(), 'Point {"x":1}'],
    ['an instance inside', { p: new Point() }, '{"p":Point {"x":1}}'],
    ['an instance of a class without a name', new (class {})(), 'Object {}'],
    ['a promise', Promise.resolve(1), 'Promise {}'],
    [
      'an instance without a constructor',
      Object.create(Object.create(Object.prototype, { constructor: { value: undefined } })),
      'Object {}',
    ],
    ['a WeakRef', new WeakRef({}), 'WeakRef {}'],
    ['a cycle', cycle(), '{"list":[1,[Circular]],"self":[Circular]}'],
    ['one object twice', [shared, shared], '[{"a":1},{"a":1}]'],
    ['own enumerable keys alone', Object.defineProperty({ a: 1, [Symbol('s')]: 2 }, 'b', { value: 3 }), '{"a":1}'],
    ['no inherited keys', Object.assign(Object.create({ inherited: 1 }) as object, { own: 2 }), 'Object {"own":2}'],
    ['toJSON', { toJSON: () => ({ a: [1] }) }, '{"a":[1]}'],
    ['a toJSON that gives text', { toJSON: () => 'text' }, '"text"'],
    ['a toJSON that gives undefined', [{ toJSON() {} }], '[undefined]'],
    ['a toJSON that is no function', { toJSON: 1 }, '{"toJSON":1}'],
  ])('%s', (_, value, text) => {
    expect(render(value)).toBe(text)
  })

  test('another realm’s values read the same', async () => {
    const { runInNewContext } = await import('node:vm')
    expect(render(runInNewContext('({ a: [1], e: new TypeError("x") })'))).toBe('{"a":[1],"e":[TypeError: x]}')
  })
})

describe('row 115: what could forge a line', () => {
  test.each([
    ['CR LF', 'a\r\nb', String.raw`a\u000d\u000ab`],
    ['a tab', 'a\tb', String.raw`a\u0009b`],
    ['an ANSI sequence', '\u001b[31mred', String.raw`\u001b[31mred`],
    ['NUL', '\0', String.raw`\u0000`],
    ['DEL and C1', '\u007f\u009b', String.raw`\u007f\u009b`],
    ['line separators', '\u2028\u2029', String.raw`\u2028\u2029`],
    [
      'bidi overrides',
      '\u202a\u202e\u2066\u2069\u200e\u200f\u061c',
      String.raw`\u202a\u202e\u2066\u2069\u200e\u200f\u061c`,
    ],
    ['a lone high surrogate', 'a\ud83db', String.raw`a\ud83db`],
    ['a lone low surrogate', '\udc4d', String.raw`\udc4d`],
    ['a pair', '👍 ü 漢', '👍 ü 漢'],
  ])('%s', (_, text, escaped) => {
    expect(escapeText(text)).toBe(escaped)
    expect(render(text)).toBe(escaped)
  })

  test('inside of values, keys and names too', () => {
    const evil = '\n\u001b\u202e'
    const value = {
      [evil]: evil,
      e: new Error(evil),
      m: new Map([[evil, evil]]),
      f: Object.defineProperty(() => {}, 'name', { value: evil }),
      s: Symbol(evil),
      r: /\u2028/,
    }
    // oxlint-disable-next-line no-control-regex -- these are what must not be there
    expect(render(value)).not.toMatch(/[\u0000-\u001f\u202e\u2028]/)
    expect(render(value)).toContain(String.raw`\u202e`)
  })

  test('a pair that is cut in two is no lone half', () => {
    expect(render(`x${'👍'.repeat(4_000)}`)).toMatch(/👍\\ud83d… \+\d+ more$/)
  })
})
