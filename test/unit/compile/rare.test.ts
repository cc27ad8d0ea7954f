import { describe, expect, test } from 'vitest'
import { expectRefusal, thrownBy, untyped } from '../../support/untyped.ts'

const orders = untyped('orders', { logger: null })
const build = (options: object): unknown => orders.next(() => 1, { out: 'load', ...options })
const at = "Chain 'orders', step 'load': "

describe('an option that few steps have', () => {
  test.each([true, null, 'ready', {}])('when is a function, not %o', (when) => {
    expect(thrownBy(() => build({ when })).message).toMatch(`${at}when is `)
  })

  for (const option of ['compensate', 'compensateUnknown', 'release']) {
    test.each([null, 5, 'undo', [], new Map()])(`${option} is a function or an object, not %o`, (given) => {
      const error = thrownBy(() => build({ [option]: given }))
      expect(error.message).toMatch(`${at}${option} is `)
      expect(error.message).toContain('a function, or an object with run, retry and timeout')
    })

    test(`${option} as an object says what is run, and with what limits`, () => {
      expect(thrownBy(() => build({ [option]: {} })).message).toMatch(
        `${at}${option}.run is undefined; expected a function`,
      )
      expect(thrownBy(() => build({ [option]: { run: () => 1, rety: 1 } })).message).toContain(
        `an option of ${option} is "rety"; expected one of run, retry, timeout; did you mean 'retry'?`,
      )
      expect(thrownBy(() => build({ [option]: { run: () => 1, timeout: 0 } })).message).toMatch(
        'timeout is 0; expected a number above 0',
      )
      expect(thrownBy(() => build({ [option]: { run: () => 1, retry: -1 } })).message).toContain('retr')
      expect(() => build({ [option]: { run: () => 1, retry: 2, timeout: 5 } })).not.toThrow()
    })
  }

  test('is absent where it is undefined', async () => {
    const nothing = {
      when: undefined,
      fallback: undefined,
      compensate: undefined,
      compensateUnknown: undefined,
      release: undefined,
    }
    expect(() => build(nothing)).not.toThrow()
    const down = (): never => {
      throw new Error('down')
    }
    await expect(orders.next(down, { out: 'a', args: [], ...nothing }).run()).rejects.toMatchObject({ code: 'SC_STEP' })
  })

  test('that is unknown is refused, with what it may mean', () => {
    expectRefusal(
      thrownBy(() => build({ falback: 1 })),
      { at, option: 'an option of the step', value: '"falback"', expected: "did you mean 'fallback'?" },
    )
  })

  test('is one of a tap and of a chain too', () => {
    const options = { when: () => true, fallback: 1, compensate: () => 1, compensateUnknown: () => 1, release: () => 1 }
    expect(() => orders.tap(() => 1, options).next(orders, { out: 'o', args: {}, ...options })).not.toThrow()
  })
})
