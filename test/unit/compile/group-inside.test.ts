import { describe, expect, test } from 'vitest'
import { expectRefusal, type Loose, type Refusal, thrownBy, untyped } from '../../support/untyped.ts'

const orders = untyped('orders', { logger: null })
const same = (c: Loose): Loose => c
const makes =
  (out: string, options: object = {}) =>
  (c: Loose): Loose =>
    c.next(() => out, { out, args: [], ...options })

function expectRefused(build: () => unknown, refusal: Refusal): void {
  expectRefusal(thrownBy(build), refusal)
}

describe('what is inside of a group', () => {
  test('is asynchronous if a step in it is, and cannot be run synchronously then', () => {
    const later = (c: Loose): Loose => c.next(async () => 1, { out: 'a' })
    for (const chain of [
      orders.parallel([later]),
      orders.parallel({ b: later }),
      orders.when(() => true, later),
      orders.when(() => true, same, later),
      orders.each('rows', [later]),
      orders.each('rows', async () => 1),
    ])
      expect(thrownBy(() => chain.runSync({ rows: [] })).code).toBe('SC_DEFINITION')
  })

  test('may not retry for ever, unless something ends that', async () => {
    const forEver = (c: Loose): Loose => c.next(() => 1, { out: 'a', retry: { retries: Infinity } })
    const groups = [
      orders.parallel([forEver]),
      orders.when(() => true, same, forEver),
      orders.each('rows', [forEver]),
      orders.each('rows', () => 1, { retry: { retries: Infinity } }),
      orders.parallel([(c: Loose) => c.parallel([forEver])]),
    ]
    for (const chain of groups) {
      await expect(chain.run({ rows: [] })).rejects.toMatchObject({ code: 'SC_DEFINITION' })
      expect(await chain.run({ rows: [] }, { timeout: 1_000 })).toMatchObject({ rows: [] })
    }
  })

  test('refers, with strict, to what there is: before it, in it and behind it', async () => {
    const uses =
      (...args: string[]) =>
      (c: Loose): Loose =>
        c.tap(() => 1, { name: 'uses', args })
    const fine = [
      orders.parallel([(c: Loose) => uses('a')(makes('a')(c))]).tap(() => 1, { args: ['a'] }),
      orders.parallel({ b: (c: Loose) => uses('rows', 'x')(c.put('x', 1)) }).tap(() => 1, { args: ['b'] }),
      orders.each('rows', [uses('item', 'index', 'rows')]),
      orders.when(() => true, makes('a'), makes('b')).tap(() => 1, { args: ['a', 'b'] }),
    ]
    for (const chain of fine) expect(await chain.run({ rows: [1] }, { strict: true })).toMatchObject({ rows: [1] })
    const lost = [
      orders.parallel([makes('a'), uses('a')]),
      orders.when(() => true, makes('a'), uses('a')),
      orders.parallel({ b: makes('a') }).tap(() => 1, { name: 'uses', args: ['a'] }),
      orders.parallel([uses('item')]),
      orders.each('lost', () => 1, { name: 'uses' }),
    ]
    for (const chain of lost)
      await expect(chain.run({ rows: [1] }, { strict: true })).rejects.toMatchObject({
        code: 'SC_REFERENCE',
        step: 'uses',
      })
  })

  test('of a predicate that is none is refused', () => {
    expectRefused(() => orders.when(true, same), {
      option: 'the predicate of when',
      value: 'true',
      expected: 'a function',
    })
  })
})
