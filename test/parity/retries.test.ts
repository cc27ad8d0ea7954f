import { chain, type RetryPolicy, StepchainError, StepFailedError } from 'stepchain'
import { describe, expect, test } from 'vitest'
import { failureOf } from '../support/outcome.ts'
import { VirtualClock } from '../support/virtual-clock.ts'
import { RecordingLogger } from './recording-logger.ts'

class ConnectionLost extends Error {}

/** A function that throws as often as it is told to, and counts its calls. */
function flaky<T>(failures: number, value: T, error: Error = new ConnectionLost('boom')): { (): T; calls: number } {
  const call = (): T => {
    call.calls++
    if (call.calls <= failures) throw error
    return value
  }
  call.calls = 0
  return call
}

function setting(random = 0.5): { clock: VirtualClock; logger: RecordingLogger; random: () => number } {
  return { clock: new VirtualClock(), logger: new RecordingLogger('info'), random: () => random }
}

/** py-stepchain's own numbers, in ms, without its squared first delay. */
const policy: RetryPolicy = { retries: 1, retryIf: [ConnectionLost], initialDelay: 1_500, maxDelay: 2_000 }

describe('retries', () => {
  test('sync: a success after a retry completes the run', () => {
    const { logger, ...rest } = setting()
    const step = flaky(1, 'ok')

    const { res } = chain('c', { logger, ...rest })
      .next(step, { out: 'res', args: [], retry: policy })
      .runSync()

    expect([res, step.calls]).toEqual(['ok', 2])
    expect(logger.of('warn')).toEqual(["Step 'res' failed on attempt 1 of 2: boom; retrying in 750 ms"])
  })

  test('async: a success after a retry completes the run, when the wait is over', async () => {
    const { clock, logger, random } = setting()
    const step = flaky(1, 'ok')
    const definition = chain('c', { clock, logger, random }).next(async () => step(), { out: 'res', retry: policy })

    const running = definition.run()
    await clock.advance(749)
    expect(step.calls).toBe(1)
    await clock.advance(1)

    expect(await running).toEqual({ res: 'ok' })
    expect(step.calls).toBe(2)
    expect(logger.of('warn')).toEqual(["Step 'res' failed on attempt 1 of 2: boom; retrying in 750 ms"])
  })

  test('sync: exhaustion throws StepFailedError, with every attempt and the last error', async () => {
    const error = new ConnectionLost('nope')
    const step = flaky(9, 'never', error)
    const definition = chain('c', setting()).next(step, { out: 'x', args: [], retry: { ...policy, retries: 2 } })

    const failed = await failureOf(() => definition.runSync())

    expect(failed).toBeInstanceOf(StepFailedError)
    expect(failed).toBeInstanceOf(StepchainError)
    expect(failed).toMatchObject({ step: 'x', message: "Step 'x' failed on attempt 3 of 3: nope" })
    expect(failed.cause).toBe(error)
    expect(failed.attempts.map(({ attempt }) => attempt)).toEqual([1, 2, 3])
    expect(step.calls).toBe(3)
  })

  test('async: exhaustion rejects with StepFailedError, with every attempt and the last error', async () => {
    const { clock, ...rest } = setting(1)
    const error = new ConnectionLost('nope')
    const step = flaky(9, 'never', error)
    const definition = chain('c', { clock, ...rest }).next(async () => step(), {
      out: 'x',
      retry: { ...policy, retries: 2 },
    })

    const failing = failureOf(definition.run())
    await clock.advance(10_000)
    const failed = await failing

    expect(failed).toBeInstanceOf(StepFailedError)
    expect(failed).toMatchObject({ step: 'x', message: "Step 'x' failed on attempt 3 of 3: nope" })
    expect(failed.cause).toBe(error)
    expect(step.calls).toBe(3)
  })

  test('without retries a step is called once', async () => {
    const step = flaky(1, 'ok')

    const failed = await failureOf(() => chain().next(step, { out: 'x', args: [] }).runSync())

    expect(failed.message).toBe("Step 'x' failed on attempt 1 of 1: boom")
    expect(step.calls).toBe(1)
  })
})

describe('retry_on', () => {
  test('an error of a listed class, or of one derived from it, is retried', () => {
    class Reset extends ConnectionLost {}
    const step = flaky(1, 'ok', new Reset('reset'))

    expect(chain('c', setting()).next(step, { out: 'res', args: [], retry: policy }).runSync()).toEqual({ res: 'ok' })
  })

  // There such an error came out of run() bare, without the name of its step.
  test('any other error is not retried, and is a StepFailedError all the same (repaired)', async () => {
    const error = new TypeError('not a row')
    const step = flaky(1, 'ok', error)
    const definition = chain('c', setting()).next(step, { out: 'res', args: [], retry: { ...policy, retries: 3 } })

    const failed = await failureOf(() => definition.runSync())

    expect(failed).toBeInstanceOf(StepFailedError)
    expect(failed).toMatchObject({ step: 'res', cause: error })
    expect(step.calls).toBe(1)
  })

  test('by default every error is retried', () => {
    const step = flaky(1, 'ok', new SyntaxError('half a document'))

    expect(chain('c', setting()).next(step, { out: 'res', args: [], retry: 1 }).runSync()).toEqual({ res: 'ok' })
  })

  test('an empty list retries nothing', async () => {
    const step = flaky(1, 'ok')
    const retry = { retries: 3, retryIf: [] }

    const failed = await failureOf(() => chain('c', setting()).next(step, { out: 'res', args: [], retry }).runSync())

    expect(failed.attempts).toHaveLength(1)
  })
})

describe('backoff, max_backoff, jitter', () => {
  const exact: RetryPolicy = { retries: 4, initialDelay: 1_500, factor: 1.5, maxDelay: 4_000, jitter: 'none' }

  // There the first delay was the backoff times itself: 2,250 ms.
  test('sync: the first delay is the one configured, the next ones grow up to the maximum (repaired)', () => {
    const { clock, ...rest } = setting()

    chain('c', { clock, ...rest })
      .next(flaky(4, 'ok'), { out: 'res', args: [], retry: exact })
      .runSync()

    expect(clock.slept).toEqual([1_500, 2_250, 3_375, 4_000])
  })

  // There AsyncChain(jitter=False) was not heeded.
  test('async: without jitter the delays are exact too (repaired)', async () => {
    const { clock, ...rest } = setting()
    const delays: number[] = []
    const step = flaky(4, 'ok')

    const running = chain('c', { clock, ...rest, hooks: { onRetry: ({ delay }) => void delays.push(delay) } })
      .next(async () => step(), { out: 'res', retry: exact })
      .run()
    await clock.advance(1_500 + 2_250 + 3_375 + 4_000)

    expect(await running).toEqual({ res: 'ok' })
    expect(delays).toEqual([1_500, 2_250, 3_375, 4_000])
  })

  // There a backoff below 1 made the delays shrink.
  test('the first delay and the factor are two numbers, and the factor is at least 1 (repaired)', () => {
    const retry = { retries: 2, initialDelay: 500, factor: 0.5 }

    expect(() => chain().next(flaky(1, 'ok'), { out: 'res', args: [], retry })).toThrow(
      'retry.factor is 0.5; expected a number from 1 up',
    )
  })

  test.each([
    [0, 0],
    [0.5, 750],
    [0.999, 1_498.5],
  ])('full jitter, the default, picks from 0 up to the delay: %d of it gives %d ms', (random, expected) => {
    const { clock, ...rest } = setting(random)

    chain('c', { clock, ...rest })
      .next(flaky(1, 'ok'), { out: 'res', args: [], retry: { retries: 1, initialDelay: 1_500 } })
      .runSync()

    expect(clock.slept).toEqual(expected === 0 ? [] : [expected])
  })

  test('a backoff of 0 retries at once', () => {
    const { clock, ...rest } = setting()
    const retry = { retries: 2, initialDelay: 0 }

    const { res } = chain('c', { clock, ...rest })
      .next(flaky(2, 'ok'), { out: 'res', args: [], retry })
      .runSync()

    expect(res).toBe('ok')
    expect(clock.slept).toEqual([])
  })
})
