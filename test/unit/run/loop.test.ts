import { describe, expect } from 'vitest'
import { promised } from '../../support/promises.ts'
import { flaky, never, wait } from '../../support/steps.ts'
import type { Loose } from '../../support/untyped.ts'

const xs = [1, 2, 3, 4]

/** Throws for some items. */
function failsFor(...failing: readonly number[]): (x: number) => Promise<number> {
  return async (x) => {
    if (failing.includes(x)) throw new Error(`${x} is down`)
    return x * 2
  }
}

describe('an item', () => {
  promised('is given to the function with its number and a handle', async (given) => {
    const chain = given
      .chain()
      .map(
        'xs',
        (item: string, index: number, { key, name, attempt }: Record<string, unknown>) => [
          item,
          index,
          key,
          name,
          attempt,
        ],
        { out: 'ys' },
      )

    expect(await given.run(chain, { xs: ['a', 'b'] }, { runId: 'r' })).toMatchObject({
      context: {
        ys: [
          ['a', 0, 'r/ys/0', 'ys', 1],
          ['b', 1, 'r/ys/1', 'ys', 1],
        ],
      },
    })
  })

  promised('is in the context of its branch, with its number, whatever those keys are outside', async (given) => {
    const chain = given
      .chain()
      .put('index', 'outer')
      .map('xs', [(c: Loose) => c.next((context: object) => ({ ...context }), { out: 'seen' })], { out: 'ys' })
    const outcome = await given.run(chain, { xs: [7], item: 'mine' })

    expect(outcome).toMatchObject({
      context: { item: 'mine', index: 'outer', ys: [{ seen: { item: 7, index: 0, xs: [7] } }] },
    })
  })

  promised('that fails is told with its number, and with what it was', async (given) => {
    const chains = [
      given.chain().map('xs', failsFor(2), { out: 'ys' }),
      given.chain().map('xs', failsFor(2), { out: 'ys', timeout: 1_000 }),
      given.chain().map('xs', [(c: Loose) => c.next(failsFor(2), { out: 'y', args: ['item'] })], { out: 'ys' }),
    ]
    for (const [number, chain] of chains.entries()) {
      const error = await given.failure(chain, { input: { xs } })
      const step = number === 2 ? 'ys > 1 > y' : 'ys > 1'

      expect(error).toMatchObject({
        code: 'SC_GROUP',
        step: 'ys',
        message: `Step 'ys': 1 of 4 items failed: Step '${step}' failed on attempt 1 of 1: 2 is down`,
      })
      expect(error.errors).toMatchObject([
        { code: 'SC_STEP', step, attempts: [{ attempt: 1, abandoned: false }], context: { xs, item: 2, index: 1 } },
      ])
    }
  })

  promised('has policies of its own: retries, a timeout, a validator and a fallback', async (given) => {
    const first = flaky(2, 'at last')
    const step = (x: number): unknown => (x === 1 ? first() : x === 2 ? never() : x === 3 ? Promise.resolve(0) : x)
    const chain = given.chain().map('xs', step, {
      out: 'ys',
      retry: { retries: 2, initialDelay: 5, jitter: 'none' },
      timeout: 50,
      validate: (value: unknown) => value !== 0,
      fallback: ({ code }: { code: string }, { key }: { key: string }) => `${code} of ${key}`,
    })
    const running = given.run(chain, { xs }, { runId: 'r' })
    await given.clock.advance(1_000)

    expect(await running).toMatchObject({
      context: { ys: ['at last', 'SC_TIMEOUT of r/ys/1', 'SC_VALIDATION of r/ys/2', 4] },
    })
  })

  promised('of a branch has those too, and is undone before it is tried again', async (given) => {
    const undone: unknown[] = []
    const second = flaky(1, 'ok')
    const chain = given.chain().map(
      'xs',
      [
        (c: Loose) =>
          c
            .next((x: number) => x * 2, { out: 'y', args: ['item'], compensate: (y: number) => void undone.push(y) })
            .next((x: number) => (x === 2 ? second() : x === 3 ? Promise.reject(new Error('down')) : x), {
              out: 'z',
              args: ['item'],
            }),
      ],
      {
        out: 'ys',
        retry: { retries: 1, initialDelay: 0 },
        validate: (outs: { z: number }) => ({ ...outs, z: outs.z }).z !== 4,
        fallback: 'none',
      },
    )

    expect(await given.run(chain, { xs })).toMatchObject({
      context: { ys: [{ y: 2, z: 1 }, { y: 4, z: 'ok' }, 'none', 'none'] },
    })
    expect(undone.toSorted((a, b) => Number(a) - Number(b))).toEqual([4, 6, 6, 8])
  })

  promised('may be transformed by a schema', async (given) => {
    const schema = {
      '~standard': { version: 1, vendor: 'test', validate: (value: number) => ({ value: value + 0.5 }) },
    }

    expect(
      await given.run(
        given.chain().map('xs', (x: number) => x, { out: 'ys', validate: schema }),
        { xs },
      ),
    ).toMatchObject({
      context: { ys: [1.5, 2.5, 3.5, 4.5] },
    })
  })

  promised('may be frozen, and what it gives', async (given) => {
    const chain = given
      .chain('c', { freeze: true })
      .map('xs', [(c: Loose) => c.put('p', { a: 1 }).tap((context: { p: { a: number } }) => void (context.p.a = 2))], {
        out: 'ys',
      })

    expect((await given.failure(chain, { input: { xs: [1] } })).errors[0]?.cause).toBeInstanceOf(TypeError)
  })
})

describe('what fails of a map', () => {
  promised('is told with what was finished: by number, with holes', async (given) => {
    const chain = given
      .chain()
      .map('xs', (x: number) => wait(given.clock, x === 2 ? 5 : x * 10).then(() => failsFor(2)(x)), {
        out: 'ys',
        grace: 15,
      })
    const { results } = await given.failure(chain, { input: { xs }, ms: 50 })

    expect(Object.keys(results as object)).toEqual(['0'])
    expect(results).toHaveLength(4)
    const source = await given.failure(given.chain().map('xs', failsFor(2), { out: 'ys', concurrency: 1 }), {
      input: { xs: new Set(xs) },
    })
    expect(source.results).toEqual(Object.assign(Array.from({ length: 0 }), { 0: 2, length: 4 }))
  })

  promised('is told with the first 16 errors, in order of the items', async (given) => {
    const items = Array.from({ length: 40 }, (_, index) => index)
    const chain = given
      .chain()
      .map('xs', (x: number) => wait(given.clock, 40 - x).then(() => Promise.reject(new Error(String(x)))), {
        out: 'ys',
        concurrency: 40,
      })
    const error = await given.failure(chain, { input: { xs: items }, ms: 100 })

    expect(error.errors).toHaveLength(16)
    expect(error.message).toMatch(/^Step 'ys': 40 of 40 items failed: .*: 39$/)
    const numbers = error.errors.map(({ step }) => Number(step?.split(' > ')[1]))
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b))
    expect((error.cause as Error).message).toMatch(/39$/)
  })
})
