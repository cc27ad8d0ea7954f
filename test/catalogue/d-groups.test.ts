import { describe, expect } from 'vitest'
import { heapUsed } from '../support/heap.ts'
import { promised } from '../support/promises.ts'
import { never, obeys, wait } from '../support/steps.ts'
import { Tally } from '../support/tally.ts'
import { type Loose, untyped } from '../support/untyped.ts'

describe('a group in which branches fail', () => {
  promised(
    'row 88: aborts the others and has every error, in declared order, when the grace is over',
    async (given) => {
      const signals: AbortSignal[] = []
      const fails = (ms: number, error: unknown) => (c: Loose) =>
        c.tap(() => wait(given.clock, ms).then(() => Promise.reject(error as Error)))
      const sees = (_: unknown, { signal }: { signal: AbortSignal }): Promise<never> => (signals.push(signal), never())
      const thrown = [new Error('second'), 'first']
      const chain = given.chain().parallel(
        {
          second: fails(20, thrown[0]),
          first: fails(10, thrown[1]),
          obeys: (c: Loose) => c.tap(obeys(given.clock)),
          never: (c: Loose) => c.tap(sees),
          done: (c: Loose) => c.next(() => wait(given.clock, 15, 1), { out: 'x', args: [] }),
        },
        { grace: 100 },
      )
      const running = given.failure(chain)
      await given.clock.advance(109)
      let over = false
      void running.then(() => (over = true))
      await given.clock.advance(0)
      expect(over).toBe(false)
      expect(signals.map(({ aborted }) => aborted)).toEqual([true])
      await given.clock.advance(1)
      const error = await running

      expect(error).toMatchObject({ code: 'SC_GROUP', step: 'parallel-1', results: { done: { x: 1 } } })
      expect(error.errors.map(({ cause }) => cause)).toEqual(thrown)
      expect(error.cause).toBe(error.errors[1])
    },
  )

  promised('row 88: is given no more than the run has left', async (given) => {
    const chain = given
      .chain()
      .parallel(
        [
          (c: Loose) => c.tap(() => wait(given.clock, 10).then(() => Promise.reject(new Error('down')))),
          (c: Loose) => c.tap(obeys(given.clock, 5_000)),
          (c: Loose) =>
            c.parallel([
              (d: Loose) => d.tap(never),
              (d: Loose) => d.map('xs', obeys(given.clock, 5_000), { out: 'y' }),
            ]),
        ],
        { grace: 10_000 },
      )
    expect(await given.failure(chain, { input: { xs: [1] }, timeout: 100, ms: 150 })).toMatchObject({
      code: 'SC_DEADLINE',
    })
    const running = given.failure(chain, { input: { xs: [1] } })
    await given.clock.advance(50)
    given.controller.abort()
    await given.clock.advance(20)

    expect(await running).toMatchObject({ code: 'SC_CANCELLED' })
    await given.clock.advance(10_000)
  })
})

describe('a map over very many', () => {
  promised('row 89: a million items of which one fails: stops, with 10 at most in flight', async (given) => {
    let open = 0
    let most = 0
    let begun = 0
    const step = async (x: number): Promise<number> => {
      begun++
      most = Math.max(most, ++open)
      await Promise.resolve()
      open--
      if (x === 5) throw new Error('down')
      return x
    }
    const xs = Array.from({ length: 1e6 }, (_, index) => index)
    const error = await given.failure(given.chain().map('xs', step, { out: 'ys', concurrency: 10 }), {
      input: Object.freeze({ xs }),
    })

    expect(error).toMatchObject({ code: 'SC_GROUP', errors: [{ step: 'ys > 5' }] })
    expect(most).toBe(10)
    expect(begun).toBeLessThan(30)
  })

  promised('row 89: an endless source of which one fails: stops', async (given) => {
    let made = 0
    function* endless(): Generator<number> {
      for (;;) yield made++
    }
    const step = async (x: number): Promise<void> => {
      if (x === 5_000) throw new Error('down')
    }
    expect(
      await given.failure(given.chain().each('xs', step, { concurrency: 10 }), { input: { xs: endless() } }),
    ).toMatchObject({ code: 'SC_GROUP' })
    expect(made).toBeLessThan(5_020)
  })

  promised('row 89: needs memory for what is in flight, and for results', async () => {
    const many = 200_000
    function* rows(): Generator<object> {
      for (let index = 0; index < many; index++) yield { index, text: 'x'.repeat(100) }
    }
    let most = 0
    const before = heapUsed()
    const step = async ({ index }: { index: number }): Promise<void> => {
      if (index % 50_000 === 49_999) most = Math.max(most, heapUsed() - before)
    }
    // Not one that is watched: what is told to hooks is kept there.
    const chain = untyped('c').each('xs', step, { concurrency: 10, out: 'sum' })

    expect(await chain.run({ xs: rows() }, { logger: null })).toMatchObject({ sum: { ok: many } })
    expect(most).toBeLessThan(5e6)
  })
})

describe('a source of items', () => {
  const own = new Error('own')
  let returned = 0
  const closing = { return: () => (returned++, { done: true, value: undefined }) }

  promised('row 90: that throws fails the step with that, untouched', async (given) => {
    const sources = [
      {
        [Symbol.iterator]: () => ({
          next: () => {
            throw own
          },
        }),
      },
      { [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(own) }) },
      {
        [Symbol.iterator]: () => {
          throw own
        },
      },
    ]
    for (const xs of sources)
      expect(
        (
          await given.failure(
            given.chain().map('xs', (x: unknown) => x, { out: 'ys' }),
            { input: { xs } },
          )
        ).cause,
      ).toBe(own)
  })

  promised('row 90: is closed where something fails, once', async (given) => {
    returned = 0
    const xs = { [Symbol.iterator]: () => ({ next: () => ({ done: false, value: 1 }), ...closing }) }
    await given.failure(
      given.chain().each('xs', () => Promise.reject(own)),
      { input: { xs } },
    )
    expect(returned).toBe(1)
    expect(
      given.runSync(
        given.chain().each('xs', () => {
          throw own
        }),
        { xs },
      ).ok,
    ).toBe(false)
    expect(returned).toBe(2)
  })

  promised('row 90: that has no end is ended by the signal and by the deadline, and closed', async (given) => {
    const sources = [
      { [Symbol.iterator]: () => ({ next: () => ({ done: false, value: 1 }), ...closing }) },
      { [Symbol.asyncIterator]: () => ({ next: () => wait(given.clock, 1, { done: false, value: 1 }), ...closing }) },
      { [Symbol.asyncIterator]: () => ({ next: never, ...closing }) },
    ]
    const chain = given.chain().each('xs', () => wait(given.clock, 1), { concurrency: 2 })
    returned = 0
    for (const xs of sources)
      expect(await given.failure(chain, { input: { xs }, timeout: 50, ms: 100 })).toMatchObject({ code: 'SC_DEADLINE' })
    expect(returned).toBe(3)
    const running = sources.map((xs) => given.failure(chain, { input: { xs } }))
    await given.clock.advance(10)
    given.controller.abort()
    await given.clock.advance(30)
    for (const error of await Promise.all(running)) expect(error.code).toBe('SC_CANCELLED')
    expect(returned).toBe(6)
  })

  promised('row 90: that has no end, and items that take no time, is ended by them', async (given) => {
    let count = 0
    const xs = { [Symbol.iterator]: () => ({ next: () => ({ done: false, value: count++ }), ...closing }) }
    const step = (): void => {
      if (count === 1_000) given.controller.abort()
    }
    expect(await given.failure(given.chain().each('xs', step), { input: { xs } })).toMatchObject({
      code: 'SC_CANCELLED',
    })
    expect(count).toBeLessThan(1_005)
  })
})

describe('what loses', () => {
  promised('row 91: and rejects later is told to hooks, and otherwise swallowed', async (given) => {
    const tally = new Tally()
    const late = (ms: number) => (c: Loose) =>
      c.tap(() => wait(given.clock, ms).then(() => Promise.reject(new Error(`after ${ms}`))))
    const group = given.chain().parallel([late(10), late(500), late(900)], { grace: 50 })
    const items = given
      .chain()
      .map('xs', (ms: number) => wait(given.clock, ms).then(() => Promise.reject(new Error(`after ${ms}`))), {
        out: 'ys',
        grace: 50,
      })
    const first = given.failure(group, { hooks: tally.hooks })
    const second = given.failure(items, { input: { xs: [10, 500, 900] }, hooks: tally.hooks })
    await given.clock.advance(1_000)

    for (const error of [await first, await second]) expect(error.errors).toHaveLength(1)
    expect(tally.of('onLateSettle').map(({ status }) => status)).toEqual(['failed', 'failed', 'failed', 'failed'])
  })

  promised('row 91: against a fallback rejects later, and that is swallowed', async (given) => {
    const tally = new Tally()
    const step = (): Promise<never> => wait(given.clock, 500).then(() => Promise.reject(new Error('late')))
    const running = given.run(
      given.chain().next(step, { out: 'a', args: [], timeout: 50, fallback: 'instead' }),
      {},
      { hooks: tally.hooks },
    )
    await given.clock.advance(1_000)

    expect(await running).toEqual({ ok: true, context: { a: 'instead' } })
    expect(tally.of('onLateSettle')).toMatchObject([{ status: 'failed', error: { message: 'late' } }])
  })

  promised('row 91: a fallback that is cut off rejects later, and that is swallowed', async (given) => {
    const fallback = (): Promise<never> => wait(given.clock, 500).then(() => Promise.reject(new Error('late')))
    const chain = given.chain().next(() => Promise.reject(new Error('down')), { out: 'a', args: [], fallback })

    expect(await given.failure(chain, { timeout: 50, ms: 60 })).toMatchObject({ code: 'SC_DEADLINE' })
    await given.clock.advance(1_000)
  })
})
