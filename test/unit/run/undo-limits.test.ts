import { NonRetryableError } from 'stepchain'
import { describe, expect } from 'vitest'
import { promised } from '../../support/promises.ts'
import { flaky, never, obeys, wait } from '../../support/steps.ts'
import { built, down, fails, UndoLog } from '../../support/undo-log.ts'
import type { Loose } from '../../support/untyped.ts'

describe('what ends a run does not end what undoes it', () => {
  promised('a signal, which a step was ended by', async (given) => {
    const log = new UndoLog(given)
    const chain = log.step('b', 500)(log.step('a', 500)(given.chain())).tap(obeys(given.clock))
    const running = given.failure(chain)
    await given.clock.advance(10)
    given.controller.abort()
    await given.clock.advance(1_000)

    expect(await running).toMatchObject({ code: 'SC_CANCELLED', context: { a: 'a', b: 'b' } })
    expect(log.lines).toEqual(['undo "b"', 'undo done', 'undo "a"', 'undo done'])
  })

  promised('a signal that is aborted meanwhile', async (given) => {
    const log = new UndoLog(given)
    const running = given.failure(fails(log.step('b', 500)(log.step('a', 500)(given.chain()))))
    await given.clock.advance(100)
    given.controller.abort()
    await given.clock.advance(1_000)

    expect(await running).toMatchObject({ code: 'SC_STEP' })
    expect(log.lines).toHaveLength(4)
  })

  promised('a deadline that passed, or passes meanwhile', async (given) => {
    const log = new UndoLog(given)
    const chain = log.step('b', 500)(log.step('a', 500)(given.chain()))
    expect(await given.failure(chain.tap(never), { timeout: 100, ms: 1_200 })).toMatchObject({ code: 'SC_DEADLINE' })
    expect(await given.failure(fails(chain), { timeout: 100, ms: 1_200 })).toMatchObject({ code: 'SC_STEP' })
    expect(log.lines).toHaveLength(8)
  })

  promised('and it sees a signal of its own, and has time of its own', async (given) => {
    const seen: unknown[] = []
    const chain = given
      .chain()
      .next(() => 1, {
        out: 'a',
        args: [],
        compensate: {
          run: given.undoing(
            async (_: unknown, step: { signal: AbortSignal; remaining(): number; key: string; name: string }) => {
              seen.push(step.signal.aborted, step.remaining(), step.key, step.name)
              await wait(given.clock, 40)
              seen.push(step.signal.aborted, step.remaining())
            },
            100,
          ),
          timeout: 100,
        },
      })
      .tap(never)
    await given.failure(chain, { timeout: 50, runId: 'r', ms: 200 })

    expect(seen).toEqual([false, 100, 'r/a.compensate', 'a.compensate', false, 60])
  })
})

describe('a compensation that fails', () => {
  promised('is told beside what the run failed with; the others run all the same', async (given) => {
    const log = new UndoLog(given)
    const bad = (name: string) => (c: Loose) =>
      c.next(() => name, { out: name, args: [], compensate: () => Promise.reject(new Error(`${name} is stuck`)) })
    const chain = built(given.chain(), log.step('a'), bad('b'), log.step('c'), bad('d'), fails)
    const error = await given.failure(chain)

    expect(log.lines).toEqual(['undo "c"', 'undo "a"'])
    expect(error).toMatchObject({
      code: 'SC_COMPENSATION',
      name: 'CompensationError',
      step: 'fails',
      message:
        "Step 'fails' failed on attempt 1 of 1: down; and 2 compensations failed: Step 'd.compensate' failed on attempt 1 of 1: d is stuck",
      cause: { code: 'SC_STEP', cause: down },
      context: { a: 'a', b: 'b', c: 'c', d: 'd' },
      attempts: [{ error: down }],
    })
    expect(error.errors).toMatchObject([
      { code: 'SC_STEP', step: 'd.compensate', context: { output: 'd' } },
      { code: 'SC_STEP', step: 'b.compensate', context: { output: 'b' } },
    ])
  })

  promised('is tried again as its retries say, and has 30 s for each attempt', async (given) => {
    const twice = flaky(1, 'ok')
    const chain = fails(
      given
        .chain()
        .next(() => 1, { out: 'a', args: [], compensate: { run: twice, retry: { retries: 1, initialDelay: 0 } } }),
    )
    expect(await given.failure(chain)).toMatchObject({ code: 'SC_STEP' })
    expect(twice.calls).toBe(2)

    const stuck = fails(given.chain().next(() => 1, { out: 'a', args: [], compensate: given.undoing(never) }))
    const error = await given.failure(stuck, { ms: 30_100 })
    expect(error).toMatchObject({
      code: 'SC_COMPENSATION',
      errors: [{ code: 'SC_TIMEOUT', message: expect.stringContaining('30000 ms') }],
    })
    const shorter = fails(
      given.chain().next(() => 1, { out: 'a', args: [], compensate: { run: given.undoing(never, 50), timeout: 50 } }),
    )
    expect(await given.failure(shorter, { ms: 100 })).toMatchObject({ errors: [{ code: 'SC_TIMEOUT' }] })
  })

  promised('on the way to another attempt ends the run', async (given) => {
    const attempts = flaky(Infinity, 1)
    const inner = given
      .chain('inner')
      .next(() => 1, { out: 'a', args: [], compensate: () => Promise.reject(new Error('stuck')) })
      .tap(attempts, { args: [] })
    for (const options of [{ retry: { retries: 3, initialDelay: 0 } }, { fallback: 'none' }]) {
      attempts.calls = 0
      const error = await given.failure(given.chain().next(inner, { out: 'i', args: {}, ...options }))

      expect(error).toMatchObject({
        code: 'SC_COMPENSATION',
        cause: { code: 'SC_STEP' },
        errors: [{ step: 'i > a.compensate' }],
      })
      expect(attempts.calls).toBe(1)
    }
  })

  promised('of a branch that settles is what that failed with', async (given) => {
    const bad = (c: Loose): Loose =>
      fails(c.next(() => 1, { out: 'a', args: [], compensate: () => Promise.reject(new Error('stuck')) }))

    expect(await given.run(given.chain().parallel({ bad }, { settle: true }))).toMatchObject({
      ok: true,
      context: {
        bad: {
          status: 'rejected',
          error: { code: 'SC_COMPENSATION', errors: [{ step: 'parallel-1 > bad > a.compensate' }] },
        },
      },
    })
  })

  promised('fails the run of an outer chain with that, too', async (given) => {
    const inner = fails(
      given
        .chain('inner')
        .next(() => 1, { out: 'a', args: [], compensate: () => Promise.reject(new NonRetryableError('stuck')) }),
    )
    const error = await given.failure(
      given.chain().next(given.chain('middle').next(inner, { out: 'i', args: {} }), { out: 'm', args: {} }),
    )

    expect(error).toMatchObject({
      code: 'SC_COMPENSATION',
      errors: [{ step: 'm > i > a.compensate' }],
      cause: { code: 'SC_STEP' },
    })
  })
})
