import type { Host, StepOutcome } from 'stepchain'
import { describe, expect } from 'vitest'
import { type Case, promised } from '../support/promises.ts'
import { flaky, never, obeys, wait } from '../support/steps.ts'
import type { Loose } from '../support/untyped.ts'

const down = new Error('down')

/** Three steps of which the second cannot be undone as it should be, and what is to come after them. */
function undone(
  given: Case,
  second: (output: unknown, step: { signal: AbortSignal }) => unknown,
  log: unknown[],
): Loose {
  const compensate = (a: unknown): void => void log.push(a)
  return given
    .chain()
    .next(() => 1, { out: 'a', args: [], compensate })
    .next(() => 2, { out: 'b', args: [], compensate: { run: second, timeout: 200 } })
    .next(() => 3, { out: 'd', args: [], compensate })
}

describe('a compensation', () => {
  const faults: readonly (readonly [
    string,
    (given: Case) => (output: unknown, step: { signal: AbortSignal }) => unknown,
    string,
  ])[] = [
    [
      'throws',
      () => () => {
        throw down
      },
      'SC_STEP',
    ],
    ['rejects', () => () => Promise.reject(down), 'SC_STEP'],
    [
      'throws what is no error',
      () => () => {
        throw undefined as never
      },
      'SC_STEP',
    ],
    ['hangs', (given) => given.undoing(never, 200), 'SC_TIMEOUT'],
    [
      'ends when its own time is over',
      (given) =>
        given.undoing(
          (output: unknown, step: { signal: AbortSignal }) => obeys(given.clock)(output, step as never),
          200,
        ),
      'SC_TIMEOUT',
    ],
  ]
  for (const [title, make, code] of faults) {
    promised(
      `row 92: that ${title} stops no other: SC_COMPENSATION has what the run failed with, and that`,
      async (given) => {
        const log: unknown[] = []
        const ends: readonly (readonly [string, (chain: Loose) => Loose, object])[] = [
          ['SC_STEP', (chain) => chain.tap(() => Promise.reject(down)), {}],
          ['SC_TIMEOUT', (chain) => chain.tap(never, { timeout: 30 }), {}],
          ['SC_DEADLINE', (chain) => chain.tap(never), { timeout: 30 }],
        ]
        for (const [cause, add, options] of ends) {
          log.length = 0
          const error = await given.failure(add(undone(given, make(given), log)), { ...options, ms: 400 })

          expect(error).toMatchObject({
            code: 'SC_COMPENSATION',
            cause: { code: cause },
            context: { a: 1, b: 2, d: 3 },
          })
          expect(error.errors).toMatchObject([{ code, step: 'b.compensate' }])
          expect(log).toEqual([3, 1])
        }
      },
    )
  }

  promised(
    'row 92: is not cancelled by the signal of the run: neither by one before nor by one meanwhile',
    async (given) => {
      const log: unknown[] = []
      const slow = given.undoing(async (output: unknown, { signal }: { signal: AbortSignal }) => {
        await wait(given.clock, 100)
        log.push(output, signal.aborted)
      }, 200)
      const failing = given.failure(undone(given, slow, log).tap(() => Promise.reject(down)))
      await given.clock.advance(50)
      given.controller.abort()
      await given.clock.advance(100)
      expect(await failing).toMatchObject({ code: 'SC_STEP' })
      expect(log).toEqual([3, 2, false, 1])
    },
  )

  promised('row 92: is run where the run was cancelled', async (given) => {
    const log: unknown[] = []
    const running = given.failure(
      undone(
        given,
        given.undoing((output: unknown) => wait(given.clock, 100).then(() => log.push(output))),
        log,
      ).tap(obeys(given.clock)),
    )
    await given.clock.advance(10)
    given.controller.abort()
    await given.clock.advance(200)

    expect(await running).toMatchObject({ code: 'SC_CANCELLED' })
    expect(log).toEqual([3, 2, 1])
  })

  promised('row 92: of what is inside of a step that is tried again ends it, if it fails', async (given) => {
    const attempts = flaky(9, 1)
    const inner = given
      .chain('inner')
      .next(() => 1, { out: 'a', args: [], compensate: () => Promise.reject(down) })
      .tap(attempts, { args: [] })
    const chain = given.chain().next(inner, { out: 'i', args: {}, retry: { retries: 5, initialDelay: 0 } })

    expect(await given.failure(chain)).toMatchObject({ code: 'SC_COMPENSATION', errors: [{ cause: down }] })
    expect(attempts.calls).toBe(1)
  })
})

describe('a signal of the process that aborts the run', () => {
  // What is about checkpoints comes with them; a host that keeps outcomes is in the same place.
  promised('row 93: while a host keeps an outcome: that is kept or not begun, never torn', async (given) => {
    const kept = new Map<string, StepOutcome>()
    const begun: string[] = []
    const host: Host = {
      runId: 'run-1',
      step: async (call, run) => {
        const known = kept.get(call.path)
        if (known !== undefined) return known as never
        const outcome = (await run({})) as StepOutcome
        begun.push(call.path)
        await wait(given.clock, 100)
        kept.set(call.path, outcome)
        return outcome as never
      },
    }
    const steps = [flaky(0, 1), flaky(0, 2)]
    const chain = given
      .chain()
      .next(async () => steps[0]?.(), { out: 'a', args: [] })
      .next(async () => steps[1]?.(), { out: 'b', args: [] })
    const running = given.failure(chain, { host })
    await given.clock.advance(150)
    expect(begun).toEqual(['a', 'b'])
    given.controller.abort(new Error('SIGTERM'))
    expect(await running).toMatchObject({ code: 'SC_CANCELLED', context: { a: 1 } })
    await given.clock.advance(100)
    expect([...kept.keys()]).toEqual(['a', 'b'])

    const again = given.run(chain, {}, { host, signal: new AbortController().signal })
    expect(await again).toEqual({ ok: true, context: { a: 1, b: 2 } })
    expect(steps.map(({ calls }) => calls)).toEqual([1, 1])
  })
})
