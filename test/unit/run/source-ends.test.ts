import { describe, expect } from 'vitest'
import { Async, Counted } from '../../support/counted.ts'
import { type Case, promised } from '../../support/promises.ts'
import { never, wait } from '../../support/steps.ts'
import type { Loose } from '../../support/untyped.ts'

const doubled = (given: Case): Loose => given.chain().map('xs', (x: number) => x * 2, { out: 'ys', concurrency: 2 })

describe('a source that ends before it has ended by itself', () => {
  const down = new Error('down')

  for (const [title, make] of [
    ['an iterator', () => new Counted([1, 2, 3, 4])],
    ['one that takes its time', () => new Async([1, 2, 3, 4])],
  ] as const) {
    promised(`gives back what it holds, once: ${title}`, async (given) => {
      const source = make()
      const chain = given.chain().map(
        'xs',
        async (x: number) => {
          if (x === 2) throw down
          return x
        },
        { out: 'ys', concurrency: 1 },
      )

      expect(await given.failure(chain, { input: { xs: source } })).toMatchObject({ code: 'SC_GROUP', results: [1] })
      expect(source.counts).toEqual([2, 1])
    })

    promised(`and has ended by itself is left alone: ${title}`, async (given) => {
      const source = make()
      await given.run(doubled(given), { xs: source })

      expect(source.counts).toEqual([5, 0])
    })

    promised(`ends no run as if it had been all: ${title}`, async (given) => {
      const source = make()
      const chain = given.chain().map(
        'xs',
        (x: number) => {
          if (x === 2) given.controller.abort()
          return x
        },
        { out: 'ys', concurrency: 1 },
      )

      expect(await given.failure(chain, { input: { xs: source } })).toMatchObject({
        code: 'SC_CANCELLED',
        results: [1, 2],
      })
      expect(source.counts).toEqual([2, 1])
    })
  }

  const faulty: readonly (readonly [string, object])[] = [
    [
      'throws when it is closed',
      {
        return: () => {
          throw new Error('own')
        },
      },
    ],
    ['rejects when it is closed', { return: () => Promise.reject(new Error('own')) }],
    ['cannot be closed', { return: undefined }],
  ]
  for (const [title, own] of faulty) {
    promised(`and ${title} changes nothing`, async (given) => {
      const source = { [Symbol.iterator]: () => ({ next: () => ({ done: false, value: 1 }), ...own }) }
      const chain = given.chain().each('xs', () => Promise.reject(down))

      expect((await given.failure(chain, { input: { xs: source } })).errors[0]?.cause).toBe(down)
    })
  }
})

describe('a source that fails', () => {
  const own = new Error('own')
  const ways: readonly (readonly [string, object])[] = [
    [
      'throws',
      {
        [Symbol.iterator]: () => ({
          next: () => {
            throw own
          },
        }),
      },
    ],
    ['rejects', { [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(own) }) }],
    [
      'cannot be begun',
      {
        [Symbol.iterator]: () => {
          throw own
        },
      },
    ],
    [
      'cannot be read',
      {
        [Symbol.iterator]: () => ({
          next: () => ({
            get done() {
              throw own
            },
          }),
        }),
      },
    ],
    [
      'cannot be read when its time comes',
      {
        [Symbol.asyncIterator]: () => ({
          next: async () => ({
            get done() {
              throw own
            },
          }),
        }),
      },
    ],
  ]
  for (const [title, xs] of ways) {
    promised(`since it ${title} fails the step with what it threw`, async (given) => {
      for (const batch of [undefined, 2]) {
        const error = await given.failure(
          given.chain().each('xs', () => 1, { batch }),
          { input: { xs } },
        )

        expect(error).toMatchObject({ code: 'SC_STEP', step: 'each-1' })
        expect(error.cause).toBe(own)
      }
    })
  }

  promised('lets what is under way end', async (given) => {
    const done: number[] = []
    let count = 0
    const xs = {
      [Symbol.iterator]: () => ({
        next: () => {
          if (count++ === 2) throw own
          return { done: false, value: count }
        },
      }),
    }
    const chain = given.chain().each('xs', (x: number) => wait(given.clock, 50).then(() => void done.push(x)))
    const error = await given.failure(chain, { input: { xs }, ms: 50 })

    expect(error.cause).toBe(own)
    expect(done).toEqual([1, 2])
  })

  promised('after it was told to end changes nothing', async (given) => {
    let fail: (error: Error) => void = () => {}
    let count = 0
    const xs = {
      [Symbol.asyncIterator]: () => ({
        next: () =>
          count++ === 0 ? Promise.resolve({ done: false, value: 1 }) : new Promise((_, reject) => (fail = reject)),
      }),
    }
    const running = given.failure(given.chain().each('xs', never), { input: { xs } })
    await given.clock.advance(0)
    given.controller.abort()

    expect((await running).code).toBe('SC_CANCELLED')
    fail(own)
  })

  for (const size of [undefined, 3]) {
    promised(
      `that gives its last item too late has not been gone through: batches of ${size ?? 'none'}`,
      async (given) => {
        let asked = 0
        const next = (): unknown => wait(given.clock, 15, { done: asked++ > 1, value: asked })
        const xs = { [Symbol.asyncIterator]: () => ({ next }) }
        const group = given.chain().parallel({
          fails: (c: Loose) => c.tap(() => wait(given.clock, 20).then(() => Promise.reject(own))),
          loops: (c: Loose) => c.each('xs', (x: number) => wait(given.clock, 30, x), { out: 'sum', batch: size }),
        })
        const error = await given.failure(group, { input: { xs }, ms: 1_100 })

        expect(error.results).toEqual({ fails: {}, loops: {} })
      },
    )
  }
})
