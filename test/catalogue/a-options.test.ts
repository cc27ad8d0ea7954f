import type { StepchainError } from 'stepchain'
import { describe, expect, vi } from 'vitest'
import { type Case, promised } from '../support/promises.ts'
import { flaky, never, wait } from '../support/steps.ts'
import { expectRefusal } from '../support/untyped.ts'

const at = "Chain 'orders', step 'load': "

function refused(given: Case, options: object): StepchainError {
  const all = { out: 'load', ...options }
  return given.refused((step) => given.chain('orders').next(step, all), all)
}

/** Expects an option of a retry policy to be refused. */
function expectNoPolicy(given: Case, option: string, value: unknown): void {
  const error = refused(given, { retry: { retries: 1, [option]: value } })
  const shown = typeof value === 'string' ? JSON.stringify(value) : String(value)
  expectRefusal(error, { at, option: `retry.${option}`, value: shown, expected: '' })
}

describe('options', () => {
  promised('row 10: an unknown one is SC_DEFINITION with the nearest that is known', (given) => {
    const unknown = { at, option: 'an option of the step', value: '"retires"', expected: "did you mean 'retry'?" }
    expectRefusal(refused(given, { retires: 3 }), unknown)
    expectRefusal(refused(given, { retry: { retires: 3 } }), {
      ...unknown,
      option: 'an option of retry',
      expected: "did you mean 'retries'?",
    })
    expectRefusal(
      given.refused(() => given.chain('orders', { timout: 3 })),
      {
        at: "Chain 'orders': ",
        option: 'an option of chain',
        value: '"timout"',
        expected: "did you mean 'timeout'?",
      },
    )
  })

  promised('row 10: an unknown one of a run is SC_INPUT, and nothing runs', async (given) => {
    const step = flaky(0, 1)
    const error = await given.failure(given.chain().tap(step), { timout: 3 } as object)

    expect(error).toMatchObject({ code: 'SC_INPUT', message: expect.stringContaining("did you mean 'timeout'?") })
    expect(step.calls).toBe(0)
  })
})

describe('retries', () => {
  for (const retries of [-1, 2.5, Number.NaN, '3', true, null, 1e9]) {
    promised(`row 11: ${typeof retries} ${String(retries)} is SC_DEFINITION`, (given) => {
      const value = typeof retries === 'string' ? '"3"' : String(retries)
      const refusal = { at, option: 'retry.retries', value, expected: 'a whole number from 0' }
      expectRefusal(refused(given, { retry: { retries } }), refusal)
      expectRefusal(refused(given, { retry: retries }), refusal)
    })
  }

  promised('row 11: Infinity with nothing that ends it is SC_DEFINITION before the first step', async (given) => {
    const step = flaky(Infinity, 1)
    const definition = given.chain('orders').next(step, { out: 'load', args: [], retry: Infinity })
    const error = await given.failure(definition)

    expectRefusal(error, { at, option: 'retry.retries', value: 'Infinity', expected: 'retry.maxElapsed' })
    expect(given.runSync(definition)).toMatchObject({ ok: false, error: { code: 'SC_DEFINITION' } })
    expect(step.calls).toBe(0)
  })

  const limits: readonly (readonly [string, object, (now: number) => object, string])[] = [
    ['maxElapsed', { maxElapsed: 1_000 }, () => ({}), 'SC_STEP'],
    ['a timeout of the run', {}, () => ({ timeout: 1_000 }), 'SC_DEADLINE'],
    ['a deadline', {}, (now) => ({ deadline: new Date(now + 1_000) }), 'SC_DEADLINE'],
  ]
  for (const [title, policy, options, code] of limits) {
    promised(`row 11: Infinity is ended by ${title}`, async (given) => {
      const step = flaky(Infinity, 1)
      const retry = { retries: Infinity, initialDelay: 100, backoff: 'constant', jitter: 'none', ...policy }
      const definition = given.chain().next(step, { out: 'load', args: [], retry })
      const error = await given.failure(definition, { ...options(given.clock.wall()), ms: 2_000 })

      expect(error.code).toBe(code)
      expect(step.calls).toBe(code === 'SC_STEP' ? 11 : 10)
    })
  }

  for (const option of ['initialDelay', 'factor', 'maxDelay', 'maxElapsed', 'backoff']) {
    promised(`row 12: ${option} that is negative, NaN, infinite or text is SC_DEFINITION`, (given) => {
      const isBound = option === 'maxDelay' || option === 'maxElapsed'
      for (const value of [-1, Number.NaN, Number.NEGATIVE_INFINITY, '1s?']) expectNoPolicy(given, option, value)
      // The two that bound something may be none at all.
      if (!isBound) expectNoPolicy(given, option, Infinity)
    })
  }

  promised('row 12: a longest wait below the first is SC_DEFINITION', (given) => {
    const error = refused(given, { retry: { retries: 1, initialDelay: 200, maxDelay: 199 } })
    expectRefusal(error, { at, option: 'retry.maxDelay', value: '199', expected: 'from 200 up' })
  })
})

describe('a timeout', () => {
  for (const timeout of [0, -1, Number.NaN, Number.NEGATIVE_INFINITY]) {
    promised(`row 13: of ${timeout} is SC_DEFINITION; given to a run, SC_INPUT`, async (given) => {
      const refusal = { option: 'timeout', value: String(timeout), expected: 'a number above 0' }
      const run = await given.failure(given.chain('orders'), { timeout })
      const chain = given.refused(() => given.chain('orders', { timeout }))

      expectRefusal(refused(given, { timeout }), { ...refusal, at })
      expectRefusal(chain, { ...refusal, at: "Chain 'orders': " })
      expectRefusal(run, { ...refusal, code: 'SC_INPUT', at: "Chain 'orders': " })
    })
  }

  promised('row 13: of Infinity is none', async (given) => {
    const definition = given.chain().next(() => wait(given.clock, 1e12, 1), { out: 'a', args: [], timeout: Infinity })
    const running = given.run(definition, {}, { timeout: Infinity })
    await given.clock.advance(1e12)

    expect(await running).toEqual({ ok: true, context: { a: 1 } })
  })

  for (const timeout of [2 ** 31 - 1, 2 ** 31, 2 ** 40]) {
    promised(`row 13: of ${timeout} ms is up then, and not before`, async (given) => {
      const definition = given.chain().next(never, { out: 'a', args: [], timeout })
      let isOver = false
      const running = given.failure(definition, { ms: timeout })
      await given.clock.advance(timeout - 1)
      void running.then(() => (isOver = true))
      expect(isOver).toBe(false)

      expect((await running).code).toBe('SC_TIMEOUT')
    })
  }

  promised('row 13: of 2^31 ms is not up at once on the platform’s clock', async (given) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
    try {
      const definition = given.chain().next(never, { out: 'a', args: [], timeout: 2 ** 31 })
      const running = given.run(definition, {}, { clock: undefined, timeout: 2 ** 40 })
      await vi.advanceTimersByTimeAsync(1_000)
      given.controller.abort()

      expect(await running).toMatchObject({ ok: false, error: { code: 'SC_CANCELLED' } })
      expect(vi.getTimerCount()).toBe(0)
    } finally {
      vi.useRealTimers()
    }
  })
})

describe('jitter and backoff', () => {
  for (const jitter of ['ful', '', null, 1, () => 0.5]) {
    promised(`row 14: jitter ${typeof jitter} ${JSON.stringify(jitter)} is SC_DEFINITION`, (given) => {
      const error = refused(given, { retry: { retries: 1, jitter } })
      expect(error.message).toMatch(/^Chain 'orders', step 'load': retry\.jitter is .*; expected one of 'full', 'half'/)
    })
  }

  /** The wait that a step's only retry takes. */
  async function waited(given: Case, retry: object, options: object = {}): Promise<number> {
    const [begun, step] = [given.clock.now(), flaky(1, 1)]
    const definition = given.chain().next(() => (step(), given.clock.now() - begun), {
      out: 'at',
      args: [],
      retry: { retries: 1, maxDelay: 2_000, ...retry },
    })
    const running = given.run(definition, {}, options)
    await given.clock.advance(5_000)
    const outcome = await running
    return Number(outcome.ok && outcome.context['at'])
  }

  for (const [wish, expected] of [
    [-5, 0],
    [Number.NEGATIVE_INFINITY, 0],
    [1e300, 2_000],
    [Infinity, 2_000],
  ] as const) {
    promised(`row 14: a backoff function that gives ${wish} waits ${expected} ms`, async (given) => {
      expect(await waited(given, { backoff: () => wish })).toBe(expected)
    })
  }

  promised(
    'row 14: a source of chance that gives no number, less than 0 or more than 1 is kept within bounds',
    async (given) => {
      const chances = [Number.NaN, -5, 1e300, Infinity, undefined, 'much', {}]
      const expected = [0, 0, 100, 100, 0, 0, 0]
      for (const [index, chance] of chances.entries())
        expect(await waited(given, {}, { random: () => chance })).toBe(expected[index])
    },
  )

  for (const wish of [Number.NaN, undefined, '100', null]) {
    promised(
      `row 14: a backoff function that gives ${typeof wish} ${wish} fails the step then, as a fault of the definition`,
      async (given) => {
        const down = new Error('down')
        const step = flaky(9, 1, down)
        const retry = { retries: 3, backoff: () => wish }
        const error = await given.failure(given.chain().next(step, { out: 'a', args: [], retry }))

        expect(error).toMatchObject({ code: 'SC_STEP', suppressed: [{ code: 'SC_DEFINITION' }] })
        expect(error.cause).toBe(down)
        expect(step.calls).toBe(1)
      },
    )
  }
})

describe('retryIf', () => {
  for (const [title, retryIf] of [
    ['null', null],
    ['a number', 7],
    ['an object', {}],
    ['a list with null', [null]],
    ['a list with text', [TypeError, 'x']],
    ['a list with an arrow function', [(error: unknown) => Boolean(error)]],
    ['a class that is no list', TypeError],
  ] as const) {
    promised(`row 15: ${title} is SC_DEFINITION`, (given) => {
      const error = refused(given, { retry: { retries: 1, retryIf } })
      expect(error.message).toContain('retry.retryIf is ')
      expect(error.message).toContain('; expected a predicate, or an array of error classes')
    })
  }

  promised('row 15: an empty list retries nothing', async (given) => {
    const step = flaky(9, 1)
    await given.failure(given.chain().next(step, { out: 'a', args: [], retry: { retries: 3, retryIf: [] } }))

    expect(step.calls).toBe(1)
  })

  promised(
    'row 15: a predicate that throws ends it; the error of the step is the cause, its own is kept beside',
    async (given) => {
      const [down, fault] = [new Error('down'), new Error('predicate')]
      const retryIf = (): never => {
        throw fault
      }
      const step = flaky(9, 1, down)
      const error = await given.failure(
        given.chain().next(step, { out: 'a', args: [], retry: { retries: 3, retryIf } }),
      )

      expect(error.code).toBe('SC_STEP')
      expect(error.cause).toBe(down)
      expect(error.suppressed).toEqual([fault])
      expect(step.calls).toBe(1)
    },
  )
})
