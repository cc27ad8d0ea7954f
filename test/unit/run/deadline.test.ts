import { chain, type RunOptions } from 'stepchain'
import { describe, expect } from 'vitest'
import { promised } from '../../support/promises.ts'
import { flaky, never, wait } from '../../support/steps.ts'
import type { VirtualClock } from '../../support/virtual-clock.ts'

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

  promised('whose function gives no number later is no endless one either', async (given) => {
    let left: unknown = 1_000
    const definition = chain('c')
      .next(() => void (left = 'soon'), { name: 'first', args: [] })
      .next(() => 2, { out: 'b', args: [] })
    const error = await given.failure(definition, { deadline: () => left as number })

    expect(error.message).toBe(
      "Chain 'c' could not learn its deadline before step 'b': it gave soon; expected a number of ms",
    )
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

  for (const left of [117, 125]) {
    promised(
      `after ${left} ms, while a hook is waited for since 117: what failed before is not blamed`,
      async (given) => {
        const begun = given.clock.now()
        const step = flaky(2, 'ok')
        const retry = { retries: 2, initialDelay: 10, backoff: 'constant', jitter: 'none' } as const
        const definition = chain('c')
          .next(() => wait(given.clock, 30).then(step), { out: 'a', args: [], retry, timeout: 60 })
          .next(() => 2, { out: 'b', args: [] })
        const hooks = { beforeStep: () => wait(given.clock, 7), afterStep: () => wait(given.clock, 30) }
        const deadline = (): number => begun + left - given.clock.now()
        const error = await given.failure(definition, { deadline, hooks, ms: left })
        await given.clock.advance(50)

        expect(error).toMatchObject({ code: 'SC_DEADLINE', message: "Chain 'c' passed its deadline in step 'a'" })
        expect(error.attempts).toEqual([])
        expect('cause' in error).toBe(false)
      },
    )
  }

  promised('that is not what a step failed for is not blamed', async (given) => {
    const fail = async (): Promise<never> => {
      await wait(given.clock, 99)
      throw new Error('its own fault')
    }
    const error = await given.failure(chain('c').next(fail, { out: 'a', args: [] }), { timeout: 100, ms: 99 })

    expect(error.message).toBe("Step 'a' failed on attempt 1 of 1: its own fault")
  })
})
