import { describe, expect, test } from 'vitest'
import { failureOf } from '../../support/outcome.ts'
import { expectRefusal, thrownBy, untyped } from '../../support/untyped.ts'

const at = /^Chain 'orders': /
const NAMES =
  'onRunStart beforeStep beforeAttempt onRetry afterStep onProgress onLateSettle onRunEnd onHookError wrap'.split(' ')

describe('bad hooks', () => {
  test.each(NAMES)('row 25: %s that is no function is refused', async (name) => {
    for (const [hook, value] of [
      [null, 'null'],
      ['log', '"log"'],
      [{}, '[object Object]'],
      [true, 'true'],
    ] as const) {
      const refusal = { at, option: `hooks.${name}`, value, expected: 'a function' }
      const hooks = { [name]: hook }
      expectRefusal(
        thrownBy(() => untyped('orders', { hooks })),
        refusal,
      )
      expectRefusal(
        thrownBy(() => untyped('orders').with(hooks)),
        refusal,
      )
      expectRefusal(await failureOf(untyped('orders').run({}, { hooks })), { ...refusal, code: 'SC_INPUT' })
    }
  })

  test.each([
    ['beforestep', "did you mean 'beforeStep'?"],
    ['onRetries', "did you mean 'onRetry'?"],
    ['somethingElseAltogether', 'one of onRunStart'],
  ])('row 25: %s is no hook', (name, expected) => {
    expectRefusal(
      thrownBy(() => untyped('orders').with({ [name]: () => {} })),
      { at, option: 'an option of hooks', value: `"${name}"`, expected },
    )
  })

  test.each([null, undefined, 'x', [], () => {}])('row 25: %o is no set of hooks', (hooks) => {
    expect(thrownBy(() => untyped('orders').with(hooks)).message).toMatch(
      /^Chain 'orders': .*hooks is .*; expected an object/,
    )
  })
})

describe('sets of hooks', () => {
  test('compose in the order they were given, the run’s last', () => {
    const told: string[] = []
    const set = (name: string): object => ({ beforeStep: () => void told.push(name) })
    const chain = untyped('orders', { hooks: set('chain') })
      .with(set('first'))
      .with(set('second'))
    chain.tap(() => {}).runSync({}, { hooks: set('run') })
    expect(told).toEqual(['chain', 'first', 'second', 'run'])
  })

  test('wrap surrounds from the outside in', () => {
    const told: string[] = []
    const set = (name: string): object => ({
      wrap: (_: unknown, next: () => unknown) => {
        told.push(`${name}(`)
        const value = next()
        told.push(')')
        return value
      },
    })
    const chain = untyped('orders').with(set('outer')).with(set('inner'))
    expect(chain.next(() => told.push('step'), { out: 'x' }).runSync()).toEqual({ x: 3 })
    expect(told).toEqual(['outer(', 'inner(', 'step', ')', ')'])
  })

  test('may be an instance, whose methods keep their this', () => {
    class Counter {
      #count = 0
      beforeStep(): void {
        this.#count++
      }
      get count(): number {
        return this.#count
      }
    }
    const counter = new Counter()
    untyped('orders', { hooks: counter })
      .tap(() => {})
      .tap(() => {})
      .runSync()
    expect(counter.count).toBe(2)
  })

  test('row 144: hooks on a polluted prototype are nobody’s', () => {
    const polluted = Object.prototype as { beforeStep?: () => void }
    let calls = 0
    try {
      polluted.beforeStep = () => void calls++
      untyped('orders', { hooks: {} })
        .tap(() => {})
        .runSync()
    } finally {
      delete polluted.beforeStep
    }
    expect(calls).toBe(0)
  })

  test('an instance may have fields of its own, a plain object may not, and what is undefined is no hook', () => {
    class Counter {
      count = 0
      beforeStep(): void {
        this.count++
      }
    }
    const counter = new Counter()
    untyped('orders')
      .with(counter)
      .tap(() => {})
      .runSync()
    expect(counter.count).toBe(1)
    expect(thrownBy(() => untyped('orders').with({ count: 0 })).message).toContain('an option of hooks is "count"')

    const polluted = Object.prototype as { beforeStep?: () => void }
    try {
      polluted.beforeStep = () => {}
      expect(() => untyped('orders').with({ beforeStep: undefined })).not.toThrow()
    } finally {
      delete polluted.beforeStep
    }
  })

  test('with gives a new chain and leaves the old one as it was', () => {
    let calls = 0
    const plain = untyped('orders').tap(() => {})
    const watched = plain.with({ beforeStep: () => void calls++ })
    plain.runSync()
    expect(calls).toBe(0)
    watched.runSync()
    expect(calls).toBe(1)
  })
})
