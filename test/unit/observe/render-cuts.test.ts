import { describe, expect, test } from 'vitest'
import { render } from '../../../src/observe/render.ts'

/** An error with so many causes, one inside of the other. */
function causes(count: number): Error {
  let error = new Error(String(count))
  for (let index = count - 1; index >= 0; index--) error = new Error(String(index), { cause: error })
  return error
}

describe('an error', () => {
  test.each([
    ['alone', new TypeError('no'), '[TypeError: no]'],
    ['with a cause', new Error('a', { cause: new Error('b') }), '[Error: a; cause: [Error: b]]'],
    ['with a cause that is none', new Error('a', { cause: null }), '[Error: a; cause: null]'],
    ['with a cause of undefined', new Error('a', { cause: undefined }), '[Error: a]'],
    ['of others', new AggregateError([new Error('a'), 5], 'm'), '[AggregateError: m; errors: [[Error: a],5]]'],
    [
      'of others, with a cause',
      new AggregateError([], 'm', { cause: 'c' }),
      '[AggregateError: m; errors: []; cause: "c"]',
    ],
  ])('%s is printed', (_, error, text) => {
    expect(render(error)).toBe(text)
  })

  test('is printed down to its eighth cause', () => {
    const nested = (count: number, last: string): string =>
      Array.from({ length: count }, (_, index) => `[Error: ${index}`).join('; cause: ') + last + ']'.repeat(count)
    expect(render(causes(7))).toBe(nested(8, ''))
    expect(render(causes(8))).toBe(nested(9, ''))
    expect(render(causes(9))).toBe(nested(9, '; cause: […]'))
    expect(render(causes(100))).toBe(nested(9, '; cause: […]'))
  })

  test('has as many causes where other things are between them', () => {
    let error = new Error('5')
    for (let index = 4; index > 0; index--) error = new Error(String(index), { cause: { error } })
    expect(render(error)).toBe(
      `${[1, 2, 3, 4].map((index) => `[Error: ${index}; cause: {"error":`).join('')}[Error: 5]${'}]'.repeat(4)}`,
    )
  })

  test('of many others is printed with the first sixteen, and the rest is counted', () => {
    const errors = (count: number): string =>
      render(
        new AggregateError(
          Array.from({ length: count }, (_, index) => index),
          'm',
        ),
      )
    const first = Array.from({ length: 16 }, (_, index) => index).join(',')
    expect(errors(16)).toBe(`[AggregateError: m; errors: [${first}]]`)
    expect(errors(20)).toBe(`[AggregateError: m; errors: [${first},… +4 more]]`)
  })
})

describe('what is cut', () => {
  const ones = Array.from({ length: 5_000 }, () => 1)
  const keyed = Object.fromEntries(
    Array.from({ length: 1_000 }, (_, index) => [`k${String(index).padStart(4, '0')}`, 1]),
  )

  test.each([
    ['a text that just fits', 'x'.repeat(4_096), 'x'.repeat(4_096)],
    ['a text', 'x'.repeat(4_097), `${'x'.repeat(4_096)}… +1 more`],
    ['a list', ones, `[${'1,'.repeat(2_047)}1… +2952 more`],
    ['a list in an object', { a: ones }, `{"a":[${'1,'.repeat(2_045)}…`],
    ['a key', { ['k'.repeat(300)]: 1 }, `{"${'k'.repeat(256)}":1}`],
    ['a regular expression', /x/g, '/x/g'],
    ['a long regular expression', new RegExp('x'.repeat(4_096)), '[RegExp]'],
    ['a regular expression that is not too long', new RegExp('x'.repeat(4_095)), `/${'x'.repeat(4_095)}…`],
  ])('%s', (_, value, text) => {
    expect(render(value)).toBe(text)
  })

  test('an object: how many entries are left out is said', () => {
    expect(render(keyed)).toMatch(/^\{"k0000":1,"k0001":1,.*… \+590 more$/)
    expect(render(keyed)).toHaveLength(4_096 + '… +590 more'.length)
    expect(render(new Set(ones.map((_, index) => index + 1_000)))).toMatch(/^Set\(5000\) \[1000,.*… \+4182 more$/)
  })
})

test.each([
  ['a date', new Date(0), '1970-01-01T00:00:00.000Z'],
  ['a date in a list', [new Date(0)], '["1970-01-01T00:00:00.000Z"]'],
  ['no date', new Date(Number.NaN), 'Invalid Date'],
  ['no date in a list', [new Date(Number.NaN)], '[Invalid Date]'],
])('%s is printed', (_, value, text) => {
  expect(render(value)).toBe(text)
})
