import { describe, expect, test } from 'vitest'
import { Place } from '../../../src/compile/check.ts'
import { compilePolicy } from '../../../src/compile/policy.ts'
import { failureOf } from '../../support/outcome.ts'
import { at, build, flaky, orders } from '../../support/policy.ts'
import { expectRefusal, thrownBy, untyped } from '../../support/untyped.ts'
import { VirtualClock } from '../../support/virtual-clock.ts'

describe('retries', () => {
  test.each([
    [-1, '-1'],
    [2.5, '2.5'],
    [Number.NaN, 'NaN'],
    ['3', '"3"'],
    [true, 'true'],
    [null, 'null'],
    [1_000_001, '1000001'],
    [1e9, '1000000000'],
    [3n, '3n'],
  ])('row 11: %o is refused', (retries, value) => {
    const refusal = { at, option: 'retry.retries', value, expected: 'a whole number from 0' }
    expectRefusal(
      thrownBy(() => build({ retries })),
      refusal,
    )
    expectRefusal(
      thrownBy(() => build(retries)),
      refusal,
    )
  })

  test('row 11: a policy without a number is refused', () => {
    for (const retry of [{}, { jitter: 'none' }, { retries: undefined }])
      expectRefusal(
        thrownBy(() => build(retry)),
        { at, option: 'retry.retries', value: 'undefined', expected: 'a whole number' },
      )
  })

  test.each([0, 3, 1_000_000])('row 11: %d is a number of retries', (retries) => {
    expect(build(retries).runSync()).toEqual({ load: 1 })
    expect(build({ retries }).runSync()).toEqual({ load: 1 })
  })

  test('row 11: Infinity needs something that ends it, and nothing is called before that is clear', async () => {
    const state = flaky()
    const endless = build({ retries: Infinity, initialDelay: 1 }, state.fn)
    for (const error of [thrownBy(() => endless.runSync()), await failureOf(endless.run())]) {
      expectRefusal(error, { at, option: 'retry.retries', value: 'Infinity', expected: 'retry.maxElapsed' })
      expect(error.step).toBe('load')
    }
    expect(state.calls).toBe(0)
  })

  test('row 11: a nested chain is no way around that', async () => {
    const state = flaky()
    const inner = untyped('inner').next(state.fn, { out: 'x', retry: { retries: Infinity, initialDelay: 60_000 } })
    const clock = new VirtualClock()
    const error = await Promise.race([
      failureOf(orders.next(inner, { out: 'y' }).run({}, { clock })),
      new Promise((resolve) => setImmediate(resolve)).then(() => clock.advance(1)),
    ])
    expect(error?.code).toBe('SC_DEFINITION')
    expect(state.calls).toBe(0)
  })

  test.each([
    ['maxElapsed', { maxElapsed: 1_000 }, () => ({})],
    ['a timeout of the run', {}, () => ({ timeout: 1_000 })],
    ['a deadline', {}, (now: () => number) => ({ deadline: () => 2_000 - now() })],
  ])('row 11: Infinity is ended by %s', (_, policy, limits) => {
    const clock = new VirtualClock()
    const options = limits(clock.now)
    const state = flaky()
    const chain = build(
      { retries: Infinity, initialDelay: 100, backoff: 'constant', jitter: 'none', ...policy },
      state.fn,
    )
    const error = thrownBy(() => chain.runSync({}, { clock, ...options }))
    expect(error.code).toBe('maxElapsed' in policy ? 'SC_STEP' : 'SC_DEADLINE')
    expect(state.calls).toBe('maxElapsed' in policy ? 11 : 10)
  })
})

test('a policy of few retries is made once', () => {
  const place = new Place('orders')
  for (const retries of [0, 3, 16]) expect(compilePolicy(retries, place)).toBe(compilePolicy(retries, place))
  expect(compilePolicy(17, place)).not.toBe(compilePolicy(17, place))
  expect(compilePolicy(3, place)).toEqual(compilePolicy({ retries: 3 }, place))
  expect([compilePolicy(3, place).retries, compilePolicy(17, place).retries]).toEqual([3, 17])
})

describe('waits', () => {
  test.each([
    ['initialDelay', -1, '-1', 'from 0 up, and finite'],
    ['initialDelay', Number.NaN, 'NaN', 'from 0 up'],
    ['initialDelay', Infinity, 'Infinity', 'finite'],
    ['initialDelay', '1s', '"1s"', 'a number'],
    ['initialDelay', null, 'null', 'a number'],
    ['factor', 0.5, '0.5', 'from 1 up'],
    ['factor', Number.NaN, 'NaN', 'a number'],
    ['factor', Infinity, 'Infinity', 'finite'],
    ['maxDelay', -1, '-1', 'from 100 up'],
    ['maxDelay', Number.NaN, 'NaN', 'a number'],
    ['maxDelay', '1s', '"1s"', 'a number'],
    ['maxDelay', '50', '"50"', 'a number'],
    ['maxDelay', 3n, '3n', 'a number'],
    ['maxElapsed', -1, '-1', 'from 0 up'],
    ['maxElapsed', Number.NaN, 'NaN', 'a number'],
    ['backoff', 'cubic', '"cubic"', "one of 'constant', 'linear', 'exponential'"],
    ['backoff', null, 'null', "one of 'constant', 'linear', 'exponential'"],
    ['backoff', 5, '5', "one of 'constant', 'linear', 'exponential'"],
  ])('row 12: %s %o is refused', (option, given, value, expected) => {
    expectRefusal(
      thrownBy(() => build({ retries: 1, [option]: given })),
      { at, option: `retry.${option}`, value, expected },
    )
  })

  test('row 12: a longest wait below the first is refused, and stands for both where no first is given', () => {
    expectRefusal(
      thrownBy(() => build({ retries: 1, initialDelay: 200, maxDelay: 199 })),
      { at, option: 'retry.maxDelay', value: '199', expected: 'from 200 up' },
    )
    const clock = new VirtualClock()
    const chain = build({ retries: 2, maxDelay: 50, jitter: 'none' }, flaky().fn)
    thrownBy(() => chain.runSync({}, { clock }))
    expect(clock.slept).toEqual([50, 50])
    const none = thrownBy(() => build({ retries: 2, maxDelay: 0 }, flaky().fn).runSync({}, { clock }))
    expect(none.code).toBe('SC_STEP')
    expect(clock.slept).toEqual([50, 50])
  })

  test('row 12: a first wait above the usual longest is no contradiction', () => {
    expect(build({ retries: 1, initialDelay: 60_000 }).runSync()).toEqual({ load: 1 })
  })

  test.each(['ful', '', null, 1, true])('row 14: jitter %o is refused', (jitter) => {
    expectRefusal(
      thrownBy(() => build({ retries: 1, jitter })),
      {
        at,
        option: 'retry.jitter',
        value: typeof jitter === 'string' ? `"${jitter}"` : String(jitter),
        expected: "one of 'full', 'half', 'decorrelated', 'none'",
      },
    )
  })

  test('row 14: a backoff that gives no number fails the step, and the step’s own error stays its cause', () => {
    const cause = new Error('down')
    const state = flaky(cause)
    const chain = build({ retries: 3, backoff: () => Number.NaN }, state.fn)
    const error = thrownBy(() => chain.runSync())
    expect([error.code, error.cause, state.calls]).toEqual(['SC_STEP', cause, 1])
    expect(error.suppressed).toMatchObject([
      { code: 'SC_DEFINITION', cause: { message: expect.stringContaining('NaN') } },
    ])
  })

  test('row 14: a backoff that throws does too', () => {
    const cause = new Error('down')
    const fault = new Error('no idea')
    const state = flaky(cause)
    const throwing = (): never => {
      throw fault
    }
    const error = thrownBy(() => build({ retries: 3, backoff: throwing }, state.fn).runSync())
    expect([error.code, error.cause, state.calls]).toEqual(['SC_STEP', cause, 1])
    expect(error.suppressed).toMatchObject([{ code: 'SC_DEFINITION', cause: fault }])
  })

  test.each([
    [-5, 0],
    [Number.NEGATIVE_INFINITY, 0],
    [1e300, 2_000],
    [Infinity, 2_000],
  ])('row 14: a backoff that gives %d waits %d ms', (given, waited) => {
    const clock = new VirtualClock()
    const state = flaky()
    thrownBy(() => build({ retries: 1, backoff: () => given, maxDelay: 2_000 }, state.fn).runSync({}, { clock }))
    expect(state.calls).toBe(2)
    expect(clock.now()).toBe(1_000 + waited)
  })
})
