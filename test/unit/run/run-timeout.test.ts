import { chain, DeadlineExceededError } from 'stepchain'
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
