import { describe, expect } from 'vitest'
import { Async } from '../../support/counted.ts'
import { type Case, promised } from '../../support/promises.ts'
import { wait } from '../../support/steps.ts'
import type { Loose } from '../../support/untyped.ts'

const doubled = (given: Case): Loose => given.chain().map('xs', (x: number) => x * 2, { out: 'ys', concurrency: 2 })

describe('what a loop goes through', () => {
  const sources: readonly (readonly [string, () => unknown])[] = [
    ['an array', () => [1, 2, 3]],
    ['a set', () => new Set([1, 2, 3])],
    ['a typed array', () => new Uint8Array([1, 2, 3])],
    [
      'the values of a map',
      () =>
        new Map([
          [1, 1],
          [2, 2],
          [3, 3],
        ]).values(),
    ],
    [
      'a generator',
      function* () {
        yield 1
        yield* [2, 3]
      },
    ],
    [
      'an iterable',
      () => ({
        *[Symbol.iterator]() {
          yield* [1, 2, 3]
        },
      }),
    ],
  ]
  for (const [title, make] of sources) {
    promised(`may be ${title}`, async (given) => {
      const source = (): unknown => make()

      expect(await given.run(doubled(given), { xs: source() })).toMatchObject({ context: { ys: [2, 4, 6] } })
      expect(given.runSync(doubled(given), { xs: source() })).toMatchObject({ context: { ys: [2, 4, 6] } })
      const batches = given.chain().each('xs', (xs: number[]) => xs.length, { batch: 2, out: 'sum' })
      expect(await given.run(batches, { xs: source() })).toMatchObject({
        context: { sum: { total: 3, ok: 3, failed: 0 } },
      })
    })
  }

  promised('may take its time', async (given) => {
    const seen: unknown[] = []
    async function* rows(): AsyncGenerator<number> {
      for (const x of [1, 2, 3, 4, 5]) {
        await wait(given.clock, 10)
        yield x
      }
    }
    const chain = given
      .chain()
      .map('xs', async (x: number) => x * 2, { out: 'ys', concurrency: 3 })
      .each('more', (xs: number[]) => void seen.push(xs), { batch: 2 })
    const running = given.run(chain, { xs: rows(), more: rows() })
    await given.clock.advance(200)

    expect(await running).toMatchObject({ context: { ys: [2, 4, 6, 8, 10] } })
    expect(seen).toEqual([[1, 2], [3, 4], [5]])
  })

  promised('that takes its time does not hold up what is under way, and is asked once at a time', async (given) => {
    const log: string[] = []
    let asked = 0
    const source = {
      [Symbol.asyncIterator]: () => ({
        next: async () => {
          expect(++asked, 'asked once at a time').toBe(1)
          await wait(given.clock, 10)
          asked--
          return { done: log.length > 4, value: log.length }
        },
      }),
    }
    const chain = given.chain().map(
      'xs',
      async (x: number) => {
        log.push(`begin ${x}`)
        await wait(given.clock, 25)
        log.push(`end ${x}`)
        return x
      },
      { out: 'ys', concurrency: 2 },
    )
    const running = given.run(chain, { xs: source })
    await given.clock.advance(200)

    expect((await running).ok).toBe(true)
    expect(log.slice(0, 3)).toEqual(['begin 0', 'begin 1', 'end 0'])
  })

  promised('that takes its time needs a run that may', (given) => {
    const outcome = given.runSync(doubled(given), { xs: new Async([1]) })

    expect(outcome).toMatchObject({ ok: false, error: { code: 'SC_STEP', step: 'ys' } })
    expect((outcome as { error: Error }).error.message).toContain(
      "'xs' is an async iterable, which needs run() and no host",
    )
  })

  for (const [title, value, shown] of [
    ['a text', 'abc', '"abc"'],
    ['nothing', undefined, 'undefined'],
    ['null', null, 'null'],
    ['a number', 5, '5'],
    ['a plain object', { length: 1 }, '[object Object]'],
    ['an object whose method is none', { [Symbol.iterator]: 1 }, '[object Object]'],
  ] as const) {
    promised(`is not ${title}`, async (given) => {
      const error = await given.failure(doubled(given), { input: { xs: value } })

      expect(error).toMatchObject({ code: 'SC_STEP', step: 'ys' })
      expect(error.cause).toBeInstanceOf(TypeError)
      expect(error.message).toContain(`'xs' is ${shown}; expected an array, an iterable or an async iterable`)
    })
  }

  promised('is found along a path, where there is one', async (given) => {
    const chain = given.chain().map('page.rows', (x: number) => x, { out: 'ys' })

    expect(await given.run(chain, { page: { rows: [1] } })).toMatchObject({ context: { ys: [1] } })
    for (const page of [undefined, null, {}, { rows: undefined }])
      expect((await given.failure(chain, { input: { page } })).message).toContain(
        "'page.rows' is undefined; expected an array",
      )
    expect((await given.failure(chain, { input: {} })).message).toContain("'page.rows' is undefined; expected an array")
  })

  promised('may become longer meanwhile', async (given) => {
    const xs = [1, 2]
    const chain = given.chain().map(
      'xs',
      (x: number) => {
        if (x < 5) xs.push(x + 2)
        return x
      },
      { out: 'ys' },
    )

    expect(await given.run(chain, Object.freeze({ xs: [] }))).toMatchObject({ context: { ys: [] } })
    expect(
      given.runSync(
        given
          .chain()
          .put('xs', xs)
          .map(
            'xs',
            (x: number) => {
              if (x < 5) xs.push(x + 2)
              return x
            },
            { out: 'ys' },
          ),
      ),
    ).toMatchObject({ context: { ys: [1, 2, 3, 4, 5, 6] } })
  })
})
