import { chain } from 'stepchain'
import { describe, expect, test } from 'vitest'
import fc from '../../support/property.ts'
import { type Loose, thrownBy, untyped } from '../../support/untyped.ts'

describe('a definition', () => {
  test('is not changed by any method: each gives a new one', () => {
    const base = chain<{ a: number }>('c').next(({ a }) => a + 1, { out: 'b' })
    const longer = base.next(({ b }) => b * 10, { out: 'd' })
    const more = [base.put('p', 1), base.tap(() => {}), base.with({}), base.use(chain('o').put('q', 2)), longer]

    expect(new Set([base, ...more]).size).toBe(6)
    expect(base.runSync({ a: 1 })).toEqual({ a: 1, b: 2 })
    expect(longer.runSync({ a: 1 })).toEqual({ a: 1, b: 2, d: 20 })
    expect(base.runSync({ a: 1 })).toEqual({ a: 1, b: 2 })
  })

  test('is extended into two that know nothing of each other, even with the same keys', () => {
    const base = chain<{ a: number }>('c').next(({ a }) => a, { out: 'b' })
    const left = base.next(() => 'left', { out: 'x', args: [] }).next(() => 'left', { out: 'y', args: [] })
    const right = base.next(() => 'right', { out: 'y', args: [] }).next(() => 'right', { out: 'x', args: [] })
    const third = base.next(() => 'third', { out: 'x', args: [] })

    expect(left.runSync({ a: 1 })).toEqual({ a: 1, b: 1, x: 'left', y: 'left' })
    expect(right.runSync({ a: 1 })).toEqual({ a: 1, b: 1, y: 'right', x: 'right' })
    expect(third.next(() => 2, { out: 'y', args: [] }).runSync({ a: 1 })).toEqual({ a: 1, b: 1, x: 'third', y: 2 })
  })

  test('refuses on each branch what is taken there, and there only', () => {
    const base = untyped('c').next(() => 1, { out: 'a', args: [] })
    const left = base.next(() => 1, { out: 'x', args: [] })
    const right = base.next(() => 1, { out: 'y', args: [] })

    expect(thrownBy(() => left.next(() => 2, { out: 'x', args: [] })).message).toContain(
      'out is "x"; expected a key that is not taken',
    )
    expect(thrownBy(() => right.next(() => 2, { out: 'y', args: [] })).message).toContain('out is "y"')
    for (const branch of [left, right]) {
      expect(thrownBy(() => branch.next(() => 2, { out: 'a', args: [] })).code).toBe('SC_DEFINITION')
      expect(thrownBy(() => branch.put('a', 2)).code).toBe('SC_DEFINITION')
      expect(thrownBy(() => branch.tap(() => 2, { name: 'a' })).code).toBe('SC_DEFINITION')
    }
    expect(left.next(() => 2, { out: 'y', args: [] }).runSync()).toEqual({ a: 1, x: 1, y: 2 })
  })

  test('keeps apart what any tree of extensions takes', () => {
    const extension = fc.record({ from: fc.oneof(fc.constantFrom(1, 2), fc.nat(200)), key: fc.nat(150) })
    fc.assert(
      fc.property(fc.array(extension, { maxLength: 300, size: 'max' }), (extensions) => {
        const made: { definition: Loose; keys: readonly string[] }[] = [{ definition: untyped('c'), keys: [] }]
        for (const [index, extended] of extensions.entries()) {
          const key = `k${extended.key}`
          // Mostly one of the last two, which makes deep trees.
          const { definition, keys } = made.at(-extended.from % made.length) ?? { definition: untyped('c'), keys: [] }
          const extend = (): Loose => definition.next(() => index, { out: key, args: [] })
          if (keys.includes(key)) expect(thrownBy(extend).code).toBe('SC_DEFINITION')
          else made.push({ definition: extend(), keys: [...keys, key] })
        }
        for (const { definition, keys } of made) expect(Object.keys(definition.runSync())).toEqual(keys)
      }),
      { numRuns: 100 },
    )
  })

  test('may be extended many times in a loop of which each turn keeps a branch', () => {
    let definition = untyped('c')
    const branches: Loose[] = []
    for (let index = 0; index < 20_000; index++) {
      branches.push(definition.next(() => 'branch', { out: 'last', args: [] }))
      definition = definition.next(() => index, { out: `k${index}`, args: [] })
    }

    expect(thrownBy(() => definition.next(() => 1, { out: 'k0', args: [] })).code).toBe('SC_DEFINITION')
    expect(Object.keys(definition.runSync())).toHaveLength(20_000)
    expect(Object.keys(branches[10_000]?.runSync() ?? {})).toHaveLength(10_001)
  })

  test('row 20: does not see later changes of what it was made of', () => {
    const args: unknown[] = ['a']
    const retry = { retries: 1, initialDelay: 0, retryIf: [Error] as (new () => Error)[] }
    const options = { out: 'x', args, retry, name: 'first' }
    let calls = 0
    const step = (value: unknown): unknown => {
      if (++calls === 1) throw new Error('down')
      return value
    }
    const definition = untyped('c').next(step, options)
    args[0] = 'b'
    retry.retries = 0
    retry.retryIf.length = 0
    options.out = 'y'

    expect(definition.runSync({ a: 1, b: 2 }, { logger: null })).toEqual({ a: 1, b: 2, x: 1 })
  })

  test('row 20: is not changed by a step that extends it while it runs', async () => {
    let extended: Loose | undefined
    const definition: Loose = untyped('c').tap(
      async () => void (extended ??= definition.next(() => 1, { out: 'late', args: [] })),
    )

    expect(await definition.run()).toEqual({})
    expect(await extended?.run()).toEqual({ late: 1 })
    expect(await definition.run()).toEqual({})
  })

  test('does not take what it was given apart: options may be frozen', () => {
    const options = Object.freeze({ out: 'x', args: Object.freeze(['a']), retry: Object.freeze({ retries: 1 }) })

    expect(
      untyped('c', Object.freeze({ hooks: Object.freeze({}) }))
        .next((a: unknown) => a, options)
        .runSync({ a: 1 }),
    ).toEqual({ a: 1, x: 1 })
  })
})

describe('runs of one definition', () => {
  test('row 36: begin clean', () => {
    const definition = chain<{ a: number }>('c')
      .put('list', 1)
      .next(({ a }) => [a], { out: 'x' })
    const [first, second] = [definition.runSync({ a: 1 }), definition.runSync({ a: 2 })]

    expect([first, second]).toEqual([
      { a: 1, list: 1, x: [1] },
      { a: 2, list: 1, x: [2] },
    ])
    expect(first).not.toBe(second)
  })

  test('row 37: what is done to a context that was returned affects nobody', () => {
    const input = { a: 1 }
    const definition = chain<{ a: number }>('c')
      .put('p', 1)
      .next(({ a }) => a, { out: 'x' })
    const context: Record<string, unknown> = definition.runSync(input)
    context['p'] = context['a'] = 'changed'
    delete context['x']

    expect(definition.runSync(input)).toEqual({ a: 1, p: 1, x: 1 })
    expect(input).toEqual({ a: 1 })
  })

  test('row 21: of no steps give the input, as an object of its own', async () => {
    const input = { a: 1 }
    const context = await chain<{ a: number }>('c').run(input)

    expect(context).toEqual(input)
    expect(context).not.toBe(input)
    expect(chain().runSync()).toEqual({})
  })
})
