import { chain, type StepHandle } from 'stepchain'
import { describe, expectTypeOf, test } from 'vitest'
import type { Row, ContextOf } from '../support/types-domain.ts'
import { load, loadLater } from '../support/types-domain.ts'

interface Start {
  source: string
  limit: number
}

describe('the context', () => {
  test('has the input, the values of put and each output', async () => {
    const etl = chain<Start>('etl')
      .put('batch', 500)
      .next(load, { out: 'raw', args: ['source', 'limit'] })
      .next(({ raw }) => raw.filter((row) => row.count > 0), { out: 'clean' })
      .next(loadLater, { out: 'again', args: ['source', 'batch'] })
    const context = await etl.run({ source: 'users.csv', limit: 3 })
    expectTypeOf(context).toEqualTypeOf<{
      source: string
      limit: number
      batch: number
      raw: Row[]
      clean: Row[]
      again: Row[]
    }>()
  })

  test('row 60: is what a function without args is given, flat and read-only, with the step handle', () => {
    chain<Start>()
      .put('batch', 500)
      .next((context, step) => {
        expectTypeOf(context).toEqualTypeOf<{
          readonly source: string
          readonly limit: number
          readonly batch: number
        }>()
        expectTypeOf(step).toEqualTypeOf<StepHandle>()
      }, {})
  })

  test('is not changed by a step without out, nor by tap', () => {
    const plain = chain<Start>()
    const same = plain.next(() => 1, {}).tap(() => 2)
    expectTypeOf<ContextOf<typeof same>>().toEqualTypeOf<Start>()
  })

  test('keeps the modifiers of the input', () => {
    const started = chain<{ readonly id: string; note?: string }>().put('n', 1)
    expectTypeOf<ContextOf<typeof started>>().toEqualTypeOf<{ readonly id: string; note?: string; n: number }>()
  })

  test('goes on across the sixteen steps after which it is folded', () => {
    const long = chain<Start>()
      .put('k1', 1)
      .put('k2', '2')
      .put('k3', 3)
      .put('k4', '4')
      .put('k5', 5)
      .put('k6', '6')
      .put('k7', 7)
      .put('k8', '8')
      .put('k9', 9)
      .put('k10', '10')
      .put('k11', 11)
      .put('k12', '12')
      .put('k13', 13)
      .put('k14', '14')
      .put('k15', 15)
      .put('k16', '16')
      .put('k17', 17)
      .put('k18', '18')
      .next((a: number, b: string, c: number) => ({ a, b, c }), { out: 'end', args: ['k1', 'k16', 'k17'] })
    const { k1, k16, k17, k18, end } = long.runSync({ source: '', limit: 0 })
    expectTypeOf(k1).toEqualTypeOf<number>()
    expectTypeOf(k16).toEqualTypeOf<string>()
    expectTypeOf(k17).toEqualTypeOf<number>()
    expectTypeOf(k18).toEqualTypeOf<string>()
    expectTypeOf(end).toEqualTypeOf<{ a: number; b: string; c: number }>()
    // @ts-expect-error [ts2345] -- a key is remembered when it is folded
    long.put('k3', 0)
  })

  test('is shared by chains that branch off one definition', () => {
    const trunk = chain<Start>().put('a', 1)
    const left = trunk.put('b', 'left')
    const right = trunk.put('b', true)
    expectTypeOf<ContextOf<typeof left>>().toEqualTypeOf<{ source: string; limit: number; a: number; b: string }>()
    expectTypeOf<ContextOf<typeof right>>().toEqualTypeOf<{ source: string; limit: number; a: number; b: boolean }>()
  })

  test('with hooks is the same', () => {
    const hooked = chain<Start>()
      .put('a', 1)
      .with({ onRunEnd: () => undefined })
    expectTypeOf<ContextOf<typeof hooked>>().toEqualTypeOf<{ source: string; limit: number; a: number }>()
  })

  test('of a safe run is whole when it succeeded, else what was finished', async () => {
    const result = await chain<Start>().put('a', 1).safeRun({ source: '', limit: 1 })
    if (result.ok) expectTypeOf(result.context).toEqualTypeOf<{ source: string; limit: number; a: number }>()
    else {
      expectTypeOf(result.context).toEqualTypeOf<{ source?: string; limit?: number; a?: number }>()
      expectTypeOf(result.error).toExtend<Error>()
    }
  })
})
