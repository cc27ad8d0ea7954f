import { describe, expect, test } from 'vitest'
import { Place } from '../../../src/compile/check.ts'
import { compilePlan } from '../../../src/compile/compile.ts'
import { addStep, rootOf } from '../../../src/compile/names.ts'
import { DEFAULT_SETTINGS } from '../../../src/compile/settings.ts'
import { compileStep } from '../../../src/compile/step.ts'
import { failureOf } from '../../support/outcome.ts'
import { expectRefusal, type Loose, thrownBy, untyped } from '../../support/untyped.ts'

const orders = untyped('orders', { logger: null })
const one = (): number => 1

describe('keys', () => {
  test('row 5: two steps with one output are refused unless the second overwrites', () => {
    const first = orders.next(one, { out: 'x' })
    expectRefusal(
      thrownBy(() => first.next(one, { out: 'x', name: 'again' })),
      { option: 'out', value: '"x"', expected: 'overwrite: true' },
    )
    expect(first.next(({ x }: { x: number }) => x + 1, { out: 'x', overwrite: true }).runSync()).toEqual({ x: 2 })
  })

  test('row 5: a key that was put is taken too', () => {
    const first = orders.put('x', 1)
    expectRefusal(
      thrownBy(() => first.next(one, { out: 'x' })),
      { option: 'out', value: '"x"', expected: 'overwrite: true' },
    )
    expectRefusal(
      thrownBy(() => first.put('x', 2)),
      { at: /^Chain 'orders': /, option: 'the key of put', value: '"x"', expected: 'not taken' },
    )
    expectRefusal(
      thrownBy(() => orders.next(one, { out: 'x' }).put('x', 2)),
      { at: /^Chain 'orders': /, option: 'the key of put', value: '"x"', expected: 'not taken' },
    )
  })

  test('row 5: two chains grown from one may use the same name', () => {
    const first = orders.next(one, { out: 'x' })
    const left = first.next(() => 2, { out: 'y' })
    const right = first.next(() => 3, { out: 'y' })
    expect([left.runSync(), right.runSync(), first.runSync()]).toEqual([{ x: 1, y: 2 }, { x: 1, y: 3 }, { x: 1 }])
    expect(thrownBy(() => right.next(one, { out: 'y' })).code).toBe('SC_DEFINITION')
    expect(thrownBy(() => right.next(one, { out: 'x' })).code).toBe('SC_DEFINITION')
  })

  test.each([
    ['an output', orders.next(one, { out: 'x' })],
    ['a key that is put', orders.put('x', 1)],
  ])('row 6: an input with the key of %s is refused, before any step is called', async (_, chain) => {
    let calls = 0
    const counted = chain.tap(() => calls++)
    for (const error of [thrownBy(() => counted.runSync({ x: 5 })), await failureOf(counted.run({ x: 5 }))]) {
      expect(error.code).toBe('SC_DEFINITION')
      expect(error.message).toMatch(/^Chain 'orders': .*'x'.*; expected .*overwrite: true/)
    }
    expect(calls).toBe(0)
  })

  test('row 6: a step that overwrites takes a key of the input', () => {
    const chain = orders.next(({ x }: { x: number }) => x * 2, { out: 'x', overwrite: true })
    expect(chain.runSync({ x: 5 })).toEqual({ x: 10 })
  })
})

describe('refs that nothing answers to', () => {
  test.each([
    ['row 16: a typo', orders.put('user', 1).tap(one, { name: 'load', args: ['usr.name'] }), 'usr.name'],
    [
      'row 17: a later step’s key',
      orders
        .put('user', 1)
        .tap(one, { name: 'load', args: [5, 'rows'] })
        .next(one, { out: 'rows' }),
      'rows',
    ],
    ['row 16: a named one', orders.put('user', 1).tap(one, { name: 'load', args: { a: 'user', b: 'usr' } }), 'usr'],
  ])('%s is SC_REFERENCE with strict, before the first step runs', async (_, chain, ref) => {
    let calls = 0
    const counted = untyped('orders')
      .tap(() => calls++)
      .use(chain)
    for (const error of [
      thrownBy(() => counted.runSync({ id: 1 }, { strict: true })),
      await failureOf(counted.run({ id: 1 }, { strict: true })),
    ]) {
      expect(error.code).toBe('SC_REFERENCE')
      expect(error.message).toMatch(/^Chain 'orders', step 'load': /)
      expect(error.message).toContain(`'${ref}'`)
      expect(error.message).toMatch(/id.*user|user.*id/)
      expect(error.step).toBe('load')
    }
    expect(calls).toBe(0)
  })

  test('row 16: without strict it is undefined', () => {
    const seen: unknown[] = []
    orders.tap((...given: unknown[]) => void seen.push(...given), { args: ['usr', 'usr.name', '$input.usr'] }).runSync()
    expect(seen).toEqual([undefined, undefined, undefined])
  })

  test('row 16: a missing property of a key that is there fails with strict when it is read', () => {
    const chain = orders.put('user', {}).tap(one, { name: 'load', args: ['user.address.city'] })
    const error = thrownBy(() => chain.runSync({}, { strict: true }))
    expect([error.code, error.step]).toEqual(['SC_REFERENCE', 'load'])
    expect(error.message).toContain("'user.address.city'")
  })

  test('row 54: undefined is no missing key', () => {
    const chain = orders.next(() => undefined, { out: 'x' }).next((x: unknown) => [x], { out: 'y', args: ['x'] })
    const context = chain.runSync({ a: undefined }, { strict: true })
    expect(context).toEqual({ a: undefined, x: undefined, y: [undefined] })
    expect('x' in context).toBe(true)
  })

  test('strict finds refs to the input, to put keys and to outputs', () => {
    const chain = orders
      .put('p', 1)
      .next(one, { out: 'o' })
      .next((...all: number[]) => all, { out: 'all', args: ['p', 'o', 'i', '$input.i', 4] })
    expect(chain.runSync({ i: 3 }, { strict: true })['all']).toEqual([1, 1, 3, 3, 4])
  })
})

describe('definitions', () => {
  test('put keys come first, in the order in which they were put', () => {
    const chain = orders.put('b', 1).next(one, { out: 'c' }).put('a', 2)
    expect(Object.keys(chain.runSync({ z: 0 }))).toEqual(['z', 'b', 'a', 'c'])
  })

  test('a nested chain with a limit of its own may retry for ever inside of it', () => {
    let calls = 0
    const step = (): number => {
      if (calls++ < 3) throw new Error('not yet')
      return calls
    }
    const endless = { retries: Infinity, initialDelay: 0 }
    for (const limit of [{ timeout: 60_000 }, { deadline: () => 60_000 }]) {
      calls = 0
      const inner = untyped('inner', limit).next(step, { out: 'x', retry: endless })
      expect(orders.next(inner, { out: 'y', args: {} }).runSync()).toEqual({ y: { x: 4 } })
    }
  })

  test.each([
    ['no args', {}, false],
    ['keys and values', { args: ['a', 1, '$step', '$signal'] }, false],
    ['the input', { args: ['a', '$input'] }, true],
    ['a part of the input', { args: { a: '$input.a' } }, true],
  ])('keep the input as it was only for steps that ask for it: %s', (_, options, uses) => {
    const place = new Place('orders', 1)
    const tail = addStep(
      rootOf({ name: 'orders', input: null, settings: DEFAULT_SETTINGS }),
      compileStep(one, options, place),
    )
    expect(compilePlan(tail).usesInput).toBe(uses)
  })

  test('row 20: a definition never changes: what it was made of may', () => {
    const options = { out: 'x', args: ['a'], name: 'load' }
    const first = orders.next((a: number) => a, options)
    options.args[0] = 'b'
    options.out = 'y'
    const run = first.runSync({ a: 1, b: 2 })
    expect(run).toEqual({ a: 1, b: 2, x: 1 })
  })

  test('row 20: extending a chain while it runs does not touch the run', () => {
    let chain: Loose = orders
    chain = chain.next(() => void chain.next(() => 2, { out: 'y' }), { out: 'x' })
    expect(chain.runSync()).toEqual({ x: undefined })
    expect(chain.runSync()).toEqual({ x: undefined })
  })

  test('row 21: no steps give the input', async () => {
    const input = { a: 1 }
    expect(orders.runSync(input)).toEqual(input)
    expect(await orders.run(input)).toEqual(input)
    expect(orders.runSync(input)).not.toBe(input)
    expect(orders.runSync()).toEqual({})
  })

  test('row 22: very many steps are built and run without a deep stack', async () => {
    const count = 100_000
    let chain = orders.put('n', 0)
    for (let index = 0; index < count; index++) chain = chain.tap(({ n }: { n: number }) => n)
    let last: Loose = chain.next(({ n }: { n: number }) => n + 1, { out: 'm' })
    expect(last.runSync()).toEqual({ n: 0, m: 1 })
    last = last.next(async () => 5, { out: 'k' })
    expect(await last.run()).toEqual({ n: 0, m: 1, k: 5 })
  })
})
