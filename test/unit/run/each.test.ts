import { describe, expect } from 'vitest'
import { promised } from '../../support/promises.ts'
import { wait } from '../../support/steps.ts'
import { Tally } from '../../support/tally.ts'
import type { Loose } from '../../support/untyped.ts'

const xs = [1, 2, 3, 4]

/** Throws for some items. */
function failsFor(...failing: readonly number[]): (x: number) => Promise<number> {
  return async (x) => {
    if (failing.includes(x)) throw new Error(`${x} is down`)
    return x * 2
  }
}

describe('an each', () => {
  const down = failsFor(2, 3)

  promised('gives a summary, if it has a key for it', async (given) => {
    const chain = given.chain().each('xs', (x: number) => wait(given.clock, 10, x), { out: 'sum', concurrency: 2 })
    const running = given.run(chain, { xs })
    await given.clock.advance(100)

    expect(await running).toEqual({
      ok: true,
      context: { xs, sum: { total: 4, ok: 4, failed: 0, errors: [], duration: 20 } },
    })
    expect(
      await given.run(
        given.chain().each('xs', () => 1),
        { xs },
      ),
    ).toEqual({ ok: true, context: { xs } })
  })

  for (const tolerate of [2, 3, Infinity, 0.5, 0.99]) {
    promised(`tolerates failures: ${tolerate}`, async (given) => {
      for (const input of [xs, new Set(xs), xs.values()]) {
        const outcome = await given.run(given.chain().each('xs', down, { out: 'sum', tolerate }), { xs: input })

        expect(outcome).toMatchObject({
          context: { sum: { total: 4, ok: 2, failed: 2, errors: [{ step: 'sum > 1' }, { step: 'sum > 2' }] } },
        })
      }
    })
  }

  for (const tolerate of [0, 1, 0.25, 0.49]) {
    promised(`fails where more did than it tolerates: ${tolerate}`, async (given) => {
      for (const input of [xs, new Set(xs), xs.values()]) {
        const error = await given.failure(given.chain().each('xs', down, { out: 'sum', tolerate }), {
          input: { xs: input },
        })

        expect(error).toMatchObject({
          code: 'SC_GROUP',
          step: 'sum',
          results: { failed: tolerate === 0 ? error.errors.length : 2 },
        })
        expect(error.cause).toMatchObject({ step: 'sum > 1' })
      }
    })
  }

  promised('fails for a ratio as early as it is known', async (given) => {
    const seen: number[] = []
    const step = (x: number): Promise<number> => (seen.push(x), down(x))
    const chain = given.chain().each('xs', step, { tolerate: 0.25, concurrency: 1 })
    const early = await given.failure(chain, { input: { xs } })
    expect(seen).toEqual([1, 2, 3])
    expect(early.message).toContain('2 of 4 items failed')

    seen.length = 0
    const late = await given.failure(chain, { input: { xs: xs.values() } })
    expect(seen).toEqual([1, 2, 3, 4])
    expect(late.message).toContain('2 of 4 items failed')
  })

  promised('gives batches, and counts their items', async (given) => {
    const seen: unknown[] = []
    const step = (batch: readonly number[], index: number): void => {
      seen.push([index, ...batch])
      if (batch.includes(3)) throw new Error('down')
    }
    const input = [1, 2, 3, 4, 5]
    for (const source of [input, new Set(input), input.values()]) {
      seen.length = 0
      const chain = given.chain().each('xs', step, { batch: 2, out: 'sum', tolerate: 0.4 })

      expect(await given.run(chain, { xs: source })).toMatchObject({
        context: { sum: { total: 5, ok: 3, failed: 2, errors: [{ step: 'sum > 1' }] } },
      })
      expect(seen).toEqual([
        [0, 1, 2],
        [1, 3, 4],
        [2, 5],
      ])
      const strict = given.chain().each('xs', step, { batch: 2, tolerate: 0.3 })
      expect(
        (await given.failure(strict, { input: { xs: source === input ? input : new Set(input) } })).message,
      ).toContain('2 of 5 items failed')
    }
    const branches = given
      .chain()
      .each('xs', [(c: Loose) => c.tap(step, { args: ['item', 'index'] })], { batch: Infinity, tolerate: 5 })
    seen.length = 0
    expect((await given.run(branches, { xs: input })).ok).toBe(true)
    expect(seen).toEqual([[0, ...input]])
  })

  promised('validates what items give, falls back for them, and drops it', async (given) => {
    const chain = given
      .chain()
      .each('xs', (x: number) => x, { validate: (x: number) => x !== 3, fallback: null, out: 'sum' })

    expect(await given.run(chain, { xs })).toMatchObject({ context: { sum: { ok: 4, failed: 0 } } })
    expect(
      await given.run(
        given.chain().each('xs', (x: number) => x, { validate: (x: number) => x !== 3, tolerate: 1, out: 'sum' }),
        { xs },
      ),
    ).toMatchObject({
      context: { sum: { failed: 1, errors: [{ code: 'SC_VALIDATION' }] } },
    })
  })

  promised('undoes and releases by itself what items have done that it tolerates', async (given) => {
    const log: string[] = []
    const note =
      (what: string) =>
      (x: number): void =>
        void log.push(`${what} ${x}`)
    const branch = (c: Loose): Loose =>
      c
        .next((x: number) => x, { out: 'y', args: ['item'], compensate: note('undo'), release: note('free') })
        .tap(failsFor(2), { args: ['item'] })
    const chain = given.chain().each('xs', [branch], { tolerate: 1, concurrency: 1 })

    expect((await given.run(chain, { xs: [1, 2, 3] })).ok).toBe(true)
    expect(log).toEqual(['free 1', 'undo 2', 'free 2', 'free 3'])
  })
})

describe('how far a loop is', () => {
  promised('is told after each item', async (given) => {
    const progress = async (chain: Loose, input: object): Promise<unknown[]> => {
      const tally = new Tally()
      await given.run(chain, input, { hooks: tally.hooks })
      return tally.of('onProgress').map(({ kind, path, done, total }) => [kind, path, done, total])
    }
    const map = given.chain().map('xs', failsFor(2), { out: 'ys', settle: true, concurrency: 1 })
    expect(await progress(map, { xs: [1, 2] })).toEqual([
      ['map', 'ys', 1, 2],
      ['map', 'ys', 2, 2],
    ])
    const source = given.chain().each('xs', [(c: Loose) => c.tap(() => 1)])
    expect(await progress(source, { xs: [1, 2].values() })).toEqual([
      ['each', 'each-1', 1, undefined],
      ['each', 'each-1', 2, undefined],
    ])
    const batches = given.chain().each('xs', () => 1, { batch: 2 })
    expect(await progress(batches, { xs })).toEqual([
      ['each', 'each-1', 2, 4],
      ['each', 'each-1', 4, 4],
    ])
  })
})
