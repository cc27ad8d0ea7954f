import { DefinitionError, InputError } from 'stepchain'
import { describe, expect, test } from 'vitest'
import { isReserved, isSimple, Place } from '../../../src/compile/check.ts'
import { thrownBy } from '../../support/untyped.ts'

const place = new Place('orders')

describe('a place in messages', () => {
  test.each([
    ['no step', new Place('orders'), "Chain 'orders': ", undefined],
    ['a step by its number', new Place('orders', 3), "Chain 'orders', step #3: ", '#3'],
    ['a step by its name', new Place('orders', 'load'), "Chain 'orders', step 'load': ", 'load'],
    [
      'a name that would steer a terminal',
      new Place('orders', '\u001B[2Jé'),
      "Chain 'orders', step '?[2J?': ",
      '?[2J?',
    ],
  ])('%s', (_, given, prefix, step) => {
    const error = thrownBy(() => given.refuse('out', 5, 'a string'))
    expect(error).toBeInstanceOf(DefinitionError)
    expect(error.message).toBe(`${prefix}out is 5; expected a string`)
    expect(error).toMatchObject({ chain: 'orders' })
    expect(error.step).toBe(step)
  })

  test('of a run: it is the input that is wrong, and the message is redacted', () => {
    const plain = thrownBy(() => new Place('orders', undefined, true).refuse('timeout', 'x', 'a number'))
    expect(plain).toBeInstanceOf(InputError)
    expect(plain.message).toBe(`Chain 'orders': timeout is "x"; expected a number`)
    const hide = (text: string): string => text.replace('x', '[hidden]')
    const hidden = thrownBy(() => new Place('orders', undefined, hide).refuse('timeout', 'x', 'a number'))
    expect(hidden).toBeInstanceOf(InputError)
    expect(hidden.message).toBe(`Chain 'orders': timeout is "[hidden]"; expected a number`)
  })
})

describe('an unknown option', () => {
  test.each([
    ['timout', ['timeout'], "one of timeout; did you mean 'timeout'?"],
    ['TIMEOUT', ['retry', 'timeout'], "one of retry, timeout; did you mean 'timeout'?"],
    ['tmt', ['retry', 'timeot'], "one of retry, timeot; did you mean 'timeot'?"],
    ['out', ['timeout'], 'one of timeout'],
    ['timeoutabcd', ['timeout'], 'one of timeout'],
    ['x', ['timeout'], 'one of timeout'],
    ['abcdout', ['out'], 'one of out'],
    ['abcout', ['out'], "one of out; did you mean 'out'?"],
    ['', ['name', 'log'], "one of name, log; did you mean 'log'?"],
    ['x', [], 'one of '],
  ])('%s of %o', (key, known, expected) => {
    const error = thrownBy(() => place.unknown('retry', key, known))
    expect(error.message).toBe(`Chain 'orders': an option of retry is "${key}"; expected ${expected}`)
  })

  test('that is not an own one is not read, and one that is undefined is not given', () => {
    const given = Object.assign(Object.create({ retries: 5 }) as object, { timeout: undefined })
    expect(place.options('retry', given, { timeout: 1, retries: 2 })).toEqual({ timeout: 1, retries: 2 })
  })
})

describe('a value that is checked', () => {
  test.each<[title: string, check: () => unknown, message: string]>([
    ['number from 0', () => place.number('n', -1, [0]), 'n is -1; expected a number from 0 up, and finite'],
    ['number, maybe infinite', () => place.number('n', -1, [0, Infinity]), 'n is -1; expected a number from 0 up'],
    ['number above 0', () => place.number('n', 0, [Number.MIN_VALUE, Infinity]), 'n is 0; expected a number above 0'],
    ['function', () => place.function('f', {}), 'f is [object Object]; expected a function'],
    ['function, said otherwise', () => place.function('f', 1, 'a step'), 'f is 1; expected a step'],
    ['boolean', () => place.boolean('b', 'true'), 'b is "true"; expected true or false'],
    ['choice', () => place.oneOf('c', 'z', ['x', 'y']), `c is "z"; expected one of 'x', 'y'`],
    ['object', () => place.object('retry', null), 'the options of retry is null; expected an object'],
    ['methods of null', () => place.methods('m', null, ['now']), 'm is null; expected an object with now'],
    [
      'methods of a function',
      () =>
        place.methods(
          'm',
          Object.assign(() => 0, { now: () => 0 }),
          ['now'],
        ),
      'm is a function; expected an object with now',
    ],
    [
      'one method of two',
      () => place.methods('m', { now: () => 0 }, ['now', 'wall']),
      'm is [object Object]; expected an object with now, wall',
    ],
    ['name', () => place.name('name', ' '), 'name is " "; expected 1 to 128 printable ASCII characters'],
    ['key', () => place.key('out', 'a.b'), 'out is "a.b"; expected a plain name without dots, brackets or braces'],
    [
      'reserved key',
      () => place.key('out', 'then'),
      `out is "then"; expected a name that is not reserved ('$…', __proto__, constructor, prototype, then)`,
    ],
  ])('%s', (_, check, message) => {
    expect(thrownBy(check).message).toBe(`Chain 'orders': ${message}`)
  })

  test('is given back, at the edges of what is allowed too', () => {
    expect(place.number('n', 0, [0])).toBe(0)
    expect(place.number('n', Number.MAX_VALUE, [0])).toBe(Number.MAX_VALUE)
    expect(place.number('n', Infinity, [0, Infinity])).toBe(Infinity)
    expect(place.boolean('b', false)).toBe(false)
    expect(place.name('name', 'x y')).toBe('x y')
    expect(place.key('out', 'é')).toBe('é')
    expect(place.key('out', ' é b')).toBe(' é b')
    for (const key of ['.é', 'é.', 'é[0]', ' ', '\t'])
      expect(thrownBy(() => place.key('out', key)).code).toBe('SC_DEFINITION')
  })
})

test.each([
  ['a', true],
  ['z', true],
  ['A', true],
  ['Z', true],
  ['0', true],
  ['9', true],
  ['_', true],
  ['/', false],
  [':', false],
  ['@', false],
  ['[', false],
  ['`', false],
  ['{', false],
  ['', false],
  ['x'.repeat(32), true],
  ['x'.repeat(33), false],
])('a simple name: %s is %o', (name, simple) => {
  expect(isSimple(name)).toBe(simple)
  expect(isSimple(`a${name}b`.slice(0, name.length + 2))).toBe(name === '' || (simple && name.length < 31))
})

test.each(['$', '$x', '__proto__', 'constructor', 'prototype', 'then'])('%s is reserved', (key) => {
  expect(isReserved(key)).toBe(true)
  expect(isReserved(`a${key}`)).toBe(false)
})
