import { chain, type DynamicChain } from 'stepchain'
import { describe, expectTypeOf, test } from 'vitest'
import type { Row } from '../support/types-domain.ts'

const base = chain<Record<string, unknown>>('dynamic')

declare function save(row: Row): Promise<void>
declare function remove(rows: Row[]): Promise<void>

describe('a dynamic chain', () => {
  test('has branches and loops, of which nothing is known', () => {
    let dynamic = base
    dynamic = dynamic.parallel([(c) => c.next((context) => context['a'], { out: 'b' }), (c) => c.tap(() => 1)])
    dynamic = dynamic.parallel({ left: (c) => c, right: (c) => c.put('n', 1) }, { settle: true, log: '{result}' })
    dynamic = dynamic.map('rows', (item, index) => [item, index], { out: 'mapped', settle: true, fallback: null })
    dynamic = dynamic.map('rows', [(c) => c.next(save, { out: 'saved', args: ['item'] })], { out: 'more' })
    dynamic = dynamic.each('rows', save, { batch: 5, tolerate: 0.5 }).each('rows', [(c) => c])
    dynamic = dynamic.when(
      ({ flag }) => flag === true,
      (c) => c.put('left', 1),
      (c) => c.put('right', 2),
      { name: 'side' },
    )
    expectTypeOf(dynamic).toEqualTypeOf<DynamicChain>()
  })

  test('takes what is declared elsewhere, whatever it is given', () => {
    base.map('rows', save, { out: 'saved', compensate: remove, release: { run: remove, timeout: 50 } })
    base.next(() => [], { out: 'rows', when: ({ flag }) => flag === true, fallback: [], compensate: { run: remove } })
    base.tap(() => [], {
      compensateUnknown: ({ code }) => code,
      release: (output) => expectTypeOf(output).toBeUnknown(),
    })
  })

  test('still checks its options', () => {
    // @ts-expect-error [ts2741] -- a list needs a key
    base.map('rows', save, {})
    // @ts-expect-error [ts2353] -- an option that does not exist
    base.each('rows', save, { retires: 2 })
    // @ts-expect-error [ts2322] -- no chain
    base.parallel([() => 5])
  })
})
