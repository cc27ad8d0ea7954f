import { describe, expect } from 'vitest'
import { promised } from '../../support/promises.ts'
import { wait } from '../../support/steps.ts'
import { built, down, fails, UndoLog } from '../../support/undo-log.ts'
import type { Loose } from '../../support/untyped.ts'

describe('a run that fails', () => {
  promised('undoes what its steps have done: one after the other, the last first', async (given) => {
    const log = new UndoLog(given)
    const chain = built(given.chain(), log.step('a', 10), log.step('b', 20), fails, log.step('never'))
    const error = await given.failure(chain, { ms: 30 })

    expect(log.lines).toEqual(['undo "b"', 'undo done', 'undo "a"', 'undo done'])
    expect(error).toMatchObject({ code: 'SC_STEP', step: 'fails', context: { a: 'a', b: 'b' } })
    expect(error.cause).toBe(down)
  })

  promised('synchronously too', (given) => {
    const undone: unknown[] = []
    const chain = given
      .chain()
      .next(() => 1, { out: 'a', args: [], compensate: (a: unknown) => void undone.push(a) })
      .tap(() => {
        throw down
      })

    expect(given.runSync(chain)).toMatchObject({ ok: false, error: { code: 'SC_STEP' } })
    expect(undone).toEqual([1])
    const later = given
      .chain()
      .next(() => 1, { out: 'a', args: [], compensate: () => Promise.resolve() })
      .tap(() => {
        throw down
      })
    expect(given.runSync(later)).toMatchObject({
      ok: false,
      error: { code: 'SC_COMPENSATION', errors: [{ code: 'SC_ASYNC_IN_SYNC' }] },
    })
  })

  promised('in the order in which branches and items were finished', async (given) => {
    const log = new UndoLog(given)
    const slow = (name: string, ms: number) => (c: Loose) =>
      c.next(() => wait(given.clock, ms, name), { out: name, args: [], compensate: log.note('undo') })
    const item = (c: Loose): Loose =>
      c.next((x: number) => wait(given.clock, x, x), { out: 'y', args: ['item'], compensate: log.note('undo') })
    const chain = fails(
      given
        .chain()
        .parallel([slow('a', 30), slow('b', 10), (c: Loose) => slow('d', 10)(slow('c', 10)(c))])
        .map('xs', [item], { out: 'ys' })
        .when(() => true, log.step('w')),
    )
    await given.failure(chain, { input: { xs: [20, 10] }, ms: 100 })

    expect(log.lines).toEqual(['undo "w"', 'undo 20', 'undo 10', 'undo "a"', 'undo "d"', 'undo "c"', 'undo "b"'])
  })

  promised('undoes a whole map with its list, then its items', async (given) => {
    const log = new UndoLog(given)
    const branch = (c: Loose): Loose =>
      c.next((x: number) => x, { out: 'y', args: ['item'], compensate: log.note('item') })
    const chain = fails(given.chain().map('xs', [branch], { out: 'ys', compensate: log.note('list') }))
    await given.failure(chain, { input: { xs: [1, 2] } })

    expect(log.lines).toEqual(['list [{"y":1},{"y":2}]', 'item 2', 'item 1'])
  })

  promised('undoes the steps of a nested chain, and the chain as a whole', async (given) => {
    const log = new UndoLog(given)
    const inner = built(given.chain('inner'), log.step('a'), log.step('b'))
    const whole = { out: 'i', args: {}, compensate: log.note('whole') }
    await given.failure(fails(given.chain().next(inner, whole)))
    expect(log.lines).toEqual(['whole {"a":"a","b":"b"}', 'undo "b"', 'undo "a"'])

    log.lines.length = 0
    const bad = fails(built(given.chain('inner'), log.step('a')))
    await given.failure(log.step('first')(given.chain()).next(bad, whole))
    expect(log.lines).toEqual(['undo "a"', 'undo "first"'])
  })

  promised('undoes with what was validated, not with what it fell back to', async (given) => {
    const log = new UndoLog(given)
    const schema = { '~standard': { version: 1, vendor: 'test', validate: () => ({ value: 'checked' }) } }
    const chain = fails(
      given
        .chain()
        .next(() => 'raw', { out: 'a', args: [], validate: schema, compensate: log.note('undo') })
        .next(() => Promise.reject(down), { out: 'b', args: [], fallback: 'instead', compensate: log.note('undo') }),
    )

    expect((await given.failure(chain)).context).toEqual({ a: 'checked', b: 'instead' })
    expect(log.lines).toEqual(['undo "checked"'])
  })

  promised('does not undo what was passed over, or failed by itself', async (given) => {
    const log = new UndoLog(given)
    const chain = given
      .chain()
      .next(() => 1, { out: 'a', args: [], when: () => false, compensate: log.note('undo') })
      .next(() => Promise.reject(down), { out: 'b', args: [], compensate: log.note('undo') })
    await given.failure(chain)

    expect(log.lines).toEqual([])
  })

  promised('does so once: not again when it ends', async (given) => {
    const log = new UndoLog(given)
    const retry = { retries: 1, initialDelay: 0 }
    const inner = built(given.chain('inner'), log.step('a'), fails)
    const chain = given
      .chain()
      .next(inner, { out: 'i', args: {}, retry, fallback: 'none' })
      .tap(() => Promise.reject(down))
    await given.failure(chain)

    expect(log.lines).toEqual(['undo "a"', 'undo "a"'])
  })

  promised('that succeeds undoes nothing', async (given) => {
    const log = new UndoLog(given)
    expect((await given.run(log.step('a')(given.chain()))).ok).toBe(true)
    expect(log.lines).toEqual([])
  })
})
