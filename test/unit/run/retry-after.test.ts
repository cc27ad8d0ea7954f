import { describe, expect, test } from 'vitest'
import { retryAfter } from '../../../src/run/retry-after.ts'

const NOW = Date.UTC(2026, 0, 1)
const ask = (error: unknown): number | undefined => retryAfter(error, () => NOW)

/** Every place where a header's text can stand. */
function places(text: unknown): readonly (readonly [string, unknown])[] {
  const plain = { 'retry-after': text }
  const found: (readonly [string, unknown])[] = [
    ['error.headers', { headers: plain }],
    ['error.response.headers', { response: { headers: plain } }],
    ['an Error', Object.assign(new Error('429'), { response: { status: 429, headers: plain } })],
  ]
  if (typeof text !== 'string') return found
  return [
    ...found,
    ['error.retryAfter', { retryAfter: text }],
    ['Headers', { headers: new Headers({ 'Retry-After': text }) }],
    ['Response', { response: new Response('', { headers: { 'Retry-After': text } }) }],
  ]
}

describe('a number', () => {
  test.each([0, 1, 1.5, 250, 2 ** 40])('of %d is that many ms', (ms) => {
    expect(ask({ retryAfter: ms })).toBe(ms)
    expect(ask(Object.assign(new Error('busy'), { retryAfter: ms }))).toBe(ms)
  })

  test.each([-1, -0.001, Number.NaN, Infinity, Number.NEGATIVE_INFINITY])('row 81: of %d is no wish', (ms) => {
    expect(ask({ retryAfter: ms })).toBeUndefined()
  })

  test('in a header is a number of seconds, as its text would be', () => {
    for (const [, error] of places(2)) expect(ask(error)).toBe(2_000)
  })
})

describe('seconds', () => {
  test.each([
    ['0', 0],
    ['1', 1_000],
    ['120', 120_000],
    [' 5 ', 5_000],
    ['007', 7_000],
    ['9999999999', 9_999_999_999_000],
  ])('%o', (text, ms) => {
    for (const [place, error] of places(text)) expect(ask(error), place).toBe(ms)
  })
})

describe('a date', () => {
  test.each([
    ['in a minute, IMF-fixdate', 'Thu, 01 Jan 2026 00:01:00 GMT', 60_000],
    ['in a minute, RFC 850', 'Thursday, 01-Jan-26 00:01:00 GMT', 60_000],
    ['now', 'Thu, 01 Jan 2026 00:00:00 GMT', 0],
    ['in the past', 'Sun, 06 Nov 1994 08:49:37 GMT', 0],
  ])('row 81: %s', (_, text, ms) => {
    for (const [place, error] of places(text)) expect(ask(error), place).toBe(ms)
  })

  test('as a Date is one too', () => {
    expect(ask({ retryAfter: new Date(NOW + 250) })).toBe(250)
    expect(ask({ retryAfter: new Date(NOW - 250) })).toBe(0)
    expect(ask({ retryAfter: new Date(Number.NaN) })).toBeUndefined()
  })
})

describe('garbage', () => {
  test.each([
    '',
    ' ',
    'soon',
    '-5',
    '+5',
    '1.5',
    '1e3',
    '0x10',
    '12345678901',
    '5 s',
    '1,2',
    'Infinity',
    'NaN',
    '2026-01-01',
    'Mon',
    'x'.repeat(100_000),
    `Thu, 01 Jan 2026 00:01:00 GMT${' '.repeat(64)}`,
  ])('row 81: %o is no wish', (text) => {
    for (const error of [
      { retryAfter: text },
      { headers: { 'retry-after': text } },
      { response: { headers: { 'retry-after': text } } },
    ])
      expect(ask(error)).toBeUndefined()
  })

  test.each([undefined, null, 0, '', 'text', true, 5n, Symbol('s'), {}, [], new Error('x'), () => {}])(
    'row 81: an error %o has none',
    (error) => {
      expect(ask(error)).toBeUndefined()
    },
  )

  test.each([
    { retryAfter: null },
    { retryAfter: {} },
    { retryAfter: true },
    { retryAfter: ['5'] },
    { headers: null },
    { headers: 'retry-after: 5' },
    { headers: { get: 'no function' } },
    { headers: { get: () => null } },
    { headers: new Map() },
    { response: null },
    { response: 5 },
    { response: { headers: undefined } },
    { headers: { 'retry-after': { seconds: 5 } } },
    { headers: { 'retry-after': Number.NaN } },
    { headers: { 'retry-after': -5 } },
  ])('row 81: %o has none', (error) => {
    expect(ask(error)).toBeUndefined()
  })

  test('a getter that throws is none', () => {
    const throwing = (): never => {
      throw new Error('no')
    }
    expect(
      ask({
        get retryAfter() {
          return throwing()
        },
      }),
    ).toBeUndefined()
    expect(ask({ headers: { get: throwing } })).toBeUndefined()
    expect(
      ask({
        get response() {
          return throwing()
        },
      }),
    ).toBeUndefined()
  })
})

test('the nearest wish wins: the error’s own, its headers, its response’s', () => {
  const far = { headers: { 'retry-after': '3' } }
  expect(ask({ retryAfter: 1, headers: { 'retry-after': '2' }, response: far })).toBe(1)
  expect(ask({ headers: { 'retry-after': '2' }, response: far })).toBe(2_000)
  expect(ask({ headers: {}, response: far })).toBe(3_000)
})

test('a Headers is asked as itself, in whatever case', () => {
  const headers = {
    own: '4',
    get(name: string): string | null {
      return name === 'retry-after' ? this.own : null
    },
  }
  expect(ask({ headers })).toBe(4_000)
})

test.each([
  ['a function', Object.assign(() => {}, { retryAfter: 5 }), undefined],
  ['a date with its day in front', { retryAfter: '01 Jan 2026 00:01:00 GMT' }, undefined],
  ['a date with a letter in front', { retryAfter: 'X 01 Jan 2026 00:01:00 GMT' }, undefined],
  ['a date behind something', { retryAfter: '1Jan 2026 00:01:00 GMT' }, undefined],
  ['a date behind spaces', { retryAfter: '  Thu, 01 Jan 2026 00:01:00 GMT' }, 60_000],
  ['63 characters', { retryAfter: 'Thu, 01 Jan 2026 00:01:00 GMT'.padEnd(63) }, 60_000],
  ['64 characters', { retryAfter: 'Thu, 01 Jan 2026 00:01:00 GMT'.padEnd(64) }, undefined],
])('%s', (_, error, ms) => {
  expect(ask(error)).toBe(ms)
})
