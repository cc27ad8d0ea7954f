import { chain, DeadlineExceededError, type RunOptions } from 'stepchain'
import { describe, expect, test } from 'vitest'
import { failureOf } from '../../support/outcome.ts'
import { promised } from '../../support/promises.ts'
import { flaky, never, obeys, wait } from '../../support/steps.ts'
import { Tally } from '../../support/tally.ts'
import { VirtualClock } from '../../support/virtual-clock.ts'

describe('the timeout of a run', () => {
  promised('ends a step that ignores its signal: never early, at most 50 ms late', async (given) => {
    const begun = given.clock.now()
    let ended = 0
    const running = given.failure(chain('c').next(never, { out: 'a', args: [] }), { timeout: 100, ms: 99 })
    void running.then(() => (ended = given.clock.now()))
    await given.clock.advance(99)
    expect(ended).toBe(0)
    await given.clock.advance(51)
    const error = await running

    expect(ended - begun).toBeGreaterThanOrEqual(100)
    expect(ended - begun).toBeLessThanOrEqual(150)
    expect(error).toBeInstanceOf(DeadlineExceededError)
    expect(error).toMatchObject({ code: 'SC_DEADLINE', step: 'a', chain: 'c' })
    expect(error.message).toBe("Chain 'c' took longer than its timeout of 100 ms in step 'a'")
    expect('cause' in error).toBe(false)
  })

  for (const late of [15, 19]) {
    promised(`gives a step that knows its signal 20 ms to end: ${late} are in time`, async (given) => {
      const tally = new Tally()
      const definition = chain('c').next(obeys(given.clock, late), { out: 'a' })
      const error = await given.failure(definition, { timeout: 100, ms: 200, hooks: tally.hooks })

      expect(error.code).toBe('SC_DEADLINE')
      expect(tally.of('afterStep')).toMatchObject([{ status: 'cancelled', abandoned: false }])
    })
  }

  promised('aborts the signal of the step with the error', async (given) => {
    let seen: unknown
    const step = (_context: unknown, { signal }: { signal: AbortSignal }): Promise<never> => {
      signal.addEventListener('abort', () => (seen = signal.reason))
      return never()
    }
    await given.failure(chain('c').next(step, { out: 'a' }), { timeout: 100, ms: 200 })

    expect(seen).toMatchObject({ code: 'SC_DEADLINE' })
  })

  promised('counts the whole run: waits for retries and hooks too', async (given) => {
    const step = flaky(9, 1)
    const retry = { retries: 9, initialDelay: 40, backoff: 'constant', jitter: 'none' } as const
    const definition = chain('c').next(step, { out: 'a', args: [], retry })
    const error = await given.failure(definition, { timeout: 100, ms: 1_000 })

    expect(error.code).toBe('SC_DEADLINE')
    expect(step.calls).toBe(3)
  })

  promised('ends the wait for a hook', async (given) => {
    const definition = chain('c').next(() => 1, { out: 'a', args: [] })
    const error = await given.failure(definition, { timeout: 100, ms: 150, hooks: { beforeStep: never } })

    expect(error.message).toBe("Chain 'c' took longer than its timeout of 100 ms in step 'a'")
  })

  promised('starts no attempt after it, where a synchronous step blocked for too long', async (given) => {
    const second = flaky(0, 2)
    const definition = chain('c')
      .next(() => given.clock.block(500), { name: 'slow', args: [] })
      .next(second, { out: 'b', args: [] })
    const error = await given.failure(definition, { timeout: 100 })

    expect(error.message).toBe("Chain 'c' took longer than its timeout of 100 ms before step 'b'")
    expect(second.calls).toBe(0)
  })

  promised('holds in a synchronous run between steps and attempts', (given) => {
    let calls = 0
    const step = (): never => {
      calls++
      given.clock.block(30)
      throw new Error('down')
    }
    const retry = { retries: 9, initialDelay: 30, backoff: 'constant', jitter: 'none' } as const
    const outcome = given.runSync(chain('c').next(step, { out: 'a', args: [], retry }), {}, { timeout: 100 })

    expect(outcome).toMatchObject({ ok: false, error: { code: 'SC_DEADLINE' } })
    expect(calls).toBe(2)
    expect(given.clock.slept).toEqual([30])
  })

  promised('is none where it is Infinity', async (given) => {
    const running = given.run(
      chain('c').next(() => wait(given.clock, 2 ** 40, 1), { out: 'a', args: [] }),
      undefined,
      {
        timeout: Infinity,
      },
    )
    await given.clock.advance(2 ** 40)
    expect(await running).toEqual({ ok: true, context: { a: 1 } })
  })

  test('above 2^31-1 ms it is as long as it says', async () => {
    const clock = new CoarseClock()
    const limit = 2 ** 31 + 1_000
    const running = failureOf(chain('c').next(never, { out: 'a', args: [] }).run({}, { timeout: limit, clock }))
    let over = false
    void running.then(() => (over = true))
    await clock.advance(limit - 1)
    expect(over).toBe(false)
    await clock.advance(2 ** 22)

    expect((await running).code).toBe('SC_DEADLINE')
  })
})

describe('a deadline', () => {
  const passed: { readonly title: string; readonly options: (clock: VirtualClock) => RunOptions }[] = [
    { title: 'a date that is past', options: (clock) => ({ deadline: new Date(clock.wall() - 1) }) },
    { title: 'a date of this moment', options: (clock) => ({ deadline: new Date(clock.wall()) }) },
    { title: 'a function that gives 0', options: () => ({ deadline: () => 0 }) },
    { title: 'a function that gives less than the reserve', options: () => ({ deadline: () => 99, reserve: 100 }) },
    { title: 'a function that gives -Infinity', options: () => ({ deadline: () => -Infinity }) },
  ]
  for (const { title, options } of passed) {
    promised(`${title}: nothing runs`, async (given) => {
      const step = flaky(0, 1)
      const definition = chain('c').next(step, { out: 'a', args: [] })
      const error = await given.failure(definition, options(given.clock))

      expect(error).toMatchObject({ code: 'SC_DEADLINE', message: "Chain 'c' passed its deadline before step 'a'" })
      expect(step.calls).toBe(0)
      expect((await given.failure(chain('c'), options(given.clock))).code).toBe('SC_DEADLINE')
    })
  }

  promised('as a date ends the run when it comes', async (given) => {
    const deadline = new Date(given.clock.wall() + 100)
    const error = await given.failure(chain('c').next(never, { out: 'a', args: [] }), { deadline, ms: 150 })

    expect(error.message).toBe("Chain 'c' passed its deadline in step 'a'")
  })

  promised('keeps back the reserve', async (given) => {
    const step = flaky(9, 1)
    const retry = { retries: 9, initialDelay: 60, backoff: 'constant', jitter: 'none' } as const
    const definition = chain('c').next(step, { out: 'a', args: [], retry })
    const end = given.clock.now() + 1_000
    const error = await given.failure(definition, { deadline: () => end - given.clock.now(), reserve: 850, ms: 200 })

    expect(error.code).toBe('SC_DEADLINE')
    expect(step.calls).toBe(3)
  })

  promised('and a timeout: the nearer one counts, and the error says which it was', async (given) => {
    const definition = chain('c').next(never, { out: 'a', args: [] })
    const near = await given.failure(definition, { deadline: () => 1_000, timeout: 50, ms: 100 })
    const far = await given.failure(definition, {
      deadline: new Date(given.clock.wall() + 50),
      timeout: 1_000,
      ms: 100,
    })

    expect(near.message).toContain('took longer than its timeout of 50 ms')
    expect(far.message).toContain('passed its deadline')
  })

  promised('that moves away gives the run more time', async (given) => {
    let end = given.clock.now() + 100
    const step = async (): Promise<number> => {
      await wait(given.clock, 90)
      end += 200
      return wait(given.clock, 90, 1)
    }
    const running = given.run(chain('c').next(step, { out: 'a', args: [] }), undefined, {
      deadline: () => end - given.clock.now(),
    })
    await given.clock.advance(300)
    expect(await running).toEqual({ ok: true, context: { a: 1 } })
  })

  promised('that comes nearer is noticed before the next step', async (given) => {
    let left = Infinity
    const second = flaky(0, 2)
    const definition = chain('c')
      .next(() => void (left = -1), { name: 'first', args: [] })
      .next(second, { out: 'b', args: [] })
    const error = await given.failure(definition, { deadline: () => left })

    expect(error.code).toBe('SC_DEADLINE')
    expect(second.calls).toBe(0)
  })

  for (const bad of [Number.NaN, 'soon', null, undefined]) {
    promised(`whose function gives ${bad} at the start: nothing runs`, async (given) => {
      const step = flaky(0, 1)
      const deadline = (() => bad) as never
      const error = await given.failure(chain('c').next(step, { out: 'a', args: [] }), { deadline })

      expect(error.code).toBe('SC_INPUT')
      expect(step.calls).toBe(0)
    })
  }

  promised('whose function throws later is no endless one', async (given) => {
    const broken = new Error('no clock')
    const second = flaky(0, 2)
    let isBroken = false
    const deadline = (): number => {
      if (isBroken) throw broken
      return 1_000
    }
    const definition = chain('c')
      .next(() => (isBroken = true), { out: 'a', args: [] })
      .next(second, { out: 'b', args: [] })
    const error = await given.failure(definition, { deadline })

    expect(error).toMatchObject({ code: 'SC_DEADLINE', context: { a: true } })
    expect(error.message).toBe("Chain 'c' could not learn its deadline before step 'b': no clock")
    expect(error.cause).toBe(broken)
    expect(second.calls).toBe(0)
  })

  promised('fails at once where the next wait would pass it, with the last real error', async (given) => {
    const down = new Error('connection refused')
    const step = flaky(9, 1, down)
    const retry = { retries: 9, initialDelay: 5_000, jitter: 'none' } as const
    const definition = chain('c').next(step, { out: 'a', args: [], retry })
    const error = await given.failure(definition, { timeout: 1_000 })

    expect(error).toMatchObject({ code: 'SC_DEADLINE', step: 'a' })
    expect(error.message).toBe(
      "Chain 'c' would pass its deadline while it waits 5000 ms to retry in step 'a': connection refused",
    )
    expect(error.cause).toBe(down)
    expect(error.attempts).toMatchObject([{ attempt: 1, error: down }])
  })

  promised('that is not what a step failed for is not blamed', async (given) => {
    const fail = async (): Promise<never> => {
      await wait(given.clock, 99)
      throw new Error('its own fault')
    }
    const error = await given.failure(chain('c').next(fail, { out: 'a', args: [] }), { timeout: 100, ms: 99 })

    expect(error.message).toBe("Step 'a' failed on attempt 1 of 1: its own fault")
  })
})

/** Time in which no timer is shorter than an hour, so that weeks are soon over. */
class CoarseClock extends VirtualClock {
  constructor() {
    super()
    const { setTimeout } = this
    Object.assign(this, {
      setTimeout: (callback: () => void, ms: number) => setTimeout(callback, Math.max(ms, 2 ** 21)),
    })
  }
}
