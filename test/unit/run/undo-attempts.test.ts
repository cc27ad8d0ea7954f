import { describe, expect } from 'vitest'
import { type Case, promised } from '../../support/promises.ts'
import { flaky, never } from '../../support/steps.ts'
import { down, fails, UndoLog } from '../../support/undo-log.ts'
import type { Loose } from '../../support/untyped.ts'

describe('what is inside of a step that is tried again, or replaced', () => {
  for (const [title, wrap] of [
    [
      'a nested chain',
      (given: Case, part: (c: Loose) => Loose, options: object) =>
        given.chain().next(part(given.chain('inner')), { out: 'i', args: {}, ...options }),
    ],
    ['a branch', (given: Case, part: (c: Loose) => Loose, options: object) => given.chain().parallel([part], options)],
    [
      'a side of a when',
      (given: Case, part: (c: Loose) => Loose, options: object) =>
        given.chain().when(() => true, part, undefined, options),
    ],
  ] as const) {
    promised(`is undone before: ${title}`, async (given) => {
      const log = new UndoLog(given)
      const twice = flaky(2, 'ok')
      const part = (c: Loose): Loose =>
        log
          .step(
            'a',
            5,
          )(c)
          .tap(() => (log.lines.push('try'), twice()), { args: [] })
      const running = given.run(wrap(given, part, { retry: { retries: 2, initialDelay: 10, jitter: 'none' } }))
      await given.clock.advance(100)

      expect((await running).ok).toBe(true)
      expect(log.lines).toEqual(['try', 'undo "a"', 'undo done', 'try', 'undo "a"', 'undo done', 'try'])
    })

    promised(`goes no further where the run ended meanwhile: ${title}`, async (given) => {
      const log = new UndoLog(given)
      const part = (c: Loose): Loose =>
        log
          .step(
            'a',
            500,
          )(c)
          .tap(() => (log.lines.push('try'), Promise.reject(down)), { args: [] })
      const retry = { retries: 5, initialDelay: 0 }
      const running = given.failure(wrap(given, part, { retry }))
      await given.clock.advance(10)
      given.controller.abort()
      await given.clock.advance(2_000)

      expect(await running).toMatchObject({ code: 'SC_CANCELLED' })
      expect(log.lines).toEqual(['try', 'undo "a"', 'undo done'])
    })

    promised(`goes no further where the attempt around it took too long meanwhile: ${title}`, async (given) => {
      const log = new UndoLog(given)
      const part = (c: Loose): Loose =>
        log
          .step(
            'a',
            500,
          )(c)
          .tap(() => (log.lines.push('try'), Promise.reject(down)), { args: [] })
      const inside = wrap(given, part, { retry: { retries: 5, initialDelay: 0 } })
      const error = await given.failure(given.chain().next(inside, { out: 'o', args: {}, timeout: 100 }), { ms: 5_000 })

      expect(error).toMatchObject({ code: 'SC_TIMEOUT', step: 'o' })
      expect(log.lines).toEqual(['try', 'undo "a"', 'undo done'])
    })
  }
})

describe('a step of which nobody knows what came', () => {
  promised(
    'may say what is to be done then: where it took too long, was cancelled, or the deadline passed',
    async (given) => {
      const log = new UndoLog(given)
      const chain = (options: object) =>
        log
          .step('a')(given.chain())
          .next(never, {
            out: 'b',
            args: [],
            compensate: log.note('undo'),
            compensateUnknown: log.note('ask'),
            ...options,
          })

      await given.failure(chain({ timeout: 50 }), { ms: 100 })
      expect(log.lines).toEqual(['ask SC_TIMEOUT', 'undo "a"'])
      log.lines.length = 0
      await given.failure(chain({}), { timeout: 50, ms: 100 })
      expect(log.lines).toEqual(['ask SC_DEADLINE', 'undo "a"'])
      log.lines.length = 0
      const running = given.failure(chain({}))
      await given.clock.advance(10)
      given.controller.abort()
      await given.clock.advance(100)
      await running
      expect(log.lines).toEqual(['ask SC_CANCELLED', 'undo "a"'])
    },
  )

  promised('says nothing where its last attempt came to an end', async (given) => {
    const log = new UndoLog(given)
    let calls = 0
    const step = (): Promise<never> => (calls++ === 0 ? never() : Promise.reject(down))
    const chain = given.chain().next(step, {
      out: 'a',
      args: [],
      timeout: 50,
      retry: { retries: 1, initialDelay: 0 },
      compensateUnknown: log.note('ask'),
    })
    await given.failure(chain, { ms: 100 })
    expect(log.lines).toEqual(['ask SC_STEP'])

    log.lines.length = 0
    await given.failure(
      given.chain().next(() => Promise.reject(down), { out: 'a', args: [], compensateUnknown: log.note('ask') }),
    )
    expect(log.lines).toEqual([])
  })

  promised('that fell back is asked about too, if the run fails', async (given) => {
    const log = new UndoLog(given)
    const chain = given.chain().next(never, {
      out: 'a',
      args: [],
      timeout: 50,
      fallback: 'none',
      compensateUnknown: log.note('ask'),
      compensate: log.note('undo'),
    })
    const running = given.run(chain)
    await given.clock.advance(100)
    expect((await running).ok).toBe(true)
    expect(log.lines).toEqual([])
    await given.failure(fails(chain), { ms: 100 })
    expect(log.lines).toEqual(['ask SC_TIMEOUT'])
  })
})
