import { describe, expect, test } from 'vitest'
import { expectRefusal, thrownBy, untyped } from '../../support/untyped.ts'

const one = (): number => 1
const orders = untyped('orders')

describe('out', () => {
  test.each(['__proto__', 'constructor', 'prototype'])('row 1: %s is refused', (key) => {
    const refusal = { option: 'out', value: `"${key}"`, expected: 'not reserved' }
    expectRefusal(
      thrownBy(() => orders.next(one, JSON.parse(`{"out":"${key}"}`))),
      refusal,
    )
    expectRefusal(
      thrownBy(() => orders.put(key, 1)),
      { ...refusal, at: /^Chain 'orders': /, option: 'the key of put' },
    )
  })

  test.each(['toString', 'hasOwnProperty'])('row 2: %s is own data', (key) => {
    const context = orders
      .next(() => 7, { out: key })
      .next((value: unknown) => value, { out: 'copy', args: [key] })
      .runSync()
    expect(Object.getOwnPropertyDescriptor(context, key)?.value).toBe(7)
    expect(context['copy']).toBe(7)
  })

  test.each(['toString', 'hasOwnProperty'])('row 2: a ref to %s sees no inherited method', (key) => {
    const read = orders.next((value: unknown) => value, { out: 'copy', args: [key] })
    expect(read.runSync()['copy']).toBeUndefined()
  })

  test.each(['then', '$signal', '$anything'])('row 2: %s is refused', (key) => {
    expectRefusal(
      thrownBy(() => orders.next(one, { out: key })),
      { option: 'out', value: `"${key}"`, expected: 'not reserved' },
    )
  })

  test.each([
    ['', '""'],
    [' ', '" "'],
    [5, '5'],
    [null, 'null'],
    [Symbol('s'), 'Symbol(s)'],
    [{}, '[object Object]'],
  ])('row 3: %o is refused', (key, value) => {
    expectRefusal(
      thrownBy(() => orders.next(one, { out: key })),
      { option: 'out', value, expected: 'a plain name' },
    )
    expectRefusal(
      thrownBy(() => orders.put(key, 1)),
      { at: /^Chain 'orders': /, option: 'the key of put', value, expected: 'a plain name' },
    )
  })

  test('row 3: undefined is no key to put, and no out at all', () => {
    expectRefusal(
      thrownBy(() => orders.put(undefined, 1)),
      { at: /^Chain 'orders': /, option: 'the key of put', value: 'undefined', expected: 'a plain name' },
    )
    expect(orders.next(one, { out: undefined }).runSync()).toEqual({})
  })

  test.each(['a.b', 'a[0]', '{a}', 'a}', ']'])('row 4: %s could not be referred to', (key) => {
    expectRefusal(
      thrownBy(() => orders.next(one, { out: key })),
      { option: 'out', value: `"${key}"`, expected: 'without dots, brackets or braces' },
    )
  })

  test('a step for its effect has none', () => {
    expectRefusal(
      thrownBy(() => orders.tap(one, { out: 'x' })),
      { option: 'out', value: '"x"', expected: 'tap is for effects' },
    )
  })

  test.each([1, 'yes', null])('overwrite: %o is refused', (overwrite) => {
    const value = typeof overwrite === 'string' ? '"yes"' : String(overwrite)
    expectRefusal(
      thrownBy(() => orders.next(one, { out: 'x', overwrite })),
      { at: "Chain 'orders', step 'x': ", option: 'overwrite', value, expected: 'true or false' },
    )
  })
})

describe('name', () => {
  test('row 7: a name that another step has is refused', () => {
    const first = orders.next(one, { name: 'load' })
    expectRefusal(
      thrownBy(() => first.next(one, { name: 'load' })),
      { option: 'name', value: '"load"', expected: 'no other step has' },
    )
    expectRefusal(
      thrownBy(() => orders.next(one, { out: 'load' }).next(one, { name: 'load' })),
      { option: 'name', value: '"load"', expected: 'no other step has' },
    )
    expectRefusal(
      thrownBy(() => first.next(one, { out: 'load' })),
      { option: 'name', value: '"load"', expected: 'no other step has' },
    )
  })

  test('row 7: without one, a step is called like its output, else by its number', () => {
    const seen: string[] = []
    const hooks = { beforeStep: ({ name }: { name: string }) => void seen.push(name) }
    orders
      .next(one, { out: 'first' })
      .next(() => 1, {})
      .tap(() => 2)
      .next(one, { out: 'first', overwrite: true })
      .runSync({}, { hooks, logger: null })
    expect(seen).toEqual(['first', 'step-2', 'step-3', 'first-4'])
  })

  test.each([
    ['x'.repeat(129), `"${'x'.repeat(80)}…"`],
    ['x'.repeat(1_000_000), `"${'x'.repeat(80)}…"`],
    ['a\r\nb', String.raw`"a\r\nb"`],
    ['\u001b[31mred', String.raw`"\u001b[31mred"`],
    ['nul\0', String.raw`"nul\u0000"`],
    ['größe', '"größe"'],
    ['', '""'],
    ['   ', '"   "'],
    [7, '7'],
    [null, 'null'],
  ])('row 8: a name like %o is refused', (name, value) => {
    const error = thrownBy(() => orders.next(one, { name }))
    expectRefusal(error, { option: 'name', value, expected: '1 to 128 printable ASCII characters' })
    expect(error.message.length).toBeLessThan(400)
    expectRefusal(
      thrownBy(() => untyped(name)),
      { at: /^Chain '': /, option: 'the name of the chain', value, expected: '1 to 128 printable ASCII characters' },
    )
  })

  test('row 8: 128 characters are not too many', () => {
    const name = 'x'.repeat(128)
    expect(untyped(name).next(one, { name, out: 'x' }).runSync()).toEqual({ x: 1 })
  })

  test('row 8: an output that no step can be called after needs a name beside it', () => {
    const error = thrownBy(() => orders.next(one, { out: 'größe' }))
    expectRefusal(error, {
      option: 'out, without a name beside it,',
      value: '"größe"',
      expected: '1 to 128 printable ASCII characters',
    })
    expect(orders.next(one, { out: 'größe', name: 'size' }).runSync()).toEqual({ größe: 1 })
  })
})

describe('timeout', () => {
  test.each([0, -1, Number.NaN, '5', null, Number.NEGATIVE_INFINITY])('row 13: %o is refused', (timeout) => {
    const value = typeof timeout === 'string' ? '"5"' : String(timeout)
    expectRefusal(
      thrownBy(() => orders.next(one, { out: 'x', timeout })),
      { at: "Chain 'orders', step 'x': ", option: 'timeout', value, expected: 'a number above 0' },
    )
  })

  test.each([0.5, 1, 2 ** 31, 2 ** 40, Infinity])('row 13: %o is a timeout', (timeout) => {
    expect(orders.next(one, { out: 'x', timeout }).runSync()).toEqual({ x: 1 })
  })
})

describe('options', () => {
  test.each([
    ['retires', "did you mean 'retry'?"],
    ['Timeout', "did you mean 'timeout'?"],
    ['validator', "did you mean 'validate'?"],
    ['onErrorResumeNext', 'one of name, out, args'],
  ])('row 10: %s is unknown', (option, hint) => {
    expectRefusal(
      thrownBy(() => orders.next(one, { out: 'x', [option]: 3 })),
      { at: "Chain 'orders', step 'x': ", option: 'an option of the step', value: `"${option}"`, expected: hint },
    )
  })

  test.each([
    [null, 'null'],
    ['x', '"x"'],
    [7, '7'],
    [[], 'an array of 0'],
    [() => 1, 'a function'],
  ])('row 10: %o are no options', (options, value) => {
    expectRefusal(
      thrownBy(() => orders.next(one, options)),
      { option: 'the step', value, expected: 'an object' },
    )
  })

  test.each([
    [{ name: 'load', out: 'x', nope: 1 }, "'load'"],
    [{ out: 'x'.repeat(128), nope: 1 }, `'${'x'.repeat(128)}'`],
    [{ out: 'x'.repeat(129), nope: 1 }, '#1'],
    [{ out: '', nope: 1 }, '#1'],
    [{ out: 5, nope: 1 }, '#1'],
  ])('row 10: %o: the message has the name that it seems to mean, and all options that there are', (options, step) => {
    expect(thrownBy(() => untyped('orders').next(() => 1, options)).message).toBe(
      `Chain 'orders', step ${step}: an option of the step is "nope"; expected one of name, out, args, retry, timeout, validate, log, overwrite, when, fallback, compensate, compensateUnknown, release, sensitive; did you mean 'name'?`,
    )
  })

  test('row 10: what is more than three letters away is no hint', () => {
    expect(thrownBy(() => orders.next(one, { timeoutxyz: 1 })).message).toContain("did you mean 'timeout'?")
    expect(thrownBy(() => orders.next(one, { timeoutwxyz: 1 })).message).not.toContain('did you mean')
    expect(thrownBy(() => orders.next(one, { imeou: 1 })).message).toContain("did you mean 'timeout'?")
    expect(thrownBy(() => orders.next(one, { onErrorResumeNext: 1 })).message).not.toContain('did you mean')
    expect(thrownBy(() => orders.next(one, { [`timeout${'x'.repeat(1_000_000)}`]: 1 })).message.length).toBeLessThan(
      400,
    )
  })

  test('row 10: inherited options are not read, and undefined ones are not given', () => {
    const options = Object.assign(Object.create({ timeout: -1, retires: 3 }) as object, {
      out: 'x',
      retry: undefined,
      log: undefined,
    })
    expect(orders.next(one, options).runSync()).toEqual({ x: 1 })
  })

  test('row 10: next is always told where its output goes', () => {
    expectRefusal(
      thrownBy(() => orders.next(one)),
      { option: 'the step', value: 'undefined', expected: 'an object' },
    )
  })

  test.each([
    [7, '7'],
    [null, 'null'],
    [{}, '[object Object]'],
  ])('log: %o is refused', (log, value) => {
    expectRefusal(
      thrownBy(() => orders.next(one, { out: 'x', log })),
      { at: "Chain 'orders', step 'x': ", option: 'log', value, expected: 'a template or a function' },
    )
  })
})
