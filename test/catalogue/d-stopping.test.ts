import { getEventListeners } from 'node:events'
import { inspect } from 'node:util'
import { chain } from 'stepchain'
import { afterEach, describe, expect, vi } from 'vitest'
import { growth } from '../support/heap.ts'
import { promised } from '../support/promises.ts'
import { flaky, never, wait } from '../support/steps.ts'
import { Tally } from '../support/tally.ts'
import { settlePromises } from '../support/virtual-clock.ts'

const exact = { initialDelay: 10_000, jitter: 'none' } as const

afterEach(() => void vi.restoreAllMocks())

describe('an abort', () => {
  promised(
    'row 72: during a wait of 10 s settles the run at once, its timer cleared, its listener removed',
    async (given) => {
      const running = given.run(chain('c').next(flaky(9, 1), { out: 'a', args: [], retry: { retries: 3, ...exact } }))
      await given.clock.advance(1_000)
      expect(given.clock.pending).toBeGreaterThan(0)
      given.controller.abort()
      await settlePromises()

      expect(given.clock.pending).toBe(0)
      expect(getEventListeners(given.controller.signal, 'abort')).toEqual([])
      expect(await running).toMatchObject({ ok: false, error: { code: 'SC_CANCELLED' } })
    },
  )

  for (const where of ['the attempt', 'retryIf', 'backoff', 'onRetry']) {
    promised(`row 73: in ${where}: no wait begins, no attempt follows`, async (given) => {
      let calls = 0
      const at = (here: string): void => void (here === where && given.controller.abort())
      const step = (): never => {
        calls++
        at('the attempt')
        throw new Error('down')
      }
      const retry = { retries: 5, retryIf: () => (at('retryIf'), true), backoff: () => (at('backoff'), 10_000) }
      const hooks = { onRetry: () => at('onRetry') }
      const timers = vi.spyOn(given.clock, 'setTimeout')
      const error = await given.failure(chain('c').next(step, { out: 'a', args: [], retry }), { hooks })

      expect(error.code).toBe('SC_CANCELLED')
      expect(calls).toBe(1)
      expect(timers.mock.calls.filter(([, ms]) => ms === 10_000)).toEqual([])
    })
  }

  for (const reason of [
    undefined,
    'text',
    0,
    new Error('left'),
    Object.freeze(new Error('frozen')),
    { any: 'thing' },
  ]) {
    promised(`row 74: its reason, ${inspect(reason)}, is the cause`, async (given) => {
      const running = given.failure(chain('c').next(never, { out: 'a', args: [] }))
      given.controller.abort(reason)
      const error = await running

      expect(error.cause).toBe(given.controller.signal.reason)
      expect(error.message).toBe("Chain 'c' was cancelled in step 'a'")
    })
  }
})

describe('long-lived signals and promises', () => {
  promised('row 75: 10,000 runs on one signal leave no listener, and use no AbortSignal.any', async (given) => {
    const any = vi.spyOn(AbortSignal, 'any')
    const definition = chain('c')
      .next(async () => 1, { out: 'a', timeout: 1_000, retry: 2 })
      .next(async (signal: AbortSignal) => signal.aborted, { out: 'b', args: ['$signal'] })
    const { signal } = given.controller
    let most = 0
    for (let batch = 0; batch < 100; batch++) {
      const runs = Array.from({ length: 100 }, () => definition.run({}, { signal, clock: given.clock, logger: null }))
      most = Math.max(most, getEventListeners(signal, 'abort').length)
      await Promise.all(runs)
    }

    expect(getEventListeners(signal, 'abort')).toEqual([])
    expect(most).toBeLessThanOrEqual(100)
    expect(any).not.toHaveBeenCalled()
    any.mockRestore()
  })

  promised('row 75: 10,000 runs on one signal leave nothing of themselves in memory', async (given) => {
    const definition = chain('c').next(async (signal: AbortSignal) => signal.aborted, { out: 'a', args: ['$signal'] })
    const { clock } = given
    const options = { signal: given.controller.signal, clock, logger: null, timeout: 1_000 }
    const grown = await growth(async () => {
      for (let run = 0; run < 10_000; run++) await definition.run({}, options)
    })

    expect(grown).toBeLessThan(1_000_000)
  })

  promised('row 76: 100,000 steps with a signal, a timeout and a deadline race no promise', async (given) => {
    const race = vi.spyOn(Promise, 'race')
    let definition = chain<Record<string, unknown>>('c')
    for (let index = 0; index < 100_000; index++)
      definition = definition.next(async () => index, { timeout: 1_000, retry: 1 })
    const outcome = await given.run(definition, {}, { timeout: 100_000, logger: null })

    expect(outcome.ok).toBe(true)
    expect(race).not.toHaveBeenCalled()
    race.mockRestore()
  })
})

describe('limits of time', () => {
  for (const took of [90, 100, 101, 110, 120]) {
    promised(`row 77: a step that takes ${took} ms with a timeout of 100 has exactly one outcome`, async (given) => {
      const tally = new Tally()
      const definition = chain('c').next(() => wait(given.clock, took, 1), { out: 'a', args: [], timeout: 100 })
      const running = given.run(definition, {}, { hooks: tally.hooks })
      await given.clock.advance(200)
      const { ok } = await running

      if (took <= 100) expect(ok).toBe(true)
      expect(tally.of('afterStep')).toMatchObject([{ status: ok ? 'ok' : 'failed' }])
      expect(tally.of('onRunEnd')).toMatchObject([{ status: ok ? 'ok' : 'failed' }])
    })
  }

  promised(
    'row 78: a timeout longer than what the deadline leaves: the nearer one ends it, and the error says which',
    async (given) => {
      const definition = chain('c').next(never, { out: 'a', args: [], timeout: 10_000 })
      const deadline = await given.failure(definition, { deadline: new Date(given.clock.wall() + 100), ms: 150 })
      const timeout = await given.failure(definition, { timeout: 100, ms: 150 })
      const step = await given.failure(chain('c').next(never, { out: 'a', args: [], timeout: 50 }), {
        timeout: 100,
        ms: 150,
      })

      expect(deadline.message).toBe("Chain 'c' passed its deadline in step 'a'")
      expect(timeout.message).toBe("Chain 'c' took longer than its timeout of 100 ms in step 'a'")
      expect(step.message).toBe("Step 'a' failed on attempt 1 of 1: it took longer than its timeout of 50 ms")
      expect([deadline.code, timeout.code, step.code]).toEqual(['SC_DEADLINE', 'SC_DEADLINE', 'SC_TIMEOUT'])
    },
  )

  promised(
    'row 79: a deadline that the next wait would pass: the run fails at once, with the last real error',
    async (given) => {
      const errors = [new Error('first'), new Error('second')]
      let calls = 0
      const step = (): never => {
        throw errors[calls++]
      }
      const retry = { retries: 5, initialDelay: 400, jitter: 'none' } as const
      const begun = given.clock.now()
      let ended = 0
      const running = given.failure(chain('c').next(step, { out: 'a', args: [], retry }), { timeout: 1_000 })
      void running.then(() => (ended = given.clock.now() - begun))
      await given.clock.advance(2_000)
      const error = await running

      expect(ended).toBe(400)
      expect(error).toMatchObject({ code: 'SC_DEADLINE', attempts: [{ error: errors[0] }, { error: errors[1] }] })
      expect(error.cause).toBe(errors[1])
      expect(error.message).toMatch(/would pass its deadline while it waits 800 ms to retry in step 'a': second$/)
    },
  )

  promised(
    'row 80: a deadline passed without retries: SC_DEADLINE if that is the reason, else SC_STEP',
    async (given) => {
      const late = await given.failure(chain('c').next(never, { out: 'a', args: [] }), { timeout: 100, ms: 150 })
      const own = await given.failure(
        chain('c').next(
          () => {
            given.clock.block(500)
            throw new Error('its own fault')
          },
          { out: 'a', args: [] },
        ),
        { timeout: 100 },
      )

      expect(late.code).toBe('SC_DEADLINE')
      expect(own).toMatchObject({ code: 'SC_STEP', message: "Step 'a' failed on attempt 1 of 1: its own fault" })
    },
  )
})
