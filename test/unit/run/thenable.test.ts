import { describe, expect, test } from 'vitest'
import { promiseOf, thenOf } from '../../../src/run/thenable.ts'
import { failureOf } from '../../support/outcome.ts'
import { untyped } from '../../support/untyped.ts'

type Callback = (value: unknown) => void

function following(thenable: unknown): Promise<unknown> {
  const then = thenOf(thenable)
  if (then === null) throw new Error('expected a thenable')
  return promiseOf(thenable, then)
}

function outputOf(value: unknown): Promise<unknown> {
  return untyped('orders', { logger: null })
    .next(() => value, { out: 'x' })
    .run()
    .then(({ x }) => x)
}

describe('what is a thenable', () => {
  test.each([
    ['a promise', Promise.resolve(1)],
    ['an object with a then', { then() {} }],
    ['a function with a then', Object.assign(() => {}, { then() {} })],
    [
      'an instance whose class has a then',
      new (class {
        then(): void {}
      })(),
    ],
  ])('%s', (_, value) => {
    expect(typeof thenOf(value)).toBe('function')
  })

  test.each([
    undefined,
    null,
    0,
    '',
    'text',
    true,
    5n,
    Symbol('s'),
    {},
    [],
    () => {},
    { then: 1 },
    { then: null },
    Object.create(null),
  ])('row 55: %o is none', async (value) => {
    expect(thenOf(value)).toBeNull()
    expect(await outputOf(value)).toBe(value)
  })

  test('row 53: its then is read once', async () => {
    let reads = 0
    const thenable = {
      get then() {
        reads++
        return (resolve: Callback) => resolve(reads)
      },
    }
    expect(await outputOf(thenable)).toBe(1)
    expect(reads).toBe(1)
  })

  test('row 53: a then that throws when it is read is the step’s failure', async () => {
    const fault = new Error('no')
    const thenable = {
      get then(): never {
        throw fault
      },
    }
    expect(() => thenOf(thenable)).toThrow(fault)
    const error = await failureOf(outputOf(thenable))
    expect([error.code, error.cause]).toEqual(['SC_STEP', fault])
  })
})

describe('following one', () => {
  test('a promise is followed as it is', () => {
    const promise = Promise.resolve(1)
    expect(following(promise)).toBe(promise)
  })

  test('row 53: the first answer wins', async () => {
    const cases: readonly ((resolve: Callback, reject: Callback) => void)[] = [
      (resolve) => (resolve(1), resolve(2)),
      (resolve, reject) => (resolve(1), reject(new Error('late'))),
      (resolve) => {
        resolve(1)
        throw new Error('late')
      },
      (resolve) => queueMicrotask(() => resolve(1)),
    ]
    for (const then of cases) {
      expect(await following({ then })).toBe(1)
      expect(await outputOf({ then })).toBe(1)
    }
  })

  test('row 53: what its then throws, or rejects with, is the failure', async () => {
    const fault = new Error('no')
    const throwing = (): never => {
      throw fault
    }
    for (const then of [throwing, (_: Callback, reject: Callback) => reject(fault)]) {
      await expect(following({ then })).rejects.toBe(fault)
      expect((await failureOf(outputOf({ then }))).cause).toBe(fault)
    }
  })

  test('a thenable inside of a thenable is followed too', async () => {
    const inner = { then: (resolve: Callback) => resolve(5) }
    expect(await following({ then: (resolve: Callback) => resolve(inner) })).toBe(5)
  })

  test('its then is called on itself', async () => {
    const thenable = {
      value: 7,
      then(resolve: Callback) {
        resolve(this.value)
      },
    }
    expect(await outputOf(thenable)).toBe(7)
  })

  test('a promise whose own then was changed is asked by that', async () => {
    const promise = Object.assign(Promise.resolve(1), { then: (resolve: Callback) => resolve(2) })
    expect(await outputOf(promise)).toBe(2)
  })
})
