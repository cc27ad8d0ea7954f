import { chain, type EachSummary, type StepchainError, type StepHandle } from 'stepchain'
import { describe, expectTypeOf, test } from 'vitest'
import type { HasAsyncSteps } from '../../src/define/types/messages.ts'
import type { ContextOf, Row, Source } from '../support/types-domain.ts'

const base = chain<Source & { stream: AsyncIterable<Row> }>()

declare function save(row: Row): Promise<void>
declare function saveText(text: string): Promise<void>

describe('each', () => {
  test('is given the item, its index and the handle, and adds nothing', () => {
    const done = base.each('rows', (row, index, step) => {
      expectTypeOf(row).toEqualTypeOf<Row>()
      expectTypeOf(index).toEqualTypeOf<number>()
      expectTypeOf(step).toEqualTypeOf<StepHandle>()
    })
    expectTypeOf<ContextOf<typeof done>>().toEqualTypeOf<ContextOf<typeof base>>()
  })

  test('may be given batches', () => {
    base.each('rows', (rows) => expectTypeOf(rows).toEqualTypeOf<Row[]>(), { batch: 500 })
    base.each('tags', (tags) => expectTypeOf(tags).toEqualTypeOf<string[]>(), {
      batch: 500,
      when: ({ flag }) => flag,
      fallback: (error) => error.code,
    })
    base.each('rows', [(c) => c.tap(({ item }) => expectTypeOf(item).toEqualTypeOf<Row[]>())], { batch: 500 })
    // @ts-expect-error [ts2345] -- a list is no row
    base.each('rows', save, { batch: 500 })
  })

  test('may be given a branch', () => {
    const done = base.each('rows', [(c) => c.next(save, { name: 'save', out: 'saved', args: ['item'] })])
    expectTypeOf<ContextOf<typeof done>>().toEqualTypeOf<ContextOf<typeof base>>()
    expectTypeOf(done.runSync).toEqualTypeOf<HasAsyncSteps<'saved'>>()
  })

  test('keeps a summary under its out', () => {
    const done = base.each('rows', save, { out: 'saved', tolerate: 0.1, log: '{result.ok} of {saved.total}' })
    expectTypeOf<ContextOf<typeof done>['saved']>().toEqualTypeOf<EachSummary>()
    expectTypeOf<EachSummary['errors']>().toEqualTypeOf<readonly StepchainError[]>()
    const perhaps = base.each('rows', save, { out: 'saved', when: ({ flag }) => flag })
    expectTypeOf<ContextOf<typeof perhaps>['saved']>().toEqualTypeOf<EachSummary | undefined>()
    base.each('rows', save, { compensate: ({ ok }) => ok, release: ({ failed }) => failed })
  })

  test('makes the chain asynchronous where its function or items are', () => {
    expectTypeOf(base.each('rows', ({ id }) => id).runSync).toBeFunction()
    expectTypeOf(base.each('rows', save, { out: 'saved' }).runSync).toEqualTypeOf<HasAsyncSteps<'saved'>>()
    expectTypeOf(base.each('rows', save).runSync).toEqualTypeOf<HasAsyncSteps<'a step without out'>>()
    expectTypeOf(base.each('stream', ({ id }) => id, { out: 'seen' }).runSync).toEqualTypeOf<HasAsyncSteps<'seen'>>()
    expectTypeOf(base.each('stream', ({ id }) => id).runSync).toEqualTypeOf<HasAsyncSteps<'a step without out'>>()
  })

  test('is checked like map', () => {
    base.each('rows', save, { concurrency: 4, grace: 50, retry: 2, timeout: 50, name: 'save' })
    // @ts-expect-error [ts2345] -- a row is no text
    base.each('rows', saveText)
    // @ts-expect-error [ts2345] -- a typing error
    base.each('rwos', save)
    // @ts-expect-error [ts2345] -- nobody means the characters
    base.each('source', saveText)
    // @ts-expect-error [ts2322] -- the context has it
    base.each('rows', save, { out: 'rows' })
    // @ts-expect-error [ts2353] -- the summary has what came of them
    base.each('rows', save, { settle: true })
    // @ts-expect-error [ts2345] -- another chain
    base.each('rows', [() => chain()])
  })
})
