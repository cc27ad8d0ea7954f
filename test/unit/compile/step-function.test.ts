import { describe, expect, test } from 'vitest'
import { failureOf } from '../../support/outcome.ts'
import { expectRefusal, thrownBy, untyped } from '../../support/untyped.ts'

const orders = untyped('orders')

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
