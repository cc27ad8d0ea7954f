import { chain, type Hooks, type StepHandle } from 'stepchain'
import { describe, expect } from 'vitest'
import { promised } from '../../support/promises.ts'
import { deferred, flaky, never, wait } from '../../support/steps.ts'
import { Tally } from '../../support/tally.ts'

describe('after a run has settled', () => {
  promised('a wrap that calls next() late does not start the step', async (given) => {
    const step = flaky(0, 1)
    const faults: unknown[] = []
    const hooks: Hooks = {
      wrap: async (_event, next) => {
        await wait(given.clock, 1_000)
        try {
          return next()
        } catch (error) {
          faults.push(error)
          throw error
        }
      },
    }
    const definition = chain('c').next(step, { out: 'a', args: [], timeout: 100 })
    const error = await given.failure(definition, { hooks, ms: 2_000 })

    expect(error.code).toBe('SC_TIMEOUT')
    expect(step.calls).toBe(0)
    expect(faults).toMatchObject([{ message: "the attempt is over: step 'a' is not called any more" }])
  })

  promised('a wrap of an abandoned attempt does not start the step beside the next attempt', async (given) => {
    const step = flaky(0, 1)
    let calls = 0
    const hooks: Hooks = {
      wrap: async (_event, next) => {
        if (++calls === 1) await wait(given.clock, 150)
        else await wait(given.clock, 90)
        return next()
      },
    }
    const definition = chain('c').next(step, {
      out: 'a',
      args: [],
      timeout: 100,
      retry: { retries: 1, initialDelay: 0 },
    })
    const running = given.run(definition, undefined, { hooks })
    await given.clock.advance(500)

    expect(await running).toEqual({ ok: true, context: { a: 1 } })
    expect(step.calls).toBe(1)
  })

  for (const end of ['ok', 'failed', 'cancelled'] as const) {
    promised(`the handle of a step that ended ${end} reports no progress, and has no time left`, async (given) => {
      let handle: StepHandle | undefined
      const tally = new Tally()
      const step = (_context: unknown, it: StepHandle): unknown => {
        handle = it
        if (end === 'failed') throw new Error('down')
        return end === 'ok' ? 1 : never()
      }
      const running = given.run(chain('c').next(step, { out: 'a' }), undefined, { hooks: tally.hooks })
      await given.clock.advance(1)
      given.controller.abort()
      await running
      handle?.progress(1, 2)

      expect(tally.of('onProgress')).toEqual([])
      expect(handle?.remaining()).toBe(0)
      expect(handle?.signal.aborted).toBe(true)
      expect(handle).toMatchObject({ name: 'a', attempt: 1 })
    })
  }

  promised('the handle of an earlier step is out of date', async (given) => {
    let handle: StepHandle | undefined
    const tally = new Tally()
    const definition = chain('c')
      .next((_context, it) => void (handle = it), { name: 'first' })
      .next(
        () => {
          handle?.progress(1)
          return handle?.remaining()
        },
        { out: 'left', args: [] },
      )

    expect(await given.run(definition, undefined, { hooks: tally.hooks })).toEqual({ ok: true, context: { left: 0 } })
    expect(tally.of('onProgress')).toEqual([])
  })

  promised('no attempt, hook or line follows, though time goes on', async (given) => {
    const tally = new Tally()
    const lines: string[] = []
    const line = (message: string): void => void lines.push(message)
    const logger = { debug: line, info: line, warn: line, error: line }
    const retry = { retries: 9, initialDelay: 100, jitter: 'none' } as const
    const step = flaky(9, 1)
    const definition = chain('c').next(step, { out: 'a', args: [], retry, timeout: 50 })
    const running = given.failure(definition, { hooks: tally.hooks, logger, timeout: 1_000 })
    await given.clock.advance(350)
    given.controller.abort()
    await running
    const before = [tally.events.length, lines.length, step.calls]
    await given.clock.advance(100_000)

    expect([tally.events.length, lines.length, step.calls]).toEqual(before)
    expect(tally.events.at(-1)?.hook).toBe('onRunEnd')
  })

  promised('an output that comes late is not stored', async (given) => {
    const late = deferred()
    const definition = chain('c').next(() => late.promise, { out: 'a', args: [] })
    const error = await given.failure(definition, { timeout: 100, ms: 200 })
    late.resolve('late')
    await given.clock.advance(10)

    expect(error.context).toEqual({})
    expect(Object.isFrozen(error.context)).toBe(true)
  })

  promised('a hook that settles late changes nothing', async (given) => {
    const late = deferred()
    const step = flaky(0, 1)
    const definition = chain('c').next(step, { out: 'a', args: [] })
    await given.failure(definition, { timeout: 100, ms: 200, hooks: { beforeStep: () => late.promise } })
    late.reject(new Error('late'))
    await given.clock.advance(10)

    expect(step.calls).toBe(0)
  })
})
