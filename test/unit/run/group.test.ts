import { describe, expect } from 'vitest'
import { promised } from '../../support/promises.ts'
import { wait } from '../../support/steps.ts'
import type { Loose } from '../../support/untyped.ts'

describe('how much is done at once', () => {
  for (const concurrency of [1, 3, Infinity, undefined]) {
    promised(`is at most what concurrency says: ${concurrency}`, async (given) => {
      let open = 0
      let most = 0
      const step = async (): Promise<number> => {
        most = Math.max(most, ++open)
        await wait(given.clock, 10)
        return --open
      }
      const run = async (chain: Loose, input: object): Promise<number> => {
        most = 0
        const running = given.run(chain, input)
        await given.clock.advance(1_000)
        expect((await running).ok).toBe(true)
        return most
      }
      const branch = (c: Loose): Loose => c.tap(step)
      const branches = Array.from({ length: 20 }, () => branch)
      const xs = Array.from({ length: 40 }, (_, index) => index)
      const options = concurrency === undefined ? {} : { concurrency }

      expect(await run(given.chain().parallel(branches, options), {})).toBe(Math.min(20, concurrency ?? 20))
      expect(await run(given.chain().map('xs', step, { out: 'ys', ...options }), { xs })).toBe(
        Math.min(40, concurrency ?? 16),
      )
      expect(await run(given.chain().each('xs', [branch], options), { xs })).toBe(Math.min(40, concurrency ?? 16))
      expect(await run(given.chain().each('xs', step, { batch: 3, ...options }), { xs })).toBe(
        Math.min(14, concurrency ?? 16),
      )
    })
  }

  promised('begins the next as soon as one is done, in order', async (given) => {
    const begun: string[] = []
    const waits = [30, 10, 10, 10, 10]
    const chain = given.chain().map(
      'xs',
      async (ms: number, index: number) => {
        begun.push(`${index} at ${given.clock.now() - 1_000}`)
        await wait(given.clock, ms)
        return index
      },
      { out: 'ys', concurrency: 2 },
    )
    const running = given.run(chain, { xs: waits })
    await given.clock.advance(100)

    expect(begun).toEqual(['0 at 0', '1 at 0', '2 at 10', '3 at 20', '4 at 30'])
    expect(await running).toEqual({ ok: true, context: { xs: waits, ys: [0, 1, 2, 3, 4] } })
  })

  promised('is one after the other in a synchronous run', (given) => {
    const seen: number[] = []
    const note = (n: number) => (c: Loose) => c.tap(() => void seen.push(n))
    const chain = given
      .chain()
      .parallel([note(1), note(2)])
      .each('xs', (x: number) => void seen.push(x))

    expect(given.runSync(chain, { xs: [3, 4] }).ok).toBe(true)
    expect(seen).toEqual([1, 2, 3, 4])
  })

  promised('a step that gives a promise in a synchronous run fails the group', (given) => {
    const chains = [
      given.chain().each('xs', () => Promise.resolve(1)),
      given.chain().each('xs', [(c: Loose) => c.tap(() => Promise.resolve(1))]),
      given.chain().parallel([(c: Loose) => c.tap(() => Promise.resolve(1))]),
    ]
    for (const chain of chains)
      expect(given.runSync(chain, { xs: [1, 2] })).toMatchObject({
        ok: false,
        error: { code: 'SC_GROUP', errors: [{ code: 'SC_ASYNC_IN_SYNC' }] },
      })
  })
})
