import { chain } from 'stepchain'
import { describe, expectTypeOf, test } from 'vitest'
import { load, type Row, type Source, type ContextOf } from '../support/types-domain.ts'

const base = chain<Source>()
const one = () => 1

declare const anyName: string
declare const answer: number | string
declare const eitherName: 'left' | 'right'

describe('out', () => {
  test('names a new key', () => {
    expectTypeOf(base.next(one, { out: 'one' }).runSync).returns.toExtend<Source & { one: number }>()
    expectTypeOf(base.next(one, { out: 'a-b' }).runSync).returns.toExtend<{ 'a-b': number }>()
    base.next(one, { out: 'toString' }).next(one, { out: 'hasOwnProperty' })
  })

  test('must not be taken by the input, by put or by a step', () => {
    // @ts-expect-error [ts2322] -- the input has it
    base.next(one, { out: 'source' })
    // @ts-expect-error [ts2322] -- even where it may be absent
    base.next(one, { out: 'maybe' })
    // @ts-expect-error [ts2322] -- put has added it
    base.put('one', 1).next(one, { out: 'one' })
    // @ts-expect-error [ts2322] -- a step has
    base.next(one, { out: 'one' }).next(one, { out: 'one' })
    // @ts-expect-error [ts2345] -- for put it is the same
    base.put('source', 1)
  })

  test('row 1: must not be reserved', () => {
    // @ts-expect-error [ts2322] -- `$…` is ours
    base.next(one, { out: '$step' })
    // @ts-expect-error [ts2322] -- it would set the prototype
    base.next(one, { out: '__proto__' })
    // @ts-expect-error [ts2322] -- it leads to the class
    base.next(one, { out: 'constructor' })
    // @ts-expect-error [ts2322] -- so does this
    base.next(one, { out: 'prototype' })
    // @ts-expect-error [ts2322] -- it would make the context a thenable
    base.next(one, { out: 'then' })
    // @ts-expect-error [ts2345] -- for put it is the same
    base.put('then', 1)
  })

  test('must be one plain name', () => {
    // @ts-expect-error [ts2322] -- no ref could name it
    base.next(one, { out: 'a.b' })
    // @ts-expect-error [ts2322] -- nor a template
    base.next(one, { out: 'a[0]' })
    // @ts-expect-error [ts2322] -- nor a template
    base.next(one, { out: '{a}' })
    // @ts-expect-error [ts2322] -- it is empty
    base.next(one, { out: '' })
    // @ts-expect-error [ts2322] -- the compiler does not know it
    base.next(one, { out: anyName })
    // @ts-expect-error [ts2345] -- for put it is the same
    base.put(anyName, 1)
  })

  test('of which there are two gives neither for sure', () => {
    const either = base.next(one, { out: eitherName })
    // @ts-expect-error [ts2322] -- it may be the other
    either.next((left) => left, { args: ['left'] })
  })
})

describe('overwrite', () => {
  test('takes a key that is there, and keeps its type', () => {
    const cut = base.next(({ rows }) => rows.slice(0, 3), { out: 'rows', overwrite: true })
    expectTypeOf<ContextOf<typeof cut>>().toEqualTypeOf<Source>()
    const text = base.put('answer', answer).next(() => 'forty-two', { out: 'answer', overwrite: true })
    expectTypeOf<ContextOf<typeof text>>().toExtend<{ answer: number | string }>()
    base.next(load, { out: 'raw', args: ['source', 'limit'] }).next(() => [] as Row[], { out: 'raw', overwrite: true })
  })

  test('needs an output of that type', () => {
    // @ts-expect-error [ts2322] -- a number for a string
    base.next(one, { out: 'source', overwrite: true })
    // @ts-expect-error [ts2322] -- what a promise gives counts
    base.next(async () => 1, { out: 'source', overwrite: true })
    base.next(async () => 'text', { out: 'source', overwrite: true })
  })

  test('adds a key that is not there', () => {
    const added = base.next(one, { out: 'one', overwrite: true })
    expectTypeOf<ContextOf<typeof added>>().toExtend<{ one: number }>()
  })

  test('is true or absent', () => {
    // @ts-expect-error [ts2322] -- leave it out
    base.next(one, { out: 'one', overwrite: false })
    // @ts-expect-error [ts2322] -- it may be known at run time only
    base.next(one, { out: 'source', overwrite: Math.random() > 0.5 })
  })

  test('does not help a key that is reserved', () => {
    // @ts-expect-error [ts2322] -- it is ours
    base.next(one, { out: '$step', overwrite: true })
  })
})
