import {
  CancelledError,
  chain,
  DeadlineExceededError,
  DefinitionError,
  InputError,
  LimitError,
  NonRetryableError,
  type RetryPolicy,
  StepFailedError,
  StepTimeoutError,
  UnresolvedReferenceError,
  ValidationFailedError,
} from 'stepchain'
import { describe, expect, test } from 'vitest'
import { failureOf } from '../../support/outcome.ts'
import { promised } from '../../support/promises.ts'
import { flaky } from '../../support/steps.ts'
import { Tally } from '../../support/tally.ts'

const exact = { backoff: 'exponential', initialDelay: 100, jitter: 'none' } as const

describe('how often a step is called', () => {
  for (const { failures, retries, calls } of [
    { failures: 0, retries: 3, calls: 1 },
    { failures: 2, retries: 3, calls: 3 },
    { failures: 3, retries: 3, calls: 4 },
    { failures: 9, retries: 3, calls: 4 },
    { failures: 9, retries: 0, calls: 1 },
  ]) {
    promised(`${failures} failures, ${retries} retries: ${calls} calls`, async (given) => {
      const step = flaky(failures, 'ok')
      const sync = flaky(failures, 'ok')
      const retry = { retries, ...exact }
      const running = given.run(chain('c').next(async () => step(), { out: 'a', args: [], retry }))
      await given.clock.advance(10_000)
      const outcome = given.runSync(chain('c').next(sync, { out: 'a', args: [], retry }))

      expect([step.calls, sync.calls]).toEqual([calls, calls])
      expect((await running).ok).toBe(failures <= retries)
      expect(outcome.ok).toBe(failures <= retries)
    })
  }
})

describe('when a step is called again', () => {
  const waits: readonly { readonly policy: Partial<RetryPolicy>; readonly delays: readonly number[] }[] = [
    { policy: exact, delays: [100, 200, 400, 800] },
    { policy: { ...exact, factor: 1.5, maxDelay: 200 }, delays: [100, 150, 200, 200] },
    { policy: { ...exact, backoff: 'constant' }, delays: [100, 100, 100, 100] },
    { policy: { ...exact, backoff: 'linear' }, delays: [100, 200, 300, 400] },
    { policy: { backoff: (attempt) => attempt * 7 }, delays: [7, 14, 21, 28] },
    { policy: { ...exact, initialDelay: 0 }, delays: [0, 0, 0, 0] },
  ]
  for (const { policy, delays } of waits) {
    promised(`waits ${delays.join(', ')} ms, told of in onRetry; the same synchronously`, async (given) => {
      const starts: number[] = []
      const step = (): never => {
        starts.push(given.clock.now())
        throw new Error('down')
      }
      const tally = new Tally()
      const definition = chain('c').next(step, { out: 'a', args: [], retry: { retries: 4, ...policy } })
      await given.failure(definition, { hooks: tally.hooks, ms: 10_000 })

      expect(starts.slice(1).map((start, index) => start - (starts[index] ?? 0))).toEqual(delays)
      expect(tally.of('onRetry').map(({ delay }) => delay)).toEqual(delays)
      given.runSync(definition)
      expect(given.clock.slept).toEqual(delays.filter((delay) => delay > 0))
    })
  }

  promised('jitter draws from the run, and cannot leave its bounds whatever that gives', async (given) => {
    for (const [random, delay] of [
      [0, 0],
      [0.5, 50],
      [-3, 0],
      [7, 100],
      [Number.NaN, 0],
    ] as const) {
      const tally = new Tally()
      const definition = chain('c').next(flaky(1, 'ok'), { out: 'a', args: [], retry: 1 })
      const running = given.run(definition, undefined, { hooks: tally.hooks, random: () => random })
      await given.clock.advance(1_000)

      expect((await running).ok).toBe(true)
      expect(tally.of('onRetry').map((event) => event.delay)).toEqual([delay])
    }
  })
})

describe('which errors are retried', () => {
  const down = new Error('down')
  const cases: readonly {
    readonly title: string
    readonly retryIf: RetryPolicy['retryIf']
    readonly retried: boolean
  }[] = [
    { title: 'of a listed class', retryIf: [TypeError, Error], retried: true },
    { title: 'of no listed class', retryIf: [TypeError, RangeError], retried: false },
    { title: 'none, for an empty list', retryIf: [], retried: false },
    { title: 'for which the predicate holds', retryIf: (error) => error === down, retried: true },
    { title: 'for which the predicate does not hold', retryIf: () => false, retried: false },
  ]
  for (const { title, retryIf, retried } of cases) {
    promised(title, async (given) => {
      const step = flaky(1, 'ok', down)
      const retry = { retries: 1, initialDelay: 0, ...(retryIf === undefined ? {} : { retryIf }) }
      const outcome = await given.run(chain('c').next(step, { out: 'a', args: [], retry }))

      expect(outcome.ok).toBe(retried)
      expect(step.calls).toBe(retried ? 2 : 1)
    })
  }

  promised('the predicate gets the error and the number of the attempt', async (given) => {
    const seen: unknown[] = []
    const retryIf = (...args: unknown[]): boolean => seen.push(args) < 9
    await given.failure(
      chain('c').next(flaky(9, 1, down), { out: 'a', args: [], retry: { retries: 2, initialDelay: 0, retryIf } }),
    )

    expect(seen).toEqual([
      [down, 1],
      [down, 2],
    ])
  })

  promised('a predicate that throws: no retry, its error is suppressed, the real one the cause', async (given) => {
    const broken = new Error('predicate')
    const step = flaky(9, 1, down)
    const retryIf = (): never => {
      throw broken
    }
    const error = await given.failure(chain('c').next(step, { out: 'a', args: [], retry: { retries: 3, retryIf } }))

    expect(error).toMatchObject({ code: 'SC_STEP', suppressed: [broken] })
    expect(error.cause).toBe(down)
    expect(step.calls).toBe(1)
  })

  for (const thrown of [
    new TypeError('fetch failed'),
    new SyntaxError('half'),
    new ReferenceError('x'),
    'text',
    undefined,
  ]) {
    promised(`by default every one, such as ${String(thrown)}`, async (given) => {
      const step = flaky(2, 'ok', thrown)
      const outcome = await given.run(
        chain('c').next(step, { out: 'a', args: [], retry: { retries: 2, initialDelay: 0 } }),
      )

      expect(outcome).toEqual({ ok: true, context: { a: 'ok' } })
    })
  }

  promised('NonRetryableError is not, whatever the policy says', async (given) => {
    const final = new NonRetryableError('no such user', { cause: down })
    const step = flaky(9, 1, final)
    const retry = { retries: 3, retryIf: () => true }
    const error = await given.failure(chain('c').next(step, { out: 'a', args: [], retry }))

    expect(error).toBeInstanceOf(StepFailedError)
    expect(error).toMatchObject({ code: 'SC_STEP', message: "Step 'a' failed on attempt 1 of 4: no such user" })
    expect(error.cause).toBe(final)
    expect(step.calls).toBe(1)
  })

  const details = { chain: 'other' }
  for (const { ours, retried } of [
    { ours: new DefinitionError('x', details), retried: false },
    { ours: new UnresolvedReferenceError('x', details), retried: false },
    { ours: new ValidationFailedError('x', details), retried: false },
    { ours: new CancelledError('x', details), retried: false },
    { ours: new DeadlineExceededError('x', details), retried: false },
    { ours: new InputError('x', details), retried: false },
    { ours: new LimitError('x', details), retried: false },
    { ours: new StepFailedError('x', details), retried: true },
    { ours: new StepTimeoutError('x', details), retried: true },
  ]) {
    promised(`${ours.name} of a chain that a step runs itself is${retried ? '' : ' not'}`, async (given) => {
      const step = flaky(1, 'ok', ours)
      const outcome = await given.run(
        chain('c').next(step, { out: 'a', args: [], retry: { retries: 1, initialDelay: 0 } }),
      )

      expect(outcome.ok).toBe(retried)
      if (!outcome.ok) {
        expect(outcome.error.cause).toBe(ours)
        expect(outcome.error.code).toBe(ours instanceof LimitError ? 'SC_LIMIT' : 'SC_STEP')
      }
    })
  }

  promised('output that was refused is not, unless the policy says so', async (given) => {
    let calls = 0
    const count = (): number => ++calls
    const validate = (value: number): boolean => value > 2
    const retry = { retries: 3, initialDelay: 0 }
    const refused = await given.failure(chain('c').next(count, { out: 'a', args: [], retry, validate }))
    expect(refused.code).toBe('SC_VALIDATION')
    expect(calls).toBe(1)
    const again = { ...retry, retryOnInvalid: true }

    expect(await given.run(chain('c').next(count, { out: 'a', args: [], retry: again, validate }))).toEqual({
      ok: true,
      context: { a: 3 },
    })
    const never = await given.failure(
      chain('c').next(count, { out: 'a', args: [], retry: again, validate: () => false }),
    )
    expect(never).toMatchObject({ code: 'SC_VALIDATION', issues: [{ message: 'the validator returned false' }] })
    expect(never.attempts).toHaveLength(4)
  })
})

describe('the error of a step', () => {
  promised('says which attempt it was of how many, and keeps every attempt with its time', async (given) => {
    const errors = [new Error('first'), 'second', new Error('third')]
    let calls = 0
    const step = (): never => {
      given.clock.block(10 * (calls + 1))
      throw errors[calls++]
    }
    const retry = { retries: 2, initialDelay: 5, jitter: 'none' } as const
    const error = await given.failure(chain('orders').put('kept', 1).next(step, { out: 'load', args: [], retry }), {
      ms: 500,
    })

    expect(error).toBeInstanceOf(StepFailedError)
    expect(error.message).toBe("Step 'load' failed on attempt 3 of 3: third")
    expect(error).toMatchObject({ code: 'SC_STEP', name: 'StepFailedError', chain: 'orders', step: 'load' })
    expect(error.cause).toBe(errors[2])
    expect(error.context).toEqual({ kept: 1 })
    expect(error.attempts).toEqual([
      { attempt: 1, error: errors[0], duration: 10, abandoned: false },
      { attempt: 2, error: errors[1], duration: 20, abandoned: false },
      { attempt: 3, error: errors[2], duration: 30, abandoned: false },
    ])
  })

  test('keeps the id of the run that was given', async () => {
    const definition = chain('c').next(flaky(9, 1), { out: 'a', args: [] })
    const error = await failureOf(definition.run({}, { runId: 'run-7' }))

    expect(error.runId).toBe('run-7')
    expect(error.toJSON()).toEqual({
      name: 'StepFailedError',
      code: 'SC_STEP',
      message: "Step 'a' failed on attempt 1 of 1: down",
      chain: 'c',
      runId: 'run-7',
      step: 'a',
    })
  })

  promised('has the attempts of its own step only', async (given) => {
    const retry = { retries: 2, initialDelay: 0 }
    const definition = chain('c')
      .next(flaky(2, 'ok'), { out: 'a', args: [], retry })
      .next(flaky(9, 'ok'), { out: 'b', args: [], retry: { ...retry, retries: 1 } })
    const error = await given.failure(definition)

    expect(error.message).toBe("Step 'b' failed on attempt 2 of 2: down")
    expect(error.attempts.map(({ attempt }) => attempt)).toEqual([1, 2])
    expect(error.context).toEqual({ a: 'ok' })
  })
})
