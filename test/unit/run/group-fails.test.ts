import { describe, expect } from 'vitest'
import { promised } from '../../support/promises.ts'
import { never, obeys, wait } from '../../support/steps.ts'
import type { Loose } from '../../support/untyped.ts'

type Handle = { readonly signal: AbortSignal; readonly key: string }

describe('a group in which something fails', () => {
  promised('aborts the others, starts nothing more, and waits for those that end in time', async (given) => {
    const log: string[] = []
    const own = new Error('down')
    const chain = given.chain().parallel(
      {
        fails: (c: Loose) => c.tap(() => wait(given.clock, 10).then(() => Promise.reject(own))),
        obeys: (c: Loose) => c.tap(obeys(given.clock, 50)).tap(() => void log.push('obeys went on')),
        finishes: (c: Loose) =>
          c
            .next(() => wait(given.clock, 100, 'done'), { out: 'x', args: [] })
            .tap(() => void log.push('finishes went on')),
        unstarted: (c: Loose) => c.tap(() => void log.push('unstarted')),
      },
      { concurrency: 3 },
    )
    const error = await given.failure(chain, { ms: 100 })

    expect(log).toEqual([])
    expect(error).toMatchObject({
      code: 'SC_GROUP',
      name: 'GroupError',
      step: 'parallel-1',
      message:
        "Step 'parallel-1': 1 of 4 branches failed: Step 'parallel-1 > fails > step-1' failed on attempt 1 of 1: down",
      results: { fails: {}, obeys: {}, finishes: { x: 'done' } },
      context: { fails: {}, obeys: {}, finishes: { x: 'done' } },
    })
    expect(error.errors).toHaveLength(1)
    expect(error.errors[0]?.cause).toBe(own)
    expect(error.cause).toBe(error.errors[0])
    expect(given.clock.now()).toBe(1_100)
  })

  promised('abandons what has not ended after the grace', async (given) => {
    const chain = given
      .chain()
      .parallel(
        [
          (c: Loose) => c.tap(() => wait(given.clock, 10).then(() => Promise.reject(new Error('down')))),
          (c: Loose) => c.next(() => wait(given.clock, 40, 1), { out: 'x', args: [] }),
          (c: Loose) => c.next(never, { out: 'y', args: [] }),
        ],
        { grace: 25 },
      )
    const running = given.run(chain)
    await given.clock.advance(34)
    let over = false
    void running.then(() => (over = true))
    await given.clock.advance(0)
    expect(over).toBe(false)
    await given.clock.advance(1)

    expect(await running).toMatchObject({ ok: false, error: { code: 'SC_GROUP', results: {} } })
    await given.clock.advance(100)
  })

  promised('waits for nothing where the grace is 0', async (given) => {
    const chain = given.chain().map('xs', (x: number) => (x === 1 ? never() : Promise.reject(new Error('down'))), {
      out: 'ys',
      grace: 0,
    })

    expect(await given.failure(chain, { input: { xs: [1, 2] }, ms: 0 })).toMatchObject({ code: 'SC_GROUP' })
  })

  promised(
    'has the errors of all that failed by themselves, in declared order; the first in time is the cause',
    async (given) => {
      const fails = (ms: number, text: string) => (c: Loose) =>
        c.tap(() => wait(given.clock, ms).then(() => Promise.reject(new Error(text))))
      const branches = {
        late: fails(30, 'late'),
        first: fails(10, 'first'),
        obeys: (c: Loose) => c.tap(obeys(given.clock)),
        never: (c: Loose) => c.tap(never),
      }
      const error = await given.failure(given.chain().parallel(branches, { grace: 100 }), { ms: 200 })

      expect(error.errors.map(({ message }) => message.split(': ')[1])).toEqual(['late', 'first'])
      expect(error.cause).toBe(error.errors[1])
      expect(error.message).toMatch(/2 of 4 branches failed: .*first$/)
    },
  )

  promised('tells apart what was told to end from what failed meanwhile', async (given) => {
    const ends = [
      (_: unknown, { signal }: Handle) => endsWith(signal, () => signal.reason as Error),
      (_: unknown, { signal }: Handle) => endsWith(signal, () => new DOMException('stopped', 'AbortError')),
      (_: unknown, { signal }: Handle) => endsWith(signal, () => new Error('own')),
    ]
    const fail = (): Promise<never> => wait(given.clock, 10).then(() => Promise.reject(new Error('down')))
    const list = await given.failure(given.chain().parallel([fail, ...ends].map((step) => (c: Loose) => c.tap(step))), {
      ms: 20,
    })
    const items = [async () => fail(), ...ends]
    const call = (step: (typeof ends)[number], _: number, handle: Handle): unknown => step(null, handle)
    const loop = await given.failure(given.chain().map('items', call, { out: 'ys' }), { input: { items }, ms: 20 })
    const chains = await given.failure(
      given.chain().map(
        'items',
        [
          (c: Loose) =>
            c.next((step: (typeof ends)[number], handle: Handle) => step(null, handle), {
              out: 'y',
              args: ['item', '$step'],
            }),
        ],
        { out: 'ys' },
      ),
      { input: { items }, ms: 20 },
    )

    for (const error of [list, loop, chains])
      expect(error.errors.map(({ cause }) => (cause as Error).message)).toEqual(['down', 'own'])
  })

  promised('that fails at once begins nothing more', async (given) => {
    const begun: number[] = []
    const chain = given
      .chain()
      .map('xs', (x: number) => (begun.push(x), x === 2 ? Promise.reject(new Error('2')) : Promise.resolve(x)), {
        out: 'ys',
        concurrency: 2,
      })
    const sync = given.chain().map(
      'xs',
      (x: number) => {
        begun.push(x)
        if (x === 2) throw new Error('2')
        return x
      },
      { out: 'ys' },
    )

    expect(await given.failure(chain, { input: { xs: [1, 2, 3, 4, 5, 6] } })).toMatchObject({ code: 'SC_GROUP' })
    expect(begun.length).toBeLessThanOrEqual(4)
    begun.length = 0
    expect(given.runSync(sync, { xs: [1, 2, 3, 4] })).toMatchObject({ ok: false, error: { code: 'SC_GROUP' } })
    expect(begun).toEqual([1, 2])
  })

  promised('is retried as a whole, undone before', async (given) => {
    let calls = 0
    const undone: unknown[] = []
    const chain = given.chain().parallel(
      [
        (c: Loose) => c.next(() => ++calls, { out: 'n', args: [], compensate: (n: number) => void undone.push(n) }),
        (c: Loose) =>
          c.next(
            async () => {
              if (calls < 3) throw new Error('down')
            },
            { out: 'x', args: [] },
          ),
      ],
      { retry: { retries: 2, initialDelay: 10, jitter: 'none' } },
    )
    const running = given.run(chain)
    await given.clock.advance(50)

    expect(await running).toEqual({ ok: true, context: { n: 3, x: undefined } })
    expect(undone).toEqual([1, 2])
  })

  promised('is not retried where that is of no use', async (given) => {
    let calls = 0
    const inner = given.chain('inner').tap(() => 1, { args: ['no.such'] })
    const chain = given
      .chain()
      .parallel([(c: Loose) => c.tap(() => void calls++).next(inner, { out: 'i', args: {} })], {
        retry: { retries: 3, initialDelay: 0 },
      })

    expect(await given.failure(chain, { strict: true })).toMatchObject({
      code: 'SC_GROUP',
      errors: [{ code: 'SC_REFERENCE' }],
    })
    expect(calls).toBe(1)
  })

  promised('whose own timeout passes is a step that took too long', async (given) => {
    const aborted: string[] = []
    const step =
      (name: string) =>
      (_: unknown, { signal }: Handle) =>
        new Promise(() => signal.addEventListener('abort', () => void aborted.push(name)))
    const chain = given
      .chain()
      .parallel([(c: Loose) => c.tap(step('a')), (c: Loose) => c.tap(step('b'))], { timeout: 100, name: 'g' })
    const error = await given.failure(chain, { ms: 120 })

    expect(error).toMatchObject({
      code: 'SC_TIMEOUT',
      step: 'g',
      message: "Step 'g' failed on attempt 1 of 1: it took longer than its timeout of 100 ms",
    })
    expect(aborted).toEqual(['a', 'b'])
  })
})

function endsWith(signal: AbortSignal, error: () => Error): Promise<never> {
  return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(error())))
}
