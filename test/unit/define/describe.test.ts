import { describe, expect, test } from 'vitest'
import { describeThrown, isError, preview } from '../../../src/define/describe.ts'

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

function withThrowing(name: string): Error {
  return Object.defineProperty(new Error('x'), name, {
    get() {
      throw new Error('no')
    },
  })
}

describe('a preview', () => {
  test.each([
    ['text', '"text"'],
    ['', '""'],
    ['line\nbreak', String.raw`"line\nbreak"`],
    ['x'.repeat(80), `"${'x'.repeat(80)}"`],
    ['x'.repeat(81), `"${'x'.repeat(80)}…"`],
    [5, '5'],
    [Number.NaN, 'NaN'],
    [true, 'true'],
    [undefined, 'undefined'],
    [null, 'null'],
    [12n, '12n'],
    [10n ** 100n, `${'1'.padEnd(80, '0')}…n`],
    [Symbol('s'), 'Symbol(s)'],
    [() => {}, 'a function'],
    [class A {}, 'a function'],
    [[1, 2], 'an array of 2'],
    [{}, '[object Object]'],
    [Object.create(null), '[object Object]'],
    [new Map(), '[object Map]'],
    [new Date(Number.NaN), '[object Date]'],
    [Promise.resolve(), '[object Promise]'],
  ])('of %o is %s', (value, text) => {
    expect(preview(value)).toBe(text)
  })

  test('of a revoked proxy is [unreadable]', () => {
    expect(preview(revoked())).toBe('[unreadable]')
  })

  test('looks at no value of an object', () => {
    const value = {
      get password(): never {
        throw new Error('read')
      },
      toString(): never {
        throw new Error('called')
      },
      toJSON(): never {
        throw new Error('called')
      },
    }
    expect(preview(value)).toBe('[object Object]')
  })

  test('of what throws when asked what it is says so', () => {
    const value = {
      get [Symbol.toStringTag](): never {
        throw new Error('no')
      },
    }
    expect(preview(value)).toBe('[unreadable]')
  })
})

describe('what was thrown', () => {
  test.each([
    ['an Error', new TypeError('bad'), 'bad'],
    ['an Error without a message', new TypeError(''), 'TypeError'],
    ['a long message', new Error('m'.repeat(1_001)), `${'m'.repeat(1_000)}…`],
    ['an Error whose message is no text', Object.assign(new Error('x'), { message: { a: 1 } }), 'Error'],
  ])('row 44: %s', (_, thrown, text) => {
    expect(describeThrown(thrown)).toBe(text)
  })

  test.each([
    [undefined, 'undefined'],
    [null, 'null'],
    [0, '0'],
    ['', '""'],
    ['text', '"text"'],
    [Symbol('s'), 'Symbol(s)'],
    [{}, '[object Object]'],
    [() => {}, 'a function'],
  ])('row 44: %o is no Error', (thrown, text) => {
    expect(describeThrown(thrown)).toBe(`threw ${text} (not an Error)`)
  })

  test.each([
    ['message', withThrowing('message')],
    ['name', Object.defineProperty(withThrowing('name'), 'message', { value: '' })],
    ['a revoked proxy', revoked()],
  ])('row 46: an Error whose %s cannot be read is unreadable', (_, thrown) => {
    expect(describeThrown(thrown)).toBe('[unreadable]')
  })

  test.each(['stack', 'cause', 'toString'])('row 46: %s is not looked at', (name) => {
    expect(describeThrown(withThrowing(name))).toBe('x')
  })

  test('row 47: an Error of another realm is one', async () => {
    const { runInNewContext } = await import('node:vm')
    const foreign: unknown = runInNewContext('new TypeError("far away")')
    expect(foreign).not.toBeInstanceOf(Error)
    expect(isError(foreign)).toBe(true)
    expect(describeThrown(foreign)).toBe('far away')
  })

  test('a DOMException is one', () => {
    expect(describeThrown(new DOMException('gone', 'AbortError'))).toBe('gone')
  })
})
