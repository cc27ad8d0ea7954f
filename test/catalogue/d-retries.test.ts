import { chain, NonRetryableError, retryBudget, StepFailedError } from 'stepchain'
import { describe, expect } from 'vitest'
import { type Case, promised } from '../support/promises.ts'
import { flaky } from '../support/steps.ts'
import { Tally } from '../support/tally.ts'
import { untyped } from '../support/untyped.ts'

const exact = { backoff: 'exponential', initialDelay: 100, factor: 3, jitter: 'none' } as const

/** The waits of a step that fails each time. */
async function waits(given: Case, retry: object): Promise<unknown[]> {
  const tally = new Tally()
  const definition = chain('c').next(flaky(Infinity, 1), { out: 'a', args: [], retry: { retries: 3, ...retry } })
  await given.failure(definition, { hooks: tally.hooks, ms: 1e6 })
  return tally.of('onRetry').map(({ delay }) => delay)
}

describe('retries', () => {
  for (const backoff of ['constant', 'linear', 'exponential'] as const) {
    promised(`row 70: the first wait is the one that was configured, with ${backoff} backoff`, async (given) => {
      expect((await waits(given, { ...exact, backoff }))[0]).toBe(100)
    })
  }

  promised('row 71: without jitter waits are exact, synchronous and not', async (given) => {
    const definition = chain('c').next(flaky(Infinity, 1), { out: 'a', args: [], retry: { retries: 3, ...exact } })
    given.runSync(definition)

    expect(await waits(given, exact)).toEqual([100, 300, 900])
    expect(given.clock.slept).toEqual([100, 300, 900])
  })

  promised('row 81: Retry-After is honoured where it fits, else the run fails now', async (given) => {
    const asks = (retryAfter: unknown): Error => Object.assign(new Error('busy'), { retryAfter })
    const definition = (wish: unknown) =>
      chain('c').next(flaky(1, 'ok', asks(wish)), { out: 'a', args: [], retry: { retries: 1, ...exact } })
    const delay = async (wish: unknown): Promise<unknown> => {
      const tally = new Tally()
      const running = given.run(definition(wish), {}, { hooks: tally.hooks })
      await given.clock.advance(60_000)
      await running
      return tally.of('onRetry')[0]?.delay
    }

    expect(await delay('7')).toBe(7_000)
    expect(await delay(new Date(given.clock.wall() + 5_000).toUTCString())).toBeCloseTo(5_000, -4)
    for (const garbage of ['soon', -5, Number.NaN, '', {}, null, '-1']) expect(await delay(garbage)).toBe(100)
    expect(await given.failure(definition('3600'), { timeout: 1_000 })).toMatchObject({ code: 'SC_DEADLINE' })
  })

  for (const error of [
    new TypeError('fetch failed'),
    new ReferenceError('x'),
    new SyntaxError('Unexpected end of JSON input'),
  ]) {
    promised(`row 82: ${error.name} is retried like any failure`, async (given) => {
      const step = flaky(2, 'ok', error)
      const definition = chain('c').next(step, { out: 'a', args: [], retry: { retries: 5, initialDelay: 0 } })

      expect(await given.run(definition)).toEqual({ ok: true, context: { a: 'ok' } })
      expect(step.calls).toBe(3)
    })
  }

  const ours: readonly (readonly [string, (given: Case) => unknown])[] = [
    ['NonRetryableError', () => Promise.reject(new NonRetryableError('no such user'))],
    ['of a definition', () => untyped('i').next(1, { out: 'x' })],
    ['of a template', () => untyped('i').next(() => 1, { out: 'x', log: '{' })],
    [
      'of a reference',
      () =>
        untyped('i')
          .tap(() => 1, { args: ['x'] })
          .run({}, { strict: true, logger: null }),
    ],
    [
      'of a validation',
      () =>
        untyped('i')
          .tap(() => 1, { validate: () => false })
          .run(),
    ],
    ['of a cancellation', () => untyped('i').run({}, { signal: AbortSignal.abort() })],
    ['of a deadline', () => untyped('i').run({}, { deadline: () => 0 })],
    ['of an input', () => untyped('i').run(5)],
  ]
  for (const [title, fail] of ours) {
    promised(`row 82: an error ${title} is not retried`, async (given) => {
      let calls = 0
      const step = (): unknown => (calls++, fail(given))
      const retry = { retries: 5, initialDelay: 0 }
      const error = await given.failure(untyped('c').next(step, { out: 'a', args: [], retry }))

      expect(error).toMatchObject({ code: 'SC_STEP', attempts: [{ attempt: 1 }] })
      expect(calls).toBe(1)
    })
  }

  promised('row 83: an error that is not retried is wrapped like one that was', async (given) => {
    const final = new NonRetryableError('no such user')
    const definition = (error: Error) =>
      chain('c').next(flaky(9, 1, error), {
        out: 'a',
        args: [],
        retry: { retries: 1, initialDelay: 0, retryIf: (thrown) => thrown !== refused },
      })
    const refused = new Error('refused')
    for (const error of [final, refused]) {
      const failure = await given.failure(definition(error))

      expect(failure).toBeInstanceOf(StepFailedError)
      expect(failure).toMatchObject({ code: 'SC_STEP', step: 'a', attempts: [{ attempt: 1, error }] })
      expect(failure.cause).toBe(error)
      expect(failure.message).toBe(`Step 'a' failed on attempt 1 of 2: ${error.message}`)
    }
  })

  promised('row 84: a budget that 100 runs share cuts their retries', async (given) => {
    const count = async (budget: object): Promise<number> => {
      const step = flaky(Infinity, 1)
      const definition = chain('c').next(async () => step(), {
        out: 'a',
        args: [],
        retry: { retries: 5, initialDelay: 10, ...budget },
      })
      const runs = Array.from({ length: 100 }, () => given.run(definition))
      await given.clock.advance(100_000)
      await Promise.all(runs)
      return step.calls
    }

    expect(await count({})).toBe(600)
    expect(await count({ budget: retryBudget() })).toBeLessThan(120)
  })

  promised('row 85: nested chains with retries each do not multiply, unless that is asked for', async (given) => {
    const retry = { retries: 3, initialDelay: 0 }
    const calls = async (outer: object): Promise<number> => {
      const step = flaky(Infinity, 1)
      const innermost = chain('innermost').next(step, { out: 'a', args: [], retry })
      const middle = chain('middle').next(innermost, { out: 'b', retry: { ...retry, ...outer } })
      await given.failure(chain('c').next(middle, { out: 'd', retry: { ...retry, ...outer } }))
      return step.calls
    }

    expect(await calls({})).toBe(4)
    expect(await calls({ retryIf: () => true })).toBe(64)
  })
})
