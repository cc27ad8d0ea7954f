import { describe, expect, test } from 'vitest'
import { Place } from '../../../src/compile/check.ts'
import {
  compileLimits,
  compileRedaction,
  hidesPath,
  joinRedactions,
  requireText,
  USUAL,
} from '../../../src/compile/redaction.ts'

const place = new Place('c')
const compile = (given: unknown) => compileRedaction(given, place)

describe('rules for names', () => {
  test('add to the usual ones', () => {
    const { hides } = compile({ keys: ['internal-id', /^x_/i] })
    expect(['internalId', 'INTERNAL_ID', 'X_any', 'password'].map(hides)).toEqual([true, true, true, true])
    expect(['id', 'internalIds', 'ax_'].map(hides)).toEqual([false, false, false])
  })

  test('are the usual ones where nothing is said, none where they are false', () => {
    expect(compile({}).hides).toBe(USUAL.hides)
    expect(compile((text: string) => text).hides).toBe(USUAL.hides)
    expect(compile({ keys: false }).hides('password')).toBe(false)
  })
})

describe('rules for paths', () => {
  const hidden = (rule: string, path: string): boolean =>
    hidesPath(compile({ keys: false, paths: [rule] }), path.split('.'))

  test.each([
    ['user.name', 'user.name', 'user.names user user.name.first other.user.name'],
    ['user.*.name', 'user.a.name user.0.name', 'user.name user.a.b.name user.a'],
    ['*.name', 'user.name', 'name a.b.name'],
    ['user.*', 'user.a', 'user user.a.b'],
    ['**.name', 'name user.name a.b.c.name', 'names name.a'],
    ['user.**.name', 'user.name user.a.b.name', 'name other.name user'],
    ['user.**.*', 'user.a user.a.b', 'user other.a'],
  ])('%s', (rule, hides, tells) => {
    for (const path of hides.split(' ')) expect(hidden(rule, path), path).toBe(true)
    for (const path of tells.split(' ')) expect(hidden(rule, path), path).toBe(false)
  })

  test('never hide where there is no path', () => {
    expect(hidesPath(compile({ paths: ['a'] }), [])).toBe(false)
  })
})

describe('two in a row', () => {
  test('hide what either hides', () => {
    const [inner, outer] = [compile({ keys: ['one'], paths: ['a'] }), compile({ keys: ['two'], paths: ['b'] })]
    const both = joinRedactions(inner, outer)
    expect(['one', 'two', 'three'].map(both.hides)).toEqual([true, true, false])
    expect(both.paths).toEqual([['a'], ['b']])
    expect(joinRedactions(inner, null)).toBe(inner)
    expect(joinRedactions(compile({}), compile({})).hides).toBe(USUAL.hides)
  })

  test('rewrite texts one after the other, the inner first', () => {
    const [inner, outer] = [compile((text: string) => `${text}1`), compile({ text: (text: string) => `${text}2` })]
    expect(joinRedactions(inner, outer).text?.('a')).toBe('a12')
    expect(joinRedactions(inner, compile({})).text?.('a')).toBe('a1')
    expect(joinRedactions(compile({}), outer).text?.('a')).toBe('a2')
    expect(() =>
      joinRedactions(
        compile(() => 5),
        outer,
      ).text?.('a'),
    ).toThrow('redact gave 5; expected a string')
  })
})

test('what is no text is refused, and a promise of one is no unhandled rejection', () => {
  expect(requireText('a')).toBe('a')
  expect(() => requireText(Promise.reject(new Error('x')))).toThrow('redact gave [object Promise]; expected a string')
})

describe('limits', () => {
  test('are the usual ones where nothing is said', () => {
    expect(compileLimits({}, place)).toEqual({ value: 4_096, line: 16_384, depth: 12 })
    expect(compileLimits({ value: 10, depth: 1_000, line: undefined }, place)).toEqual({
      value: 10,
      line: 16_384,
      depth: 200,
    })
  })

  test.each([{ value: 0 }, { line: -1 }, { depth: 1.5 }, { value: '5' }, { value: Number.NaN }, { value: Infinity }])(
    '%j are refused',
    (given) => {
      expect(() => compileLimits(given, place)).toThrow(/printLimits\.\w+ is .*; expected a whole number from 1 up/)
    },
  )

  test('of other names are refused', () => {
    expect(() => compileLimits({ values: 1 }, place)).toThrow(
      'an option of printLimits is "values"; expected one of value, line, depth; did you mean \'value\'?',
    )
  })
})
