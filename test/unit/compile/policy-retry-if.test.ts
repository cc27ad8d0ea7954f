import { retryBudget } from 'stepchain'
import { describe, expect, test } from 'vitest'
import { failureOf } from '../../support/outcome.ts'
import { at, build, flaky } from '../../support/policy.ts'
import { expectRefusal, thrownBy } from '../../support/untyped.ts'

describe('what is retried', () => {
  test.each([
    [null, 'null'],
    [7, '7'],
    ['TypeError', '"TypeError"'],
    [{}, '[object Object]'],
    [[null], 'an array of 1'],
    [[TypeError, 'x'], 'an array of 2'],
    [[(error: unknown) => Boolean(error)], 'an array of 1'],
    [TypeError, 'a function'],
    [class extends Error {}, 'a function'],
  ])('row 15: retryIf %o is refused', (retryIf, value) => {
    expectRefusal(
      thrownBy(() => build({ retries: 1, retryIf })),
      { at, option: 'retry.retryIf', value, expected: 'a predicate, or an array of error classes' },
    )
  })

  test('row 15: an empty list retries nothing', () => {
    const state = flaky()
    expect(thrownBy(() => build({ retries: 3, retryIf: [] }, state.fn).runSync()).code).toBe('SC_STEP')
    expect(state.calls).toBe(1)
  })

  test('row 15: a list retries its classes alone', () => {
    class Busy extends Error {}
    for (const [thrown, calls] of [
      [new Busy('x'), 3],
      [new RangeError('x'), 3],
      [new TypeError('x'), 1],
    ] as const) {
      const state = flaky(thrown)
      const retryIf = [Busy, RangeError]
      thrownBy(() => build({ retries: 2, initialDelay: 0, retryIf }, state.fn).runSync())
      expect(state.calls).toBe(calls)
    }
  })

  test('row 15: a list changed later changes nothing', () => {
    const retryIf: unknown[] = []
    const state = flaky()
    const chain = build({ retries: 3, initialDelay: 0, retryIf }, state.fn)
    retryIf.push(Error)
    thrownBy(() => chain.runSync())
    expect(state.calls).toBe(1)
  })

  test('row 15: a predicate that throws ends the retries, keeps the cause and is kept itself', async () => {
    const cause = new Error('down')
    const fault = new Error('predicate')
    const retryIf = (): never => {
      throw fault
    }
    const state = flaky(cause)
    const chain = build({ retries: 3, retryIf }, state.fn)
    for (const error of [thrownBy(() => chain.runSync()), await failureOf(chain.run())]) {
      expect([error.code, error.cause]).toEqual(['SC_STEP', cause])
      expect(error.cause).toBe(cause)
      expect(error.suppressed).toEqual([fault])
    }
    expect(state.calls).toBe(2)
  })

  test('a predicate sees the error and the number of the attempt', () => {
    const seen: unknown[] = []
    const cause = new Error('down')
    const retryIf = (error: unknown, attempt: number): boolean => seen.push([error, attempt]) < 2
    thrownBy(() => build({ retries: 5, initialDelay: 0, retryIf }, flaky(cause).fn).runSync())
    expect(seen).toEqual([
      [cause, 1],
      [cause, 2],
    ])
  })

  test.each([null, 5, {}, { failed() {} }, { succeeded() {} }])('budget: %o is refused', (budget) => {
    const value = typeof budget === 'object' && budget !== null ? '[object Object]' : String(budget)
    expectRefusal(
      thrownBy(() => build({ retries: 1, budget })),
      { at, option: 'retry.budget', value, expected: 'retryBudget()' },
    )
  })

  test('budget: any object with the two methods is one', () => {
    expect(build({ retries: 1, budget: retryBudget() }).runSync()).toEqual({ load: 1 })
    let failures = 0
    const budget = { succeeded() {}, failed: () => ++failures < 2 }
    const state = flaky()
    thrownBy(() => build({ retries: 9, initialDelay: 0, budget }, state.fn).runSync())
    expect([state.calls, failures]).toEqual([2, 2])
  })

  test.each([null, 'yes', 1])('retryOnInvalid: %o is refused', (retryOnInvalid) => {
    const value = typeof retryOnInvalid === 'string' ? '"yes"' : String(retryOnInvalid)
    expectRefusal(
      thrownBy(() => build({ retries: 1, retryOnInvalid })),
      { at, option: 'retry.retryOnInvalid', value, expected: 'true or false' },
    )
  })

  test('row 10: an unknown option of a policy is refused', () => {
    expectRefusal(
      thrownBy(() => build({ retires: 3 })),
      { at, option: 'an option of retry', value: '"retires"', expected: "did you mean 'retries'?" },
    )
  })

  test('row 144: nothing is read from a polluted prototype', () => {
    const polluted = Object.prototype as { retries?: number; jitter?: string }
    try {
      polluted.retries = 9
      polluted.jitter = 'wild'
      expect(thrownBy(() => build({})).message).toContain('retry.retries is undefined')
      expect(build({ retries: 1 }).runSync()).toEqual({ load: 1 })
    } finally {
      delete polluted.retries
      delete polluted.jitter
    }
  })
})
