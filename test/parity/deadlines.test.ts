import { chain, DeadlineExceededError, type RunOptions, StepFailedError } from 'stepchain'
import { describe, expect, test } from 'vitest'
import { failureOf } from '../support/outcome.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

function failing(): { (): never; calls: number } {
  const step = (): never => {
    step.calls++
    throw new Error('transient')
  }
  step.calls = 0
  return step
}

/** What a Lambda's context offers: the ms that remain, by the clock. */
function countdown(clock: VirtualClock, ms: number): () => number {
  const end = clock.now() + ms
  return () => end - clock.now()
}

const PAST: readonly (readonly [string, RunOptions])[] = [
  ['a date that is past', { deadline: new Date(0) }],
  ['a function that says 0', { deadline: () => 0 }],
  ['a function that says no more than the reserve', { deadline: () => 50, reserve: 50 }],
]

describe('deadline_fn, safety_margin', () => {
  // There the deadline was asked for before a retry only, so that every step ran at least once.
  test.each(PAST)('a deadline in the past runs nothing: %s (repaired)', async (_what, options) => {
    const step = failing()
    const definition = chain('c', { clock: new VirtualClock(), ...options }).next(step, {
      out: 'x',
      args: [],
      retry: 3,
    })

    for (const failed of [await failureOf(() => definition.runSync()), await failureOf(definition.run())]) {
      expect(failed).toBeInstanceOf(DeadlineExceededError)
      expect(failed.message).toBe("Chain 'c' passed its deadline before step 'x'")
    }
    expect(step.calls).toBe(0)
  })

  // There it counted as no deadline at all.
  test.each([
    [
      'throws',
      'the deadline function threw',
      (): number => {
        throw new Error('no context')
      },
    ],
    ['gives no number', 'the deadline is NaN', () => Number.NaN],
  ])('a deadline function that %s is an error, and runs nothing (repaired)', async (_what, message, deadline) => {
    const step = failing()
    const definition = chain('c', { deadline }).next(step, { out: 'x', args: [] })

    for (const failed of [await failureOf(() => definition.runSync()), await failureOf(definition.run())]) {
      expect(failed).toMatchObject({ code: 'SC_INPUT' })
      expect(failed.message).toContain(message)
    }
    expect(step.calls).toBe(0)
  })

  // There the message was "deadline exceeded before retry", without the failure; and the wait was cut to what was left.
  test('sync: a retry that would pass the deadline is not waited for, and the error tells both (repaired)', async () => {
    const clock = new VirtualClock()
    const step = failing()
    const retry = { retries: 3, initialDelay: 400, factor: 1, jitter: 'none' } as const
    const definition = chain('c', { clock, deadline: countdown(clock, 1_000), reserve: 250, logger: null }).next(step, {
      out: 'x',
      args: [],
      retry,
    })

    const failed = await failureOf(() => definition.runSync())

    expect(failed).toBeInstanceOf(DeadlineExceededError)
    expect(failed).toMatchObject({ step: 'x', cause: { message: 'transient' } })
    expect(failed.message).toBe(
      "Chain 'c' would pass its deadline while it waits 400 ms to retry in step 'x': transient",
    )
    expect(clock.slept).toEqual([400])
    expect(step.calls).toBe(2)
  })

  test('async: a retry that would pass the deadline is not waited for, and the error tells both (repaired)', async () => {
    const clock = new VirtualClock()
    const step = failing()
    const retry = { retries: 3, initialDelay: 400, jitter: 'none' } as const
    const definition = chain('c', { clock, deadline: countdown(clock, 500), reserve: 250 }).next(async () => step(), {
      out: 'x',
      retry,
    })

    const failed = await failureOf(definition.run())

    expect(failed).toBeInstanceOf(DeadlineExceededError)
    expect(failed.cause).toMatchObject({ message: 'transient' })
    expect(clock.pending).toBe(0)
    expect(step.calls).toBe(1)
  })

  test('sync: without a retry left the step failed, whatever the time', async () => {
    const clock = new VirtualClock()
    const definition = chain('c', { clock, deadline: countdown(clock, 100) }).next(failing(), { out: 'x', args: [] })

    const failed = await failureOf(() => definition.runSync())

    expect(failed).toBeInstanceOf(StepFailedError)
    expect(failed.message).toBe("Step 'x' failed on attempt 1 of 1: transient")
  })

  test('async: with time enough it waits, then goes on', async () => {
    const clock = new VirtualClock()
    const delays: number[] = []
    let calls = 0
    const flaky = async (): Promise<string> => {
      if (++calls === 1) throw new Error('transient')
      return 'ok'
    }
    const definition = chain('c', {
      clock,
      deadline: countdown(clock, 999_000),
      reserve: 50,
      random: () => 0.5,
      logger: null,
      hooks: { onRetry: ({ delay }) => void delays.push(delay) },
    }).next(flaky, { out: 'res', args: [], retry: { retries: 1, initialDelay: 1_500 } })

    const running = definition.run()
    await clock.advance(750)

    expect(await running).toEqual({ res: 'ok' })
    expect(delays).toEqual([750])
    expect(calls).toBe(2)
  })

  // There a step that never came back outlived every deadline.
  test('async: a deadline ends a step that is under way (repaired)', async () => {
    const clock = new VirtualClock()
    const definition = chain('c', { clock, deadline: countdown(clock, 1_000) }).next(
      () => new Promise<never>(() => {}),
      {
        out: 'x',
        args: [],
      },
    )

    const failed = failureOf(definition.run())
    await clock.advance(1_050)

    expect((await failed).message).toBe("Chain 'c' passed its deadline in step 'x'")
  })

  // There nothing looked at the deadline between two steps.
  test('sync: no step begins after the deadline, and what was finished is kept (repaired)', async () => {
    const clock = new VirtualClock()
    const definition = chain('c', { clock, timeout: 1_000 })
      .next(() => clock.block(1_500), { out: 'slow' })
      .next(failing(), { out: 'x', args: [] })

    const failed = await failureOf(() => definition.runSync())

    expect(failed.message).toBe("Chain 'c' took longer than its timeout of 1000 ms before step 'x'")
    expect(Object.keys(failed.context)).toEqual(['slow'])
  })
})
