import { type StepchainError, StepFailedError } from 'stepchain'
import { describe, expect } from 'vitest'
import { promised } from '../../support/promises.ts'
import { flaky, never, wait } from '../../support/steps.ts'
import { Tally } from '../../support/tally.ts'
import type { Loose } from '../../support/untyped.ts'

const down = new Error('down')
const fails = (): Promise<never> => Promise.reject(down)

describe('what a step falls back to', () => {
  promised('is a value, or what a function gives that knows the error, the step and the context', async (given) => {
    const seen: unknown[] = []
    const fallback = async (
      error: StepchainError,
      step: { key: string; attempt: number },
      context: object,
    ): Promise<string> => {
      await wait(given.clock, 5)
      seen.push(error.code, error.cause, step.key, step.attempt, context)
      return 'called'
    }
    const chain = given
      .chain()
      .next(fails, { out: 'a', args: [], fallback: 'value' })
      .next(fails, { out: 'b', args: [], retry: { retries: 1, initialDelay: 0 }, fallback })
      .next(fails, { out: 'c', args: [], fallback: () => undefined })
    const running = given.run(chain, {}, { runId: 'r' })
    await given.clock.advance(10)

    expect(await running).toEqual({ ok: true, context: { a: 'value', b: 'called', c: undefined } })
    expect(seen.slice(0, 4)).toEqual(['SC_STEP', down, 'r/b', 2])
    expect(Object.keys(seen[4] as object)).toEqual(expect.arrayContaining(['a']))
  })

  promised('is given synchronously too, or not at all', (given) => {
    const throws = (): never => {
      throw down
    }
    const chain = (fallback: unknown): Loose => given.chain().next(throws, { out: 'a', args: [], fallback })

    expect(given.runSync(chain(() => 1))).toEqual({ ok: true, context: { a: 1 } })
    expect(given.runSync(chain(() => Promise.resolve(1)))).toMatchObject({
      ok: false,
      error: { code: 'SC_ASYNC_IN_SYNC' },
    })
  })

  promised('stands in for a timeout, a refused output, a chain and a group inside of that', async (given) => {
    const group = given.chain('inner').parallel([(c: Loose) => c.tap(fails)])
    const late = given.chain('late', { timeout: 20 }).tap(never)
    const code = (error: { code: string }): string => error.code
    const chain = given
      .chain()
      .next(never, { out: 'a', args: [], timeout: 10, fallback: code })
      .next(() => 1, { out: 'b', args: [], validate: () => false, fallback: code })
      .next(group, { out: 'c', args: {}, fallback: code })
      .next(late, { out: 'd', args: {}, fallback: code })
    const running = given.run(chain)
    await given.clock.advance(200)

    expect(await running).toEqual({
      ok: true,
      context: { a: 'SC_TIMEOUT', b: 'SC_VALIDATION', c: 'SC_GROUP', d: 'SC_DEADLINE' },
    })
  })

  promised('stands in for nothing where the run is to end, or nothing was wrong with the step', async (given) => {
    const fallback = flaky(0, 'never')
    const chain = given.chain().next(never, { out: 'a', args: [], fallback })
    const running = given.failure(chain)
    await given.clock.advance(10)
    given.controller.abort()
    expect((await running).code).toBe('SC_CANCELLED')
    expect(fallback.calls).toBe(0)
  })

  promised('stands in neither for a deadline, a lost ref, nor a fault of a definition', async (given) => {
    const fallback = flaky(0, 'never')
    const codes: string[] = []
    for (const [chain, options] of [
      [given.chain().next(never, { out: 'a', args: [], fallback }), { timeout: 10, ms: 50 }],
      [
        given
          .chain()
          .next(fails, { out: 'a', args: [], retry: { retries: 1, initialDelay: 100, jitter: 'none' }, fallback }),
        { timeout: 50 },
      ],
      [
        given
          .chain()
          .put('x', {})
          .next(fails, { out: 'a', args: ['x.y'], fallback }),
        { strict: true },
      ],
      [
        given.chain().next(
          given.chain('i').tap(() => 1),
          { out: 'a', args: ['n'], fallback },
        ),
        { input: { n: 5 } },
      ],
    ] as const)
      codes.push((await given.failure(chain, options)).code)

    expect(codes).toEqual(['SC_DEADLINE', 'SC_DEADLINE', 'SC_REFERENCE', 'SC_INPUT'])
    expect(fallback.calls).toBe(0)
  })

  promised('that fails itself is the failure of the step, with the first one beside it', async (given) => {
    const second = new Error('second')
    for (const fallback of [
      () => Promise.reject(second),
      () => {
        throw second
      },
    ]) {
      const error = await given.failure(given.chain().next(fails, { out: 'a', args: [], fallback }))

      expect(error).toBeInstanceOf(StepFailedError)
      expect(error.cause).toBe(second)
      expect(error.suppressed).toMatchObject([{ code: 'SC_STEP', cause: down }])
    }
  })

  promised('that takes its time ends with the run', async (given) => {
    const chain = given.chain().next(fails, { out: 'a', args: [], fallback: never })

    expect(await given.failure(chain, { timeout: 50, ms: 60 })).toMatchObject({ code: 'SC_DEADLINE' })
    const running = given.failure(chain)
    await given.clock.advance(10)
    given.controller.abort()
    expect(await running).toMatchObject({ code: 'SC_CANCELLED' })
  })

  promised('is not asked for where the run ended when the step did', async (given) => {
    const fallback = flaky(0, 'never')
    const step = (): Promise<never> => {
      given.controller.abort()
      return fails()
    }
    const chain = given.chain().next(step, { out: 'a', args: [], fallback })

    expect((await given.failure(chain)).code).toBe('SC_CANCELLED')
    expect(fallback.calls).toBe(0)
  })

  promised('is told of as such', async (given) => {
    const tally = new Tally()
    const chain = given
      .chain()
      .next(fails, { out: 'a', args: [], fallback: 1 })
      .next(() => 2, { out: 'b', args: [], fallback: 3 })
    await given.run(chain, {}, { hooks: tally.hooks })

    expect(tally.of('afterStep')).toMatchObject([
      { path: 'a', status: 'ok', output: 1, fallback: true },
      { path: 'b', status: 'ok', output: 2 },
    ])
    expect(tally.of('afterStep')[1]).not.toHaveProperty('fallback')
  })
})
