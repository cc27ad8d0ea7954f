import { NonRetryableError, retryBudget } from 'stepchain'
import { describe, expect, test } from 'vitest'
import { failureOf } from '../../support/outcome.ts'
import { thrownBy, untyped } from '../../support/untyped.ts'

/** Fails a number of times, and gives what the budget says to each. */
function fail(budget: ReturnType<typeof retryBudget>, times: number): boolean[] {
  return Array.from({ length: times }, () => budget.failed())
}

// gRFC A6: token_count starts at maxTokens; a failure takes 1, a success gives tokenRatio; "if token_count is less than or equal to
// the threshold, defined to be (maxTokens / 2), then RPCs will not be retried".
describe('the rules of gRFC A6', () => {
  test('half of the tokens may be spent', () => {
    expect(fail(retryBudget(), 7)).toEqual([true, true, true, true, false, false, false])
    expect(fail(retryBudget({ tokens: 4 }), 3)).toEqual([true, false, false])
    expect(fail(retryBudget({ tokens: 5 }), 4)).toEqual([true, true, false, false])
    expect(fail(retryBudget({ tokens: 1 }), 2)).toEqual([false, false])
  })

  test('a success gives back a part', () => {
    const budget = retryBudget({ tokens: 10, perSuccess: 0.5 })
    expect(fail(budget, 5)).toEqual([true, true, true, true, false])
    budget.succeeded()
    budget.succeeded()
    expect(budget.failed()).toBe(false)
    budget.succeeded()
    budget.succeeded()
    budget.succeeded()
    expect(budget.failed()).toBe(true)
    expect(budget.failed()).toBe(false)
  })

  test('there are never more tokens than at first', () => {
    const budget = retryBudget({ tokens: 4, perSuccess: 1 })
    for (let index = 0; index < 100; index++) budget.succeeded()
    expect(fail(budget, 2)).toEqual([true, false])
  })

  test('there are never fewer than none', () => {
    const budget = retryBudget({ tokens: 4, perSuccess: 1 })
    fail(budget, 1_000)
    for (let index = 0; index < 4; index++) budget.succeeded()
    expect(fail(budget, 2)).toEqual([true, false])
  })

  test('tenths add up', () => {
    const budget = retryBudget({ tokens: 10, perSuccess: 0.1 })
    fail(budget, 5)
    for (let index = 0; index < 20; index++) budget.succeeded()
    // 5 + 2 - 1 = 6, which is more than half; 5 is not.
    expect(fail(budget, 2)).toEqual([true, false])
  })
})

describe('options', () => {
  test.each([
    [{ tokens: 0 }, 'tokens is 0'],
    [{ tokens: -1 }, 'tokens is -1'],
    [{ tokens: Number.NaN }, 'tokens is NaN'],
    [{ tokens: Infinity }, 'tokens is Infinity'],
    [{ tokens: '5' }, 'tokens is "5"'],
    [{ tokens: null }, 'tokens is null'],
    [{ perSuccess: 0 }, 'perSuccess is 0'],
    [{ perSuccess: -0.1 }, 'perSuccess is -0.1'],
    [{ perSuccess: Number.NaN }, 'perSuccess is NaN'],
    [{ perSuccess: '1' }, 'perSuccess is "1"'],
    [{ token: 5 }, "did you mean 'tokens'?"],
    [null, 'null; expected an object'],
    [5, '5; expected an object'],
  ])('%o is refused', (options, said) => {
    const error = thrownBy(() => retryBudget(options as object))
    expect(error.code).toBe('SC_DEFINITION')
    expect(error.message).toContain(said)
    expect(error.message).toContain('expected')
  })

  test('row 144: nothing is read from a polluted prototype', () => {
    const polluted = Object.prototype as { tokens?: number }
    try {
      polluted.tokens = -1
      expect(fail(retryBudget({}), 5)).toEqual([true, true, true, true, false])
    } finally {
      delete polluted.tokens
    }
  })
})

describe('row 84: shared by many steps', () => {
  const steps = 100
  const retry = { retries: 3, initialDelay: 0 }

  async function calls(policy: object): Promise<number> {
    let count = 0
    const chain = untyped('orders', { logger: null }).next(
      () => {
        count++
        return Promise.reject(new Error('down'))
      },
      { out: 'x', retry: policy },
    )
    await Promise.all(Array.from({ length: steps }, () => failureOf(chain.run())))
    return count
  }

  test('it cuts what retries add when everything fails', async () => {
    expect(await calls(retry)).toBe(400)
    expect(await calls({ ...retry, budget: retryBudget() })).toBe(104)
  })

  test.each([
    ['NonRetryableError', new NonRetryableError('no use'), {}],
    ['retryIf', new TypeError('bad'), { retryIf: [RangeError] }],
  ])('a failure that %s keeps from being retried costs nothing', (_, thrown, more) => {
    let asked = 0
    const budget = { succeeded() {}, failed: () => ++asked > 0 }
    const failing = untyped('bad', { logger: null }).tap(
      () => {
        throw thrown
      },
      { retry: { ...retry, budget, ...more } },
    )
    thrownBy(() => failing.runSync())
    expect(asked).toBe(0)
  })

  test('a failure of the last attempt costs as much as any', () => {
    let asked = 0
    const budget = { succeeded() {}, failed: () => ++asked > 0 }
    const failing = untyped('bad', { logger: null }).tap(
      () => {
        throw new Error('down')
      },
      { retry: { ...retry, budget } },
    )
    thrownBy(() => failing.runSync())
    expect(asked).toBe(4)
  })

  test('a success of any of them gives back', () => {
    const budget = retryBudget({ tokens: 2, perSuccess: 1 })
    let count = 0
    const good = untyped('good', { logger: null }).next(() => 1, { out: 'x', retry: { retries: 1, budget } })
    const bad = untyped('bad', { logger: null }).tap(
      () => {
        count++
        throw new Error('down')
      },
      { retry: { ...retry, budget } },
    )
    thrownBy(() => bad.runSync())
    expect(count).toBe(1)
    good.runSync()
    good.runSync()
    thrownBy(() => bad.runSync())
    expect(count).toBe(2)
  })
})

test.each<[options: object, message: string]>([
  [{ token: 5 }, `an option of the budget is "token"; expected one of tokens, perSuccess; did you mean 'tokens'?`],
  [{ tokens: 0 }, 'tokens is 0; expected a number above 0, and finite'],
  [{ perSuccess: Infinity }, 'perSuccess is Infinity; expected a number above 0, and finite'],
])('%o makes no budget', (options, message) => {
  expect(thrownBy(() => retryBudget(options)).message).toBe(`Chain 'retryBudget': ${message}`)
})
