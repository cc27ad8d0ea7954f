import { chain } from 'stepchain'
import { describe, expectTypeOf, test } from 'vitest'
import type { HasAsyncSteps } from '../../src/define/types/messages.ts'
import { load, loadLater, type Row, type Source, type ContextOf } from '../support/types-domain.ts'

const base = chain<Source>()
const args = ['source', 'limit'] as const

declare function perhaps(source: string, limit: number): Row[] | Promise<Row[]>
declare function thenable(source: string, limit: number): PromiseLike<Row[]>
declare function anything(source: string, limit: number): any
declare function unknown(source: string, limit: number): unknown
declare function never(source: string, limit: number): never

describe('runSync', () => {
  test('can be called while no step is asynchronous', () => {
    const sync = base
      .next(load, { args, out: 'rows2' })
      .put('n', 1)
      .tap(() => 2)
    expectTypeOf(sync.runSync).parameter(0).toEqualTypeOf<Source>()
    expectTypeOf(sync.safeRunSync).toBeFunction()
  })

  test('row 28: names the asynchronous steps when there are any', () => {
    const later = base.next(loadLater, { args, out: 'first' }).next(load, { args, out: 'sync' })
    expectTypeOf(later.runSync).toEqualTypeOf<HasAsyncSteps<'first'>>()
    const latest = later.next(async ({ first }) => first.length, { out: 'second' })
    expectTypeOf(latest.runSync).toEqualTypeOf<HasAsyncSteps<'first' | 'second'>>()
    expectTypeOf(latest.safeRunSync).toEqualTypeOf<HasAsyncSteps<'first' | 'second'>>()
    // @ts-expect-error [ts2349] -- there is a promise on the way
    latest.runSync()
    // @ts-expect-error [ts2349] -- for the safe one, too
    latest.safeRunSync()
  })

  test('minds steps without out, and tap', () => {
    expectTypeOf(base.next(loadLater, { args }).runSync).toEqualTypeOf<HasAsyncSteps<'a step without out'>>()
    expectTypeOf(base.tap(loadLater, { args, name: 'notify' }).runSync).toEqualTypeOf<HasAsyncSteps<'notify'>>()
    expectTypeOf(base.tap(loadLater, { args }).runSync).toEqualTypeOf<HasAsyncSteps<'a tap without name'>>()
  })

  test('minds promises of any kind, also possible ones', () => {
    expectTypeOf(base.next(perhaps, { args, out: 'x' }).runSync).toEqualTypeOf<HasAsyncSteps<'x'>>()
    expectTypeOf(base.next(thenable, { args, out: 'x' }).runSync).toEqualTypeOf<HasAsyncSteps<'x'>>()
  })

  test('leaves what nothing is known of to the run', () => {
    expectTypeOf(base.next(anything, { args, out: 'x' }).runSync).toBeFunction()
    expectTypeOf(base.next(unknown, { args, out: 'x' }).runSync).toBeFunction()
    expectTypeOf(base.next(never, { args, out: 'x' }).runSync).toBeFunction()
  })

  test('gives what run would promise', () => {
    const sync = base.next(load, { args, out: 'found' })
    expectTypeOf<ContextOf<typeof sync>>().toEqualTypeOf<ReturnType<typeof sync.runSync>>()
    expectTypeOf<Awaited<ReturnType<typeof sync.safeRun>>>().toEqualTypeOf<ReturnType<typeof sync.safeRunSync>>()
  })

  test('is kept by hooks as it is', () => {
    expectTypeOf(base.with({}).runSync).toBeFunction()
    expectTypeOf(base.next(loadLater, { args, out: 'x' }).with({}).runSync).toEqualTypeOf<HasAsyncSteps<'x'>>()
  })
})
