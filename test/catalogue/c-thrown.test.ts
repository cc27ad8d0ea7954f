import { runInNewContext } from 'node:vm'
import { chain, StepchainError } from 'stepchain'
import { describe, expect } from 'vitest'
import { printedLine } from '../support/printed-line.ts'
import { promised, SECRET } from '../support/promises.ts'
import { flaky, wait } from '../support/steps.ts'

const throws = (thrown: unknown) => (): never => {
  throw thrown
}

const fault = new Error('getter')
const unreadable = throws(fault)

describe('a step that throws', () => {
  const values: readonly (readonly [unknown, string])[] = [
    [undefined, 'threw undefined (not an Error)'],
    [null, 'threw null (not an Error)'],
    [0, 'threw 0 (not an Error)'],
    ['', 'threw "" (not an Error)'],
    ['text', 'threw "text" (not an Error)'],
    [Symbol('s'), 'threw Symbol(s) (not an Error)'],
    [5n, 'threw 5n (not an Error)'],
    [{}, 'threw [object Object] (not an Error)'],
    [[1, 2], 'threw an array of 2 (not an Error)'],
    [() => 1, 'threw a function (not an Error)'],
    [Object.create(null), 'threw [object Object] (not an Error)'],
  ]
  for (const [thrown, text] of values) {
    promised(`row 44: ${text}: SC_STEP, that exact value its cause`, async (given) => {
      for (const step of [throws(thrown), () => Promise.reject(thrown)] as (() => unknown)[]) {
        const error = await given.failure(
          chain('c').next(step, { out: 'a', args: [], retry: { retries: 1, initialDelay: 0 } }),
        )

        expect(error.code).toBe('SC_STEP')
        expect('cause' in error).toBe(true)
        expect(error.cause).toBe(thrown)
        expect(error.attempts.map((attempt) => attempt.error)).toEqual([thrown, thrown])
        expect(error.message).toBe(`Step 'a' failed on attempt 2 of 2: ${text}`)
      }
      const outcome = given.runSync(chain('c').next(throws(thrown), { out: 'a', args: [] }))
      expect(!outcome.ok && outcome.error.cause).toBe(thrown)
    })
  }

  for (const [title, thrown] of [
    ['text', SECRET],
    ['an Error', new Error(`refused ${SECRET}`)],
    ['an Error behind another', new Error('outer', { cause: new Error(SECRET) })],
    ['an AggregateError', new AggregateError([new Error(SECRET)], SECRET)],
  ] as const) {
    // What watched runs redact is looked for in all that they print and throw: G7.
    promised(`row 44: ${title} with a secret in it is the cause as it was, and shows nowhere`, async (given) => {
      const retry = { retries: 1, initialDelay: 0 }
      const error = await given.failure(chain('c').next(throws(thrown), { out: 'a', args: [], retry }))

      expect(error.cause).toBe(thrown)
    })
  }

  const written: readonly (readonly [string, () => Error])[] = [
    ['frozen', () => Object.freeze(new Error('x'))],
    ['sealed', () => Object.seal(new Error('x'))],
    ['with a message that is read-only', () => Object.defineProperty(new Error('x'), 'message', { writable: false })],
    [
      'with a stack that is read-only',
      () => Object.defineProperty(new Error('x'), 'stack', { value: 's', writable: false }),
    ],
  ]
  for (const [title, make] of written) {
    promised(`row 45: an Error that is ${title}: nothing is ever written on it`, async (given) => {
      const thrown = make()
      const before = Object.getOwnPropertyDescriptors(thrown)
      const error = await given.failure(
        chain('c').next(throws(thrown), { out: 'a', args: [], retry: { retries: 2, initialDelay: 0 } }),
      )

      expect(error.cause).toBe(thrown)
      expect(Object.getOwnPropertyDescriptors(thrown)).toEqual(before)
    })
  }

  for (const key of [
    'message',
    'stack',
    'cause',
    'name',
    'toString',
    'code',
    'retryAfter',
    'headers',
    'response',
    Symbol.toStringTag,
  ]) {
    promised(`row 46: an Error whose ${String(key)} cannot be read is SC_STEP all the same`, async (given) => {
      const thrown = Object.defineProperty(new Error('readable'), key, { get: unreadable })
      const definition = chain('c').next(throws(thrown), {
        out: 'a',
        args: [],
        log: 'x',
        retry: { retries: 1, initialDelay: 0 },
      })
      const error = await given.failure(definition)

      expect(error.code).toBe('SC_STEP')
      expect(error.cause).toBe(thrown)
      expect(error.message).toMatch(key === 'message' ? /\[unreadable\]$/ : /(readable|\[unreadable\])$/)
    })
  }

  promised('row 46: a proxy that answers nothing, or is revoked, is SC_STEP', async (given) => {
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    const hostile = new Proxy({}, { get: unreadable, getPrototypeOf: unreadable, ownKeys: unreadable })
    for (const thrown of [proxy, hostile]) {
      const error = await given.failure(
        chain('c').next(throws(thrown), { out: 'a', args: [], retry: { retries: 1, initialDelay: 0 } }),
      )

      expect(error.cause).toBe(thrown)
      expect(error.message).toBe("Step 'a' failed on attempt 2 of 2: [unreadable]")
    }
  })

  promised('row 47: an Error of another realm is one', async (given) => {
    const foreign: unknown = runInNewContext('new TypeError("from afar")')
    const error = await given.failure(chain('c').next(throws(foreign), { out: 'a', args: [] }))

    expect(foreign).not.toBeInstanceOf(Error)
    expect(error.message).toBe("Step 'a' failed on attempt 1 of 1: from afar")
  })

  promised('row 48: an Error whose causes are a cycle, or 100,000, overflows nothing', async (given) => {
    const cycle = new Error('cycle')
    cycle.cause = new Error('inner', { cause: cycle })
    let long = new Error('deepest')
    for (let depth = 0; depth < 100_000; depth++) long = new Error('level', { cause: long })
    for (const thrown of [cycle, long]) {
      const error = await given.failure(chain('c').next(throws(thrown), { out: 'a', args: [] }))

      expect(error.cause).toBe(thrown)
      expect(JSON.stringify(error).length).toBeLessThan(1_000)
    }
  })

  promised('row 49: an AggregateError with 100,000 errors makes a short message', async (given) => {
    const errors = Array.from({ length: 100_000 }, (_, index) => new Error(`error ${index}`))
    const error = await given.failure(
      chain('c').next(throws(new AggregateError(errors, 'all of them')), { out: 'a', args: [] }),
    )

    expect(error.message).toBe("Step 'a' failed on attempt 1 of 1: all of them")
  })

  promised('row 48: causes are printed to depth 8, and a cycle is marked', async (given) => {
    const cycle = new Error('cycle')
    cycle.cause = new RangeError('inner', { cause: cycle })
    expect(await printedLine(given, '{x}', cycle)).toBe('[Error: cycle; cause: [RangeError: inner; cause: [Circular]]]')

    let long = new Error('0')
    for (let depth = 1; depth < 100; depth++) long = new Error(String(depth), { cause: long })
    const causes = ['99', '98', '97', '96', '95', '94', '93', '92', '91'].join('; cause: [Error: ')
    expect(await printedLine(given, '{x}', long)).toBe(`[Error: ${causes}; cause: […]${']'.repeat(9)}`)
    expect(await printedLine(given, '{x}', new Error('a', { cause: { why: 'b' } }))).toBe(
      '[Error: a; cause: {"why":"b"}]',
    )
  })

  promised(
    'row 49: of an AggregateError with 100,000 errors, 16 are printed and the rest is counted',
    async (given) => {
      const errors = Array.from({ length: 100_000 }, (_, index) => new Error(`e${index}`))
      const first = errors.slice(0, 16).map(({ message }) => `[Error: ${message}]`)
      const all = new AggregateError(errors, 'all', { cause: 'why' })

      expect(await printedLine(given, '{x}', all)).toBe(
        `[AggregateError: all; errors: [${first.join(',')},… +99984 more]; cause: "why"]`,
      )
      expect(await printedLine(given, '{x}', new AggregateError(errors.slice(0, 2), 'two'))).toBe(
        `[AggregateError: two; errors: [${first.slice(0, 2).join(',')}]]`,
      )
    },
  )

  promised('row 49: an Error with a message of 10 MB makes a short one too', async (given) => {
    const error = await given.failure(
      chain('c').next(throws(new Error('x'.repeat(10_000_000))), { out: 'a', args: [] }),
    )

    expect(error.message.length).toBeLessThan(2_000)
  })

  promised(
    'row 50: an error of ours, from a chain that it runs, is wrapped once; the rule of the outer step applies',
    async (given) => {
      const inner = chain('inner').next(flaky(1, 'ok'), { out: 'load', args: [] })
      const definition = (retries: number) =>
        chain('c').next(() => inner.run({}, { logger: null }), {
          out: 'i',
          args: [],
          retry: { retries, initialDelay: 0 },
        })
      const error = await given.failure(definition(0))

      expect(error).toMatchObject({ chain: 'c', step: 'i > load' })
      expect(error.cause).toBeInstanceOf(StepchainError)
      expect(error.message.match(/failed on attempt/g)).toHaveLength(2)
      const again = chain('inner').next(flaky(1, 'ok'), { out: 'load', args: [] })
      const retried = chain('c').next(() => again.run({}, { logger: null }), {
        out: 'i',
        args: [],
        retry: { retries: 1, initialDelay: 0 },
      })
      expect((await given.run(retried)).ok).toBe(true)
    },
  )

  promised('row 66: an AbortError of its own, our signal not aborted, is an ordinary failure', async (given) => {
    const step = flaky(1, 'ok', new DOMException('own', 'AbortError'))

    expect(
      await given.run(chain('c').next(step, { out: 'a', args: [], retry: { retries: 1, initialDelay: 0 } })),
    ).toEqual({
      ok: true,
      context: { a: 'ok' },
    })
  })

  promised('row 67: signal.reason after the abort: SC_CANCELLED, not SC_STEP, and no retry', async (given) => {
    const reason = new Error('left')
    let calls = 0
    const step = async (): Promise<never> => {
      calls++
      await wait(given.clock, 1)
      given.controller.abort(reason)
      throw given.controller.signal.reason
    }
    const error = await given.failure(chain('c').next(step, { out: 'a', args: [], retry: 5 }), { ms: 1 })

    expect(error.code).toBe('SC_CANCELLED')
    expect(error.cause).toBe(reason)
    expect(calls).toBe(1)
  })

  promised('row 68: a RangeError of its own endless recursion is SC_STEP', async (given) => {
    const endless = (): number => 1 + endless()
    const definition = chain('c').next(endless, { out: 'a', args: [], retry: { retries: 1, initialDelay: 0 } })

    expect((await given.failure(definition)).cause).toBeInstanceOf(RangeError)
    expect(given.runSync(definition)).toMatchObject({ ok: false, error: { code: 'SC_STEP', attempts: [{}, {}] } })
  })

  promised('row 68: a string that is too long for the platform is SC_STEP', async (given) => {
    const definition = chain('c').next(() => 'x'.repeat(2 ** 30), { out: 'a', args: [] })

    expect((await given.failure(definition)).cause).toBeInstanceOf(RangeError)
  })
})
