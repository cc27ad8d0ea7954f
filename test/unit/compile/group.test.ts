import { describe, expect, test } from 'vitest'
import { expectRefusal, type Loose, type Refusal, thrownBy, untyped } from '../../support/untyped.ts'

const orders = untyped('orders', { logger: null })
const same = (c: Loose): Loose => c
const makes =
  (out: string, options: object = {}) =>
  (c: Loose): Loose =>
    c.next(() => out, { out, args: [], ...options })

type Build = (options: object) => Loose

const kinds: Readonly<Record<string, Build>> = {
  parallel: (options) => orders.parallel([makes('a')], options),
  map: (options) => orders.map('rows', () => 1, { out: 'list', ...options }),
  each: (options) => orders.each('rows', () => 1, options),
  when: (options) => orders.when(() => true, makes('a'), undefined, options),
}

function expectRefused(build: () => unknown, refusal: Refusal): void {
  expectRefusal(thrownBy(build), refusal)
}

describe('the options of a group', () => {
  const limits: readonly (readonly [string, unknown, string, string])[] = [
    ['concurrency', 0, '0', 'a whole number from 1 up, or Infinity'],
    ['concurrency', 1.5, '1.5', 'a whole number'],
    ['concurrency', Number.NaN, 'NaN', 'a whole number'],
    ['concurrency', '4', '"4"', 'a whole number'],
    ['concurrency', null, 'null', 'a whole number'],
    ['grace', -1, '-1', 'a number from 0 up'],
    ['grace', Infinity, 'Infinity', 'and finite'],
    ['grace', '5', '"5"', 'a number from 0 up'],
  ]
  for (const kind of ['parallel', 'map', 'each'])
    test.each(limits)(`of ${kind}: %s %o is refused`, (option, given, value, expected) => {
      expectRefused(() => kinds[kind]?.({ [option]: given }), { option, value, expected })
    })

  test.each(['parallel', 'map'])('of %s: settle is true or false', (kind) => {
    expectRefused(() => kinds[kind]?.({ settle: 1 }), { option: 'settle', value: '1', expected: 'true or false' })
  })

  test.each([
    ['parallel', 'out'],
    ['parallel', 'fallback'],
    ['parallel', 'batch'],
    ['parallel', 'compensate'],
    ['map', 'batch'],
    ['map', 'tolerate'],
    ['map', 'args'],
    ['each', 'settle'],
    ['each', 'args'],
    ['when', 'when'],
    ['when', 'log'],
    ['when', 'concurrency'],
  ])('of %s: there is no %s', (kind, option) => {
    expectRefused(() => kinds[kind]?.({ [option]: 1 }), {
      option: `an option of the ${kind}`,
      value: `"${option}"`,
      expected: 'one of name, ',
    })
  })

  test.each(Object.keys(kinds))('of %s are an object', (kind) => {
    const build: Readonly<Record<string, () => Loose>> = {
      parallel: () => orders.parallel([], 5),
      map: () => orders.map('rows', () => 1, 5),
      each: () => orders.each('rows', () => 1, 5),
      when: () => orders.when(() => true, same, undefined, 5),
    }
    expectRefused(() => build[kind]?.(), { option: `the options of the ${kind}`, value: '5', expected: 'an object' })
  })

  test('name the step that they are of: by its name, its key or its number', () => {
    expect(thrownBy(() => kinds['map']?.({ grace: -1 })).message).toMatch(/^Chain 'orders', step 'list': /)
    expect(thrownBy(() => kinds['map']?.({ name: 'm', grace: -1 })).message).toMatch(/^Chain 'orders', step 'm': /)
    expect(thrownBy(() => kinds['each']?.({ grace: -1 })).message).toMatch(/^Chain 'orders', step 'each-1': /)
    expect(thrownBy(() => kinds['parallel']?.({ grace: -1 })).message).toMatch(/^Chain 'orders', step #1: /)
    expect(thrownBy(() => kinds['each']?.({ out: 'sum', retry: -1 })).message).toMatch(/^Chain 'orders', step 'sum': /)
  })

  test.each([
    ['batch', 0],
    ['batch', 2.5],
    ['tolerate', -1],
    ['tolerate', 1.5],
    ['tolerate', Number.NaN],
    ['tolerate', '1'],
  ])('of each: %s %o is refused', (option, given) => {
    expectRefused(() => kinds['each']?.({ [option]: given }), {
      option,
      value: JSON.stringify(given) === 'null' ? 'NaN' : JSON.stringify(given),
      expected: 'a whole number',
    })
  })

  test('may be undefined, which is to be absent', () => {
    const nothing = { name: undefined, concurrency: undefined, settle: undefined, grace: undefined }
    const loop = { retry: undefined, timeout: undefined, validate: undefined, batch: undefined, tolerate: undefined }
    const { settle: _, ...each } = nothing
    expect(() => orders.parallel([], nothing).each('rows', () => 1, { ...each, ...loop })).not.toThrow()
  })
})

describe('a loop', () => {
  test.each([undefined, 5, ['rows'], () => []])('goes through a ref, not through %o', (ref) => {
    expect(thrownBy(() => orders.each(ref, () => 1)).message).toMatch(/: what it goes through is .*; expected a ref/)
  })

  test.each(['$step', '$signal', '$step.name'])('goes through no part of the handle: %s', (ref) => {
    expect(thrownBy(() => orders.each(ref, () => 1)).message).toMatch(/: what it goes through is .*; expected a ref/)
  })

  test('of a map stores its list somewhere', () => {
    expectRefused(() => orders.map('rows', () => 1, {}), {
      option: 'out',
      value: 'undefined',
      expected: 'a key for the list',
    })
  })

  test.each([undefined, null, 5, 'x', {}, [], [same, same]])('calls a function, not %o', (fn) => {
    const error = thrownBy(() => orders.each('rows', fn))
    expect(error).toMatchObject({ code: 'SC_DEFINITION', step: 'each-1' })
    expect(error.message).toContain('the step is ')
  })

  test('goes through the input, and what is in it', async () => {
    const whole = orders.map('$input.rows', (x: number) => x + 1, { out: 'list' })
    expect(await whole.run({ rows: [1] })).toMatchObject({ list: [2] })
    const branch = orders.map('$input.rows', [makes('a')], { out: 'list' })
    expect(await branch.run({ rows: [1] })).toMatchObject({ list: [{ a: 'a' }] })
    const other = orders.map('rows', [(c: Loose) => c.next((x: unknown) => x, { out: 'a', args: ['$input.n'] })], {
      out: 'list',
    })
    expect(await other.run({ rows: [1], n: 7 })).toMatchObject({ list: [{ a: 7 }] })
  })

  test('refuses a policy of its items that is none', () => {
    expectRefused(() => kinds['map']?.({ timeout: 0 }), { option: 'timeout', value: '0', expected: 'a number above 0' })
    expect(thrownBy(() => kinds['map']?.({ retry: -1 })).message).toContain('retries')
    expectRefused(() => kinds['map']?.({ validate: 1 }), { option: 'validate', value: '1', expected: 'a function' })
  })
})

describe('names and keys of branches', () => {
  test('of a list are its own: one key may not be set twice, nor a name be had twice', () => {
    expectRefused(() => orders.parallel([makes('a'), makes('a')]), {
      option: 'out',
      value: '"a"',
      expected: 'no other branch',
    })
    expectRefused(() => orders.parallel([makes('a', { name: 'x' }), makes('b', { name: 'x' })]), {
      option: 'a step of the branches',
      value: '"x"',
      expected: 'a name that no other branch has',
    })
    const tap = (c: Loose): Loose => c.tap(() => 1, { name: 'load-1' })
    expectRefused(() => orders.parallel([tap, tap]), {
      option: 'a step of the branches',
      value: '"load-1"',
      expected: 'a name that no other branch has',
    })
  })

  test('of a list are numbered where they only say where a step stands', async () => {
    const seen: string[] = []
    const tap = (c: Loose): Loose => c.tap((_: unknown, { key }: { key: string }) => void seen.push(key))
    await orders.parallel([tap, tap, tap], { name: 'g' }).run({}, { runId: 'r' })

    expect(seen).toEqual(['r/g/step-1', 'r/g/step-1-2', 'r/g/step-1-3'])
  })

  test('of a list with settle have an out each: nobody would hear of the failure of one without', () => {
    expectRefused(() => orders.parallel([makes('a'), same], { settle: true }), {
      option: 'a branch without out',
      value: 'undefined',
      expected: 'an out, or an object of named branches',
    })
    expect(() => orders.parallel({ a: same }, { settle: true })).not.toThrow()
    expect(() => orders.parallel([makes('a'), same])).not.toThrow()
  })

  test('of an object are keys of the context', () => {
    expectRefused(() => orders.put('a', 1).parallel({ a: same }), {
      option: 'the name of a branch',
      value: '"a"',
      expected: 'a key that is not taken',
    })
    for (const name of ['', 'a.b', 'then', '$a', 'é', 'x'.repeat(129)])
      expect(thrownBy(() => orders.parallel({ [name]: same })).code, name).toBe('SC_DEFINITION')
  })

  test('of an object may be the same in several of them, and the same as that of the branch', async () => {
    expect(await orders.parallel({ a: makes('a'), b: makes('a') }).run()).toEqual({ a: { a: 'a' }, b: { a: 'a' } })
  })

  test('are taken for all that comes after', () => {
    for (const chain of [
      orders.parallel([makes('a')]),
      orders.parallel({ a: same }),
      orders.when(() => true, makes('a')),
    ])
      expect(thrownBy(() => chain.put('a', 1)).message).toContain('a key that is not taken')
  })

  test('that are set anew with overwrite are no new keys', async () => {
    const over = makes('a', { overwrite: true, name: 'again' })
    const chain = orders.put('a', 1).when(({ go }: { go: boolean }) => go, over)
    expect(await chain.run({ go: false })).toEqual({ a: 1, go: false })
    expect(await chain.run({ go: true })).toEqual({ a: 'a', go: true })
  })

  test('count in long chains too, where they are looked up in a map', () => {
    let chain = orders
    for (let i = 0; i < 40; i++) chain = chain.parallel({ [`b${i}`]: same })
    expect(thrownBy(() => chain.put('b3', 1)).message).toContain('a key that is not taken')
    expect(() => chain.put('b40', 1)).not.toThrow()
    expect(thrownBy(() => chain.tap(() => 1, { name: 'parallel-2' })).message).toContain(
      'a name that no other step has',
    )
  })
})
