import { describe, expect } from 'vitest'
import { type Case, promised } from '../support/promises.ts'
import { flaky } from '../support/steps.ts'
import type { Loose } from '../support/untyped.ts'

/** Groups in groups, of one kind, to some depth. */
const nested: Readonly<Record<string, (chain: Loose, depth: number, step: () => unknown) => Loose>> = {
  parallel: (chain, depth, step) =>
    depth === 0 ? chain.tap(step) : chain.parallel([(c: Loose) => nested['parallel']?.(c, depth - 1, step)]),
  'branches of an object': (chain, depth, step) =>
    depth === 0
      ? chain.tap(step)
      : chain.parallel({ b: (c: Loose) => nested['branches of an object']?.(c, depth - 1, step) }),
  when: (chain, depth, step) =>
    depth === 0
      ? chain.tap(step)
      : chain.when(
          () => true,
          (c: Loose) => nested['when']?.(c, depth - 1, step),
        ),
}

describe('size', () => {
  for (const [kind, build] of Object.entries(nested)) {
    promised(`row 23: ${kind} nested 400 deep is SC_LIMIT, not an overflow; 256 are allowed`, async (given) => {
      const step = flaky(0, 1)
      const error = await given.failure(build(given.chain(), 400, step))

      expect(deepest(error)).toBe('SC_LIMIT')
      expect(given.runSync(build(given.chain(), 400, step))).toMatchObject({ ok: false })
      expect(step.calls).toBe(0)
      expect((await given.run(build(given.chain(), 256, step))).ok).toBe(true)
      expect(given.runSync(build(given.chain(), 256, step)).ok).toBe(true)
      expect(step.calls).toBe(2)
    })
  }

  promised('row 23: a branch is what it was until then: there can be no cycle', async (given) => {
    let inside: Loose | undefined
    const keep = (c: Loose): Loose => (inside = c.next(() => 1, { out: 'a', args: [] }))
    const definition = given.chain().parallel({ b: keep })

    for (const branch of [() => inside, () => undefined])
      expect(given.refused(() => definition.parallel([branch])).message).toContain('what a branch gave is ')
    const again = definition.parallel({ d: (c: Loose) => c.next(definition, { out: 'e', args: {} }) })
    expect(await given.run(again)).toEqual({ ok: true, context: { b: { a: 1 }, d: { e: { b: { a: 1 } } } } })
  })
})

/** The code of the innermost error of groups. */
function deepest(error: { readonly code: string; readonly errors: readonly { readonly code: string }[] }): string {
  let at = error
  while (at.errors.length > 0) at = at.errors[0] as typeof error
  return at.code
}

describe('a group', () => {
  promised('row 24: of no branches gives nothing', async (given) => {
    for (const chain of [
      given.chain().parallel([]),
      given.chain().parallel({}),
      given.chain().parallel([], { settle: true }),
    ]) {
      expect(await given.run(chain)).toEqual({ ok: true, context: {} })
      expect(given.runSync(chain)).toEqual({ ok: true, context: {} })
    }
  })

  const builders: Readonly<Record<string, (given: Case, options: object, step: () => unknown) => Loose>> = {
    parallel: (given, options, step) => given.chain().parallel([(c: Loose) => c.tap(step)], options),
    map: (given, options, step) => given.chain().map('xs', step, { out: 'ys', ...options }),
    each: (given, options, step) => given.chain().each('xs', step, options),
  }
  for (const [kind, build] of Object.entries(builders)) {
    for (const concurrency of [0, -1, Number.NaN, 1.5, -Infinity, '2', null, true, 2n]) {
      promised(`row 24: concurrency ${String(concurrency)} of ${kind} is refused`, (given) => {
        const error = given.refused((step) => build(given, { concurrency }, step))

        expect(error.message).toMatch(/: concurrency is .*; expected a whole number from 1 up, or Infinity$/)
      })
    }

    for (const concurrency of [1, 2, 1e9, Infinity, undefined]) {
      promised(`row 24: concurrency ${String(concurrency)} of ${kind} is fine`, async (given) => {
        expect((await given.run(build(given, { concurrency }, flaky(0, 1)), { xs: [1, 2, 3] })).ok).toBe(true)
      })
    }
  }

  for (const [option, value] of [
    ['batch', 0],
    ['batch', 1.5],
    ['tolerate', -1],
    ['tolerate', 1.5],
    ['grace', -1],
    ['grace', Infinity],
  ] as const) {
    promised(`row 24: ${option} ${value} is refused`, (given) => {
      expect(given.refused((step) => given.chain().each('xs', step, { [option]: value })).message).toContain(
        `: ${option} is ${value}; expected`,
      )
    })
  }
})
