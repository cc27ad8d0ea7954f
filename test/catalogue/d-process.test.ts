import { chain, type RunOptions } from 'stepchain'
import { describe, expect } from 'vitest'
import { promised } from '../support/promises.ts'
import { deferred, flaky } from '../support/steps.ts'

/** How many timers hold the process at this moment. */
function held(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
}

// Time is the platform's here, but none has to pass. That a process really lives and ends by this is tested in
// test/unit/run/real-timers.test.ts, with processes of its own.
const platform: RunOptions = { clock: undefined }

describe('the process', () => {
  promised('row 86: is held by a wait before a retry, if by nothing else', async (given) => {
    const retry = { retries: 1, initialDelay: 60_000, jitter: 'none' } as const
    const definition = chain('c').next(flaky(1, 'ok'), { out: 'a', args: [], retry })
    const before = held()
    const running = given.run(definition, {}, platform)
    await given.clock.advance(0)
    expect(held()).toBe(before + 1)
    given.controller.abort()

    expect(await running).toMatchObject({ ok: false, error: { code: 'SC_CANCELLED' } })
    expect(held()).toBe(before)
  })

  for (const [title, options, step] of [
    ['a timeout of the step', {}, { timeout: 60_000 }],
    ['a timeout of the run', { timeout: 60_000 }, {}],
    ['a deadline', { deadline: () => 60_000 }, {}],
  ] as const) {
    promised(`row 87: is held by ${title} while a run waits, and by nothing after its success`, async (given) => {
      const gate = deferred()
      const definition = chain('c').next(() => gate.promise, { out: 'a', args: [], ...step })
      const before = held()
      const running = given.run(definition, {}, { ...platform, ...options })
      expect(held()).toBe(before + 1)
      gate.resolve('ok')

      expect(await running).toEqual({ ok: true, context: { a: 'ok' } })
      expect(held()).toBe(before)
    })
  }
})
