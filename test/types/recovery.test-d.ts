import { chain, type StepchainError, type StepHandle } from 'stepchain'
import { describe, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import type { HasAsyncSteps } from '../../src/define/types/messages.ts'
import { load, loadLater, type ContextOf, type Row, type Source } from '../support/types-domain.ts'

const base = chain<Source>()
const args = ['source', 'limit'] as const
const mode = (): 'up' | 'down' => 'up'

/** What a chain has under `x`. */
type X<Chain extends { run(...given: never): Promise<unknown> }> =
  ContextOf<Chain> extends { x: infer Value } ? Value : 'no x'

declare function fetchJson(source: string): unknown
declare function remove(rows: readonly Row[], step: StepHandle): Promise<void>
declare function removeText(text: string): void

describe('fallback', () => {
  test('joins the type of the out', () => {
    const value = base.next(load, { out: 'x', args, fallback: null })
    expectTypeOf<X<typeof value>>().toEqualTypeOf<Row[] | null>()
    const given = base.next(load, { out: 'x', args, fallback: () => null })
    expectTypeOf<X<typeof given>>().toEqualTypeOf<Row[] | null>()
    const nothing = base.next(load, { out: 'x', args, fallback: () => undefined })
    expectTypeOf<X<typeof nothing>>().toEqualTypeOf<Row[] | undefined>()
    const zero = base.next(load, { out: 'x', args, fallback: 0 })
    expectTypeOf<X<typeof zero>>().toEqualTypeOf<Row[] | 0>()
  })

  test('adds nothing where it is of that type', () => {
    const empty = base.next(load, { out: 'x', args, fallback: [] })
    expectTypeOf<X<typeof empty>>().toEqualTypeOf<Row[]>()
    const later = base.next(loadLater, { out: 'x', args, fallback: () => [] })
    expectTypeOf<X<typeof later>>().toEqualTypeOf<Row[]>()
    const full = base.next(load, { out: 'x', args, fallback: [{ id: 'none', count: 0 }] })
    expectTypeOf<X<typeof full>>().toEqualTypeOf<Row[]>()
    const literal = base.next(mode, { out: 'x', fallback: 'down' })
    expectTypeOf<X<typeof literal>>().toEqualTypeOf<'up' | 'down'>()
  })

  test('is given the error, the handle and the context', () => {
    const given = base.next(load, {
      out: 'x',
      args,
      fallback: (error, step, context) => {
        expectTypeOf(error).toEqualTypeOf<StepchainError>()
        expectTypeOf(step).toEqualTypeOf<StepHandle>()
        expectTypeOf(context.source).toEqualTypeOf<string>()
        return context.limit
      },
    })
    expectTypeOf<X<typeof given>>().toEqualTypeOf<Row[] | number>()
  })

  test('may be a promise, which is awaited and makes the step asynchronous', () => {
    const later = base.next(load, { out: 'x', args, fallback: async () => null })
    expectTypeOf<X<typeof later>>().toEqualTypeOf<Row[] | null>()
    expectTypeOf(later.runSync).toEqualTypeOf<HasAsyncSteps<'x'>>()
    expectTypeOf(base.next(load, { out: 'x', args, fallback: null }).runSync).toBeFunction()
    expectTypeOf(base.tap(load, { name: 'y', args, fallback: async () => null }).runSync).toEqualTypeOf<
      HasAsyncSteps<'y'>
    >()
    const nested = base.next(chain<{ source: string }>(), { out: 'x', fallback: async () => null })
    expectTypeOf(nested.runSync).toEqualTypeOf<HasAsyncSteps<'x'>>()
  })

  test('is not validated, and known to log', () => {
    const validated = base.next(fetchJson, {
      out: 'x',
      args: ['source'],
      validate: z.object({ n: z.number() }),
      fallback: null,
      log: (context, output) => {
        expectTypeOf(output).toEqualTypeOf<{ n: number } | null>()
        expectTypeOf(context.x).toEqualTypeOf<{ n: number } | null>()
      },
    })
    expectTypeOf<X<typeof validated>>().toEqualTypeOf<{ n: number } | null>()
  })

  test('must fit a key that is overwritten', () => {
    base.next(() => 'text', { out: 'source', overwrite: true, fallback: 'none' })
    // @ts-expect-error [ts2322] -- null is no string
    base.next(() => 'text', { out: 'source', overwrite: true, fallback: null })
  })

  test('goes with when', () => {
    const both = base.next(load, { out: 'x', args, fallback: null, when: ({ flag }) => flag })
    expectTypeOf<X<typeof both>>().toEqualTypeOf<Row[] | null | undefined>()
  })
})

describe('compensate', () => {
  test('is given the output of the step, without the fallback', () => {
    const undone = base.next(load, {
      out: 'x',
      args,
      fallback: null,
      compensate: (rows, step) => {
        expectTypeOf(rows).toEqualTypeOf<Row[]>()
        expectTypeOf(step).toEqualTypeOf<StepHandle>()
      },
    })
    expectTypeOf<X<typeof undone>>().toEqualTypeOf<Row[] | null>()
    base.next(fetchJson, {
      out: 'x',
      args: ['source'],
      validate: z.string().transform(Number),
      compensate: (output) => expectTypeOf(output).toEqualTypeOf<number>(),
    })
  })

  test('may be an object with limits', () => {
    base.next(load, { out: 'x', args, compensate: { run: remove, retry: 3, timeout: 50 } })
    base.next(load, { out: 'x', args, compensate: { run: (rows) => expectTypeOf(rows).toEqualTypeOf<Row[]>() } })
    // @ts-expect-error [ts2353] -- an option that does not exist
    base.next(load, { out: 'x', args, compensate: { run: remove, retries: 3 } })
  })

  test('never decides the type of the output', () => {
    base.next(load, { out: 'x', args, compensate: remove })
    // @ts-expect-error [ts2322] -- rows are no text
    base.next(load, { out: 'x', args, compensate: removeText })
    // @ts-expect-error [ts2322] -- not even where nothing is known of it
    base.next(fetchJson, { out: 'x', args: ['source'], compensate: removeText })
  })

  test('is one of tap, too', () => {
    base.tap(load, { args, compensate: (rows) => expectTypeOf(rows).toEqualTypeOf<Row[]>() })
    // @ts-expect-error [ts2322] -- rows are no text
    base.tap(load, { args, compensate: removeText })
  })
})

describe('compensateUnknown', () => {
  test('is given the error', () => {
    base.next(load, {
      out: 'x',
      args,
      compensateUnknown: (error, step) => {
        expectTypeOf(error).toEqualTypeOf<StepchainError>()
        expectTypeOf(step).toEqualTypeOf<StepHandle>()
      },
    })
    base.tap(load, { args, compensateUnknown: { run: (error) => error.code, timeout: 50 } })
    // @ts-expect-error [ts2322] -- an error is no text
    base.next(load, { out: 'x', args, compensateUnknown: removeText })
  })
})

describe('release', () => {
  test('is given the output or the fallback', () => {
    base.next(load, {
      out: 'x',
      args,
      fallback: null,
      release: (output) => expectTypeOf(output).toEqualTypeOf<Row[] | null>(),
    })
    base.next(load, { out: 'x', args, release: { run: (output) => output.length, timeout: 50 } })
    base.tap(load, { args, fallback: 0, release: (output) => expectTypeOf(output).toEqualTypeOf<Row[] | 0>() })
    // @ts-expect-error [ts2353] -- it is tried once
    base.next(load, { out: 'x', args, release: { run: (output) => output.length, retry: 3 } })
    // @ts-expect-error [ts2322] -- rows are no text
    base.next(load, { out: 'x', args, release: removeText })
  })
})
