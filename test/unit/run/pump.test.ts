import { chain } from 'stepchain'
import { describe, expect, test } from 'vitest'
import { failureOf } from '../../support/outcome.ts'
import { promised } from '../../support/promises.ts'
import { deferred, wait } from '../../support/steps.ts'
import { untyped } from '../../support/untyped.ts'

/** A chain of steps that write down when they are called. */
function scribe(): { said: string[]; say: (word: string) => () => string } {
  const said: string[] = []
  return { said, say: (word) => () => (said.push(word), word) }
}

describe('going on synchronously', () => {
  promised('run() has done all steps before it returns, where none is asynchronous', async (given) => {
    const { said, say } = scribe()
    const definition = chain('c')
      .next(say('a'), { out: 'a', args: [] })
      .next(say('b'), { out: 'b', args: [], retry: 2, timeout: 50, validate: () => true })
      .tap(say('c'), { args: [] })
    const running = given.run(chain('c').use(definition.next(() => 1, { out: 'd', args: [] })))
    said.push('returned')

    expect((await running).ok).toBe(true)
    expect(said).toEqual(['a', 'b', 'c', 'returned'])
  })

  promised('run() goes on up to the first promise, and in one turn for each one', async (given) => {
    const { said, say } = scribe()
    const gate = deferred()
    const definition = chain('c')
      .next(say('a'), { out: 'a', args: [] })
      .next(() => (said.push('b'), gate.promise), { out: 'b', args: [] })
      .next(say('c'), { out: 'c', args: [] })
      .next(say('d'), { out: 'd', args: [] })
    const running = given.run(definition)
    said.push('returned')
    gate.resolve(1)
    await gate.promise
    await Promise.resolve()
    said.push('a turn later')
    await running

    expect(said).toEqual(['a', 'b', 'returned', 'c', 'd', 'a turn later'])
  })

  promised('a failure of a synchronous step rejects, and never throws out of run()', async (given) => {
    const error = await given.failure(chain('c').next(() => JSON.parse('{') as unknown, { out: 'a', args: [] }))

    expect(error.cause).toBeInstanceOf(SyntaxError)
  })

  test('run() always gives a promise, even for input that it refuses', async () => {
    const given = untyped('c').run(5)

    expect(given).toBeInstanceOf(Promise)
    expect((await failureOf(given)).code).toBe('SC_INPUT')
  })

  promised('falsy outputs are outputs', (given) => {
    const values = [undefined, null, 0, '', false, Number.NaN, 0n]
    let definition = chain<Record<string, unknown>>('c')
    for (const [index, value] of values.entries())
      definition = definition.next(() => value, { out: `k${index}`, args: [] })
    const outcome = given.runSync(definition)

    expect(outcome).toEqual({
      ok: true,
      context: Object.fromEntries(values.map((value, index) => [`k${index}`, value])),
    })
  })
})

describe('size', () => {
  promised('100,000 steps, synchronous and asynchronous, do not overflow the stack', async (given) => {
    let sync = chain<Record<string, unknown>>('c')
    let async = chain<Record<string, unknown>>('c')
    for (let index = 0; index < 100_000; index++) {
      sync = sync.next(({ n }) => Number(n) + 1, { out: 'n', overwrite: true })
      async = async.next(async ({ n }) => Number(n) + 1, { out: 'n', overwrite: true })
    }

    expect(given.runSync(sync, { n: 0 })).toEqual({ ok: true, context: { n: 100_000 } })
    expect(await given.run(sync, { n: 0 })).toEqual({ ok: true, context: { n: 100_000 } })
    expect(await given.run(async, { n: 0 })).toEqual({ ok: true, context: { n: 100_000 } })
  })

  test('row 22: 1,000,000 steps build and run', () => {
    let definition = chain<Record<string, unknown>>('c')
    let calls = 0
    const step = (): number => ++calls
    for (let index = 0; index < 1_000_000; index++) definition = definition.next(step, { args: [] })
    definition.runSync({})

    expect(calls).toBe(1_000_000)
  }, 30_000)

  test('row 22: 200,000 steps with an output each build and run', () => {
    let definition = chain<Record<string, unknown>>('c')
    for (let index = 0; index < 200_000; index++)
      definition = definition.next(() => index, { out: `k${index}`, args: [] })
    const context = definition.runSync({})

    expect(Object.keys(context)).toHaveLength(200_000)
    expect(context['k199999']).toBe(199_999)
  }, 30_000)
})

describe('runs within runs', () => {
  promised('row 61: a step runs the chain that it is part of', async (given) => {
    const factorial: { chain?: { run(input: { n: number }): Promise<Record<string, unknown>> } } = {}
    const definition = chain<{ n: number }>('factorial').next(
      async ({ n }) => (n <= 1 ? 1 : n * Number((await factorial.chain?.run({ n: n - 1 }))?.['result'])),
      { out: 'result' },
    )
    factorial.chain = definition

    expect(await given.run(definition, { n: 10 })).toEqual({ ok: true, context: { n: 10, result: 3_628_800 } })
  })

  promised('row 61: endless recursion ends with SC_LIMIT, 256 runs deep', async (given) => {
    const endless: { chain?: { runSync(): object } } = {}
    const definition = chain('endless').next(() => endless.chain?.runSync(), { out: 'again', args: [] })
    endless.chain = definition
    const error = await given.failure(definition)

    expect(error.code).toBe('SC_LIMIT')
    expect(error.message).toBe("Chain 'endless' is run inside of 256 others; that is the most")
    expect(error.step).toBe('again')
    expect(given.runSync(chain('c').next(() => 1, { out: 'a', args: [] }))).toEqual({ ok: true, context: { a: 1 } })
  })

  promised('row 35: 1,000 runs at once of one definition share nothing', async (given) => {
    const definition = chain<{ id: number }>('c')
      .put('list', 'shared')
      .next(({ id }) => wait(given.clock, (id * 7) % 50, id), { out: 'first', timeout: 1_000, retry: 1 })
      .next(async ({ first }) => [first], { out: 'list2' })
    const runs = Array.from({ length: 1_000 }, (_, id) => given.run(definition, { id }))
    await given.clock.advance(100)
    const outcomes = await Promise.all(runs)

    for (const [id, outcome] of outcomes.entries())
      expect(outcome).toEqual({ ok: true, context: { id, list: 'shared', first: id, list2: [id] } })
    expect(new Set(outcomes.map((outcome) => outcome.ok && outcome.context)).size).toBe(1_000)
  })

  promised('runs of one chain that retry at once keep their own counts', async (given) => {
    const calls = new Map<number, number>()
    const step = ({ id }: { id: number }): number => {
      const count = (calls.get(id) ?? 0) + 1
      calls.set(id, count)
      if (count <= id % 4) throw new Error(`down ${id}`)
      return count
    }
    const retry = { retries: 2, initialDelay: 10, jitter: 'none' } as const
    const definition = chain<{ id: number }>('c').next(step, { out: 'count', retry })
    const runs = Array.from({ length: 100 }, (_, id) => given.run(definition, { id }))
    await given.clock.advance(1_000)
    const outcomes = await Promise.all(runs)

    for (const [id, outcome] of outcomes.entries()) {
      if (id % 4 < 3) expect(outcome).toEqual({ ok: true, context: { id, count: (id % 4) + 1 } })
      else
        expect(outcome).toMatchObject({
          ok: false,
          error: { message: `Step 'count' failed on attempt 3 of 3: down ${id}` },
        })
    }
  })
})
