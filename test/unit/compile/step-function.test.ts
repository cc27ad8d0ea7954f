import { runInNewContext } from 'node:vm'
import { retryBudget } from 'stepchain'
import { describe, expect, test } from 'vitest'
import { Place } from '../../../src/compile/check.ts'
import { compileStep } from '../../../src/compile/step.ts'
import { failureOf } from '../../support/outcome.ts'
import { expectRefusal, thrownBy, untyped } from '../../support/untyped.ts'

const orders = untyped('orders')

test.each<[title: string, options: object, step: object]>([
  ['nothing', {}, { arity: -1, key0: '', key1: '', timeout: 0, clocked: false, plain: true, bare: true, async: false }],
  ['no limit', { timeout: Infinity }, { timeout: 0, clocked: false, plain: true, bare: true }],
  ['a timeout', { timeout: 5 }, { timeout: 5, clocked: true, plain: true, bare: false }],
  ['retries', { retry: 3 }, { timeout: 0, clocked: true, plain: true, bare: false }],
  ['retries for some time', { retry: { retries: 3, maxElapsed: 50 } }, { plain: false, bare: false }],
  ['retries with a budget', { retry: { retries: 3, budget: retryBudget() } }, { plain: false, bare: false }],
  ['a validator', { validate: () => true }, { clocked: false, plain: false, bare: false }],
  ['a line', { log: 'done' }, { clocked: false, plain: true, bare: false }],
  ['one key', { args: ['a'] }, { arity: 1, key0: 'a', key1: '' }],
  ['two keys', { args: ['a', 'b'] }, { arity: 2, key0: 'a', key1: 'b' }],
  ['three keys', { args: ['a', 'b', 'c'] }, { arity: 3 }],
  ['a value', { args: [5] }, { arity: 3 }],
  ['what every object has', { args: ['toString'] }, { arity: 3 }],
  ['named keys', { args: { a: 'a' } }, { arity: 3 }],
  ['no arguments', { args: [] }, { arity: 0, key0: '', key1: '' }],
])('how a step with %s is run', (_, options, expected) => {
  expect(compileStep(() => 1, options, new Place('orders', 1))).toMatchObject(expected)
  const later = compileStep(async () => 1, options, new Place('orders', 1))
  expect(later).toMatchObject({ async: true, timeout: 'timeout' in expected ? expected.timeout : 0 })
  expect(later.clocked).toBe(later.policy !== null && later.timeout === 0)
})

describe('the step itself', () => {
  test.each([
    ['undefined', undefined, 'undefined'],
    ['null', null, 'null'],
    ['a string', 'load', '"load"'],
    ['an object', {}, '[object Object]'],
    ['a promise', Promise.resolve(1), '[object Promise]'],
    ['a number', 3, '3'],
  ])('row 9: %s is no step', (_, step, value) => {
    for (const act of [() => orders.next(step, { out: 'x' }), () => orders.tap(step)])
      expectRefusal(thrownBy(act), { option: 'the step', value, expected: 'a function or a chain' })
  })

  test('row 9: a class is no step, for it needs new', () => {
    class Loader {}
    const error = thrownBy(() => orders.next(Loader, { out: 'x' }))
    expectRefusal(error, {
      at: "Chain 'orders', step 'x': ",
      option: 'the step',
      value: 'a function',
      expected: 'new Name(…)',
    })
  })

  test('row 9: built-in functions and methods are steps', () => {
    const context = untyped()
      .put('text', '7')
      .next(Number, { out: 'number', args: ['text'] })
      .next(Math.sqrt.bind(null), { out: 'root', args: [49] })
      .runSync()
    expect(context).toEqual({ text: '7', number: 7, root: 7 })
  })

  test('row 9: a frozen function is a step, whatever it says of classes', () => {
    const step = Object.freeze(function load() {
      return 'a class'
    })
    expect(orders.next(step, { out: 'x' }).runSync()).toEqual({ x: 'a class' })
  })

  test.each([
    ['generator', function* (): Generator<number> {}],
    ['asynchronous generator', async function* (): AsyncGenerator<number> {}],
  ])('row 29: an %s function is no step', (_, step) => {
    expectRefusal(
      thrownBy(() => orders.next(step, { out: 'rows' })),
      { at: "Chain 'orders', step 'rows': ", option: 'the step', value: 'a function', expected: 'not a generator' },
    )
  })

  test('row 28: an async function is kept from a synchronous run, before any step is called', () => {
    let calls = 0
    const mixed = orders.tap(() => calls++).next(async () => 1, { out: 'x' })
    const error = thrownBy(() => mixed.runSync())
    expect(error.code).toBe('SC_DEFINITION')
    expect(error.message).toContain("Chain 'orders', step 'x': ")
    expect(error.message).toContain('use run()')
    expect(error.step).toBe('x')
    expect(calls).toBe(0)
  })

  test('row 28: an async function of another realm is told too', () => {
    const step: unknown = runInNewContext('async () => 1')
    expect(thrownBy(() => orders.next(step, { out: 'x' }).runSync()).message).toContain('declared async')
  })

  test('row 28: also when it is a step of a nested chain', async () => {
    const outer = orders.next(
      untyped('inner').next(async () => 1, { out: 'x' }),
      { out: 'y' },
    )
    expect(thrownBy(() => outer.runSync()).code).toBe('SC_DEFINITION')
    expect(await outer.run()).toEqual({ y: { x: 1 } })
  })

  test('row 28: a promise that comes unannounced is SC_ASYNC_IN_SYNC', async () => {
    const error = await failureOf(() => orders.next(() => Promise.reject(new Error('later')), { out: 'x' }).runSync())
    expect(error.code).toBe('SC_ASYNC_IN_SYNC')
  })
})
