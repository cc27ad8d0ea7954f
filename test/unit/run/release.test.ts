import type { Hooks } from 'stepchain'
import { describe, expect } from 'vitest'
import { promised } from '../../support/promises.ts'
import { never } from '../../support/steps.ts'
import { Tally } from '../../support/tally.ts'
import { built, down, fails, UndoLog } from '../../support/undo-log.ts'
import type { Loose } from '../../support/untyped.ts'

describe('what is released', () => {
  promised('is so at the end of every run, the last first, after what is undone', async (given) => {
    const log = new UndoLog(given)
    const hold = (name: string) => (c: Loose) =>
      c.next(() => name, {
        out: name,
        args: [],
        release: { run: log.note('free', 10), timeout: 50 },
        compensate: log.note('undo'),
      })
    const chain = built(given.chain(), hold('a'), hold('b'))
    const running = given.run(chain)
    await given.clock.advance(100)

    expect(await running).toEqual({ ok: true, context: { a: 'a', b: 'b' } })
    expect(log.lines).toEqual(['free "b"', 'free done', 'free "a"', 'free done'])
    log.lines.length = 0
    await given.failure(fails(chain), { ms: 100 })
    expect(log.lines).toEqual(['undo "b"', 'undo "a"', 'free "b"', 'free done', 'free "a"', 'free done'])
    log.lines.length = 0
    await given.failure(chain.tap(never), { timeout: 50, ms: 200 })
    expect(log.lines).toHaveLength(6)
  })

  promised('may be what the step fell back to', async (given) => {
    const log = new UndoLog(given)
    const chain = given
      .chain()
      .next(() => Promise.reject(down), { out: 'a', args: [], fallback: 'none', release: log.note('free') })

    expect((await given.run(chain)).ok).toBe(true)
    expect(log.lines).toEqual(['free "none"'])
  })

  promised('is so of branches, items and nested chains, once', async (given) => {
    const log = new UndoLog(given)
    const hold = (name: string) => (c: Loose) => c.next(() => name, { out: name, args: [], release: log.note('free') })
    const chain = given
      .chain()
      .parallel({ a: hold('x') })
      .next(hold('y')(given.chain('inner')), { out: 'i', args: {} })
      .map('xs', [(c: Loose) => c.next((x: number) => x, { out: 'z', args: ['item'], release: log.note('free') })], {
        out: 'zs',
      })
      .when(() => true, hold('w'))

    expect((await given.run(chain, { xs: [1, 2] })).ok).toBe(true)
    expect(log.lines).toEqual(['free "w"', 'free 2', 'free 1', 'free "y"', 'free "x"'])
  })

  promised('and throws, or takes too long, is told to hooks and changes nothing', async (given) => {
    const tally = new Tally()
    const stuck = new Error('stuck')
    const chain = given
      .chain()
      .next(() => 1, { out: 'a', args: [], release: () => Promise.reject(stuck) })
      .parallel({
        p: (c: Loose) =>
          c.next(() => 2, { out: 'b', args: [], release: { run: given.undoing(never, 50), timeout: 50 } }),
      })
    const hooks: Hooks = tally.hooks
    const running = given.run(chain, {}, { hooks })
    await given.clock.advance(200)

    expect(await running).toEqual({ ok: true, context: { a: 1, p: { b: 2 } } })
    expect(tally.of('onHookError')).toMatchObject([
      { source: 'release', path: 'parallel-2/p/b', name: 'b', kind: 'step', error: { name: 'TimeoutError' } },
      { source: 'release', path: 'a', name: 'a', kind: 'step', error: stuck },
    ])
    expect(tally.of('onRunEnd')).toMatchObject([{ status: 'ok' }])
  })
})
