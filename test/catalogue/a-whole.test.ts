import { chain } from 'stepchain'
import { describe, expect } from 'vitest'
import { promised } from '../support/promises.ts'
import { flaky } from '../support/steps.ts'
import type { Loose } from '../support/untyped.ts'

describe('a ref', () => {
  const refs: readonly (readonly [string, unknown])[] = [
    ['a key', ['usr']],
    ['a path', ['usr.name']],
    ['a named one', { a: 'user', b: 'usr.name' }],
  ]
  for (const [title, args] of refs) {
    promised(`row 16: ${title} that nobody makes is SC_REFERENCE with strict, before the first step`, async (given) => {
      const first = flaky(0, 1)
      const definition = given.chain().put('user', 1).tap(first).tap(flaky(0, 1), { name: 'load', args })
      const error = await given.failure(definition, { input: { id: 1 }, strict: true })

      expect(error).toMatchObject({ code: 'SC_REFERENCE', step: 'load' })
      expect(error.message).toMatch(/^Chain 'c', step 'load': .*'usr(\.name)?'/)
      expect(given.runSync(definition, { id: 1 }, { strict: true })).toMatchObject({
        ok: false,
        error: { code: 'SC_REFERENCE' },
      })
      expect(first.calls).toBe(0)
    })
  }

  promised('row 16: that nobody makes is undefined without strict', async (given) => {
    const definition = given
      .chain()
      .next((...seen: unknown[]) => seen, { out: 'seen', args: ['usr', 'usr.name', '$input.usr'] })

    expect(await given.run(definition)).toEqual({ ok: true, context: { seen: [undefined, undefined, undefined] } })
  })

  promised('row 17: to a later step is one that nobody makes yet', async (given) => {
    const first = flaky(0, 1)
    const definition = given
      .chain()
      .tap(first)
      .next((rows: unknown) => rows === undefined, { out: 'early', args: ['rows'] })
      .next(() => [1], { out: 'rows', args: [] })
    const error = await given.failure(definition, { strict: true })

    expect(error).toMatchObject({ code: 'SC_REFERENCE', step: 'early' })
    expect(first.calls).toBe(0)
    expect(await given.run(definition)).toEqual({ ok: true, context: { early: true, rows: [1] } })
  })
})

describe('size', () => {
  promised('row 21: no steps give the input, as an object of its own', async (given) => {
    const input = { a: 1 }
    const outcomes = [await given.run(given.chain(), input), given.runSync(given.chain(), input)]
    for (const outcome of outcomes) {
      expect(outcome).toEqual({ ok: true, context: input })
      expect(outcome.ok && outcome.context).not.toBe(input)
    }
    expect(await given.run(given.chain())).toEqual({ ok: true, context: {} })
  })

  promised('row 22: 1,000,000 steps build and run, without a deep stack', async (given) => {
    // Hooks around each of a million steps would only be told the same a million times.
    const count = given.watched ? 100_000 : 1_000_000
    const step = flaky(0, 1)
    let definition = chain<Record<string, unknown>>('c')
    for (let index = 0; index < count; index++) definition = definition.next(step, { args: [] })
    expect(step.calls).toBe(0)

    expect(await given.run(definition, {}, { logger: null })).toEqual({ ok: true, context: {} })
    expect(step.calls).toBe(count)
  })

  /** A chain nested as deeply as told. */
  function nested(start: Loose, depth: number, make: (name: string) => Loose): Loose {
    let definition = start
    for (let level = 1; level <= depth; level++) definition = make(`c${level}`).next(definition, { out: 'a', args: {} })
    return definition
  }

  for (const depth of [257, 10_000]) {
    promised(`row 23: a chain nested ${depth} deep is SC_LIMIT, not an overflow; 256 are allowed`, async (given) => {
      const innermost = flaky(0, 1)
      const start = given.chain().next(innermost, { out: 'a', args: [] })
      const error = await given.failure(nested(start, depth, (name) => given.chain(name)))

      expect(error.code).toBe('SC_LIMIT')
      expect(error.message.length).toBeLessThan(400)
      expect(given.runSync(nested(start, depth, (name) => given.chain(name)))).toMatchObject({ ok: false })
      expect(innermost.calls).toBe(0)
      expect((await given.run(nested(start, 256, (name) => given.chain(name)))).ok).toBe(true)
    })
  }

  promised('row 23: a chain nested in itself is what it was until then: there can be no cycle', async (given) => {
    let definition = given.chain().next(() => 1, { out: 'a', args: [] })
    for (const out of ['b', 'd']) definition = definition.next(definition, { out, args: {} })

    expect(await given.run(definition)).toEqual({ ok: true, context: { a: 1, b: { a: 1 }, d: { a: 1, b: { a: 1 } } } })
  })
})
