import { chain, type Host, type RunOptions } from 'stepchain'
import { describe, expect } from 'vitest'
import { promised } from '../../support/promises.ts'
import { type Journal, RecordingHost } from '../../support/recording-host.ts'
import { flaky } from '../../support/steps.ts'
import { Tally } from '../../support/tally.ts'

const exact = { backoff: 'constant', initialDelay: 1_000, jitter: 'none' } as const

/** A host that only passes calls on, but for what a test puts in its place. */
function passing(own: Partial<Host> = {}): Host {
  return { runId: 'run-1', step: async (_call, run) => run({}), ...own }
}

describe('a step on a host', () => {
  promised('has hooks, retries, validation and timeouts around it, once', async (given) => {
    const tally = new Tally()
    const definition = chain('c').next(flaky(1, 'ok'), {
      out: 'a',
      args: [],
      retry: { retries: 1, initialDelay: 5, jitter: 'none' },
      validate: (value) => value === 'ok',
    })
    const running = given.run(definition, {}, { host: new RecordingHost(), hooks: tally.hooks })
    await given.clock.advance(5)

    expect(await running).toEqual({ ok: true, context: { a: 'ok' } })
    expect(tally.order).toEqual([
      'onRunStart',
      'beforeStep a',
      'beforeAttempt a',
      'onRetry a',
      'beforeAttempt a',
      'afterStep a',
      'onRunEnd',
    ])
  })

  promised('row 8: has a path of 256 characters at most', async (given) => {
    const nest = (length: number): ReturnType<typeof outer> => outer('x'.repeat(length))
    const inner = chain('inner').next(() => 1, { name: 'y'.repeat(128), out: 'x', args: [] })
    const outer = (name: string) => chain('outer').next(inner, { name, out: 'in', args: {} })

    expect(await given.run(nest(127), {}, { host: passing() })).toMatchObject({ ok: true })
    expect((await given.failure(nest(128), { host: passing() })).code).toBe('SC_LIMIT')
    expect(await given.run(nest(128))).toMatchObject({ ok: true })
  })

  promised('has the id of the host, unless the run has one of its own', async (given) => {
    const definition = chain('c').next((_context, step) => step.key, { out: 'key' })

    expect(await given.run(definition, {}, { host: passing() })).toMatchObject({ context: { key: 'run-1/key' } })
    expect(await given.run(definition, {}, { host: passing(), runId: 'own' })).toMatchObject({
      context: { key: 'own/key' },
    })
  })

  promised(
    'that fails here keeps the error as it was thrown; repeated, it has its name, message and code',
    async (given) => {
      const thrown = Object.assign(new TypeError('gone'), { code: 'E_GONE' })
      const journal: Journal = new Map()
      const definition = chain('c').next(flaky(9, 1, thrown), { out: 'a', args: [] })
      const here = await given.failure(definition, { host: new RecordingHost({ journal }) })
      const again = await given.failure(definition, { host: new RecordingHost({ journal }) })

      expect(here.cause).toBe(thrown)
      expect(again.cause).toMatchObject({ name: 'TypeError', message: 'gone', code: 'E_GONE' })
      expect(again.attempts).toMatchObject([{ attempt: 1, error: { name: 'TypeError', message: 'gone' } }])
    },
  )

  promised('that throws what cannot be read is described all the same', async (given) => {
    const unreadable = Object.defineProperty(new Error('x'), 'message', {
      get() {
        throw new Error('getter')
      },
    })
    const error = await given.failure(chain('c').next(flaky(9, 1, unreadable), { out: 'a', args: [] }), {
      host: passing(),
    })

    expect(error).toMatchObject({ code: 'SC_STEP', message: "Step 'a' failed on attempt 1 of 1: [unreadable]" })
    expect(error.cause).toBe(unreadable)
  })

  promised('is refused in a synchronous run', (given) => {
    expect(
      given.runSync(
        chain('c').next(() => 1, { out: 'a', args: [] }),
        {},
        { host: passing() },
      ),
    ).toMatchObject({
      ok: false,
      error: { code: 'SC_INPUT' },
    })
  })
})

describe('a host that fails', () => {
  const down = new Error('the engine is down')
  const ways: readonly { readonly how: string; readonly step: Host['step'] }[] = [
    {
      how: 'throws',
      step: () => {
        throw down
      },
    },
    { how: 'rejects', step: () => Promise.reject(down) },
    {
      how: 'rejects after the step',
      step: async (_call, run) => {
        await run({})
        throw down
      },
    },
    {
      how: 'rejects before the step is over, and waits for nothing',
      step: (_call, run) => {
        void run({})
        return Promise.reject(down)
      },
    },
  ]
  for (const { how, step } of ways) {
    promised(`and ${how} fails the step, with its error as the cause`, async (given) => {
      const slow = async (): Promise<string> => 'ok'
      const definition = chain('c').put('kept', 1).next(slow, { out: 'a' }).next(slow, { out: 'b' })
      const error = await given.failure(definition, { host: passing({ step }) })

      expect(error).toMatchObject({ code: 'SC_STEP', step: 'a', chain: 'c', runId: 'run-1' })
      expect(error.message).toBe("Step 'a' failed on attempt 1 of 1: the engine is down")
      expect(error.cause).toBe(down)
      expect(error.context).toMatchObject({ kept: 1 })
    })
  }

  for (const garbage of [undefined, null, 5, {}]) {
    promised(`and gives ${JSON.stringify(garbage)} for an outcome fails the step`, async (given) => {
      const host = passing({ step: async () => garbage as never })
      const error = await given.failure(
        chain('c').next(() => 1, { out: 'a', args: [] }),
        { host },
      )

      expect(error.message).toBe("Step 'a' failed on attempt 1 of 1: the host gave no outcome")
    })
  }

  promised('and calls a step again, or late, is refused: the step does not run', async (given) => {
    const calls: ((info: object) => Promise<unknown>)[] = []
    const step = flaky(0, 1)
    const host = passing({
      step: async (_call, run) => {
        calls.push(run)
        return run({})
      },
    })
    await given.run(chain('c').next(step, { out: 'a', args: [] }), {}, { host })
    const again = await calls[0]?.({}).catch((error: unknown) => error)
    void calls[0]?.({})

    expect(again).toMatchObject({ message: "step 'a' is under way or over: it is not run again" })
    expect(step.calls).toBe(1)
  })

  promised('and never called the step may not do so when the run is over', async (given) => {
    let late: (() => Promise<unknown>) | undefined
    const step = flaky(0, 1)
    const host = passing({
      step: (_call, run) => {
        late = () => run({})
        return Promise.reject(down)
      },
    })
    await given.failure(chain('c').next(step, { out: 'a', args: [] }), { host })
    await late?.().catch(() => {})

    expect(step.calls).toBe(0)
  })
})

describe('a host that waits', () => {
  const options = (host: RecordingHost, tally = new Tally()): RunOptions => ({ host, hooks: tally.hooks })

  promised('does so between attempts, each of which is a call of its own', async (given) => {
    const host = new RecordingHost({ sleeps: true })
    const tally = new Tally()
    const definition = chain('c').next(flaky(2, 'ok'), { out: 'a', args: [], retry: { retries: 2, ...exact } })

    expect(await given.run(definition, {}, options(host, tally))).toEqual({ ok: true, context: { a: 'ok' } })
    expect(host.paths).toEqual(['a', 'a#2', 'a#3'])
    expect(host.waits).toEqual([
      { name: 'a.wait', ms: 1_000 },
      { name: 'a#2.wait', ms: 1_000 },
    ])
    expect(tally.of('beforeStep')).toHaveLength(1)
    expect(tally.of('beforeAttempt').map(({ attempt }) => attempt)).toEqual([1, 2, 3])
    expect(tally.of('afterStep')).toMatchObject([{ attempt: 3, status: 'ok' }])
  })

  promised('leaves waits shorter than minDurableMs, and none at all, to the step', async (given) => {
    for (const initialDelay of [0, 999]) {
      const host = new RecordingHost({ sleeps: true, minDurableMs: 1_000 })
      const retry = { retries: 1, ...exact, initialDelay }
      const running = given.run(chain('c').next(flaky(1, 'ok'), { out: 'a', args: [], retry }), {}, options(host))
      await given.clock.advance(999)

      expect((await running).ok).toBe(true)
      expect(host.paths).toEqual(['a'])
      expect(host.waits).toEqual([])
    }
    const host = new RecordingHost({ sleeps: true })
    await given.run(
      chain('c').next(flaky(1, 'ok'), { out: 'a', args: [], retry: { retries: 1, initialDelay: 0 } }),
      {},
      options(host),
    )
    expect(host.waits).toEqual([])
  })

  promised('does so for a nested chain too', async (given) => {
    const host = new RecordingHost({ sleeps: true })
    const inner = chain('inner').next(flaky(2, 'ok'), { out: 'a', args: [] })
    const definition = chain('c').next(inner, { out: 'i', retry: { retries: 2, ...exact } })

    expect(await given.run(definition, {}, options(host))).toEqual({ ok: true, context: { i: { a: 'ok' } } })
    expect(host.paths).toEqual(['i/a', 'i#2/a', 'i#3/a'])
    expect(host.waits).toEqual([
      { name: 'i.wait', ms: 1_000 },
      { name: 'i#2.wait', ms: 1_000 },
    ])
  })

  promised('and repeats a run keeps count of its attempts', async (given) => {
    const journal: Journal = new Map()
    const step = flaky(9, 'ok')
    const definition = chain('c').next(step, { out: 'a', args: [], retry: { retries: 2, ...exact } })
    const first = await given.failure(definition, options(new RecordingHost({ sleeps: true, journal })))
    const again = await given.failure(definition, options(new RecordingHost({ sleeps: true, journal })))

    expect(step.calls).toBe(3)
    expect(again.message).toBe(first.message)
    expect(again.attempts.map(({ attempt }) => attempt)).toEqual([1, 2, 3])
  })

  promised('and goes on with a run: maxElapsed is counted from there', async (given) => {
    const journal: Journal = new Map()
    const retry = { retries: 9, ...exact, maxElapsed: 1_500 }
    const definition = chain('c').next(flaky(2, 'ok'), { out: 'a', args: [], retry })
    const crashing = new RecordingHost({ sleeps: true, journal, crashAfter: 2 })
    const crash = await definition
      .run({}, { host: crashing, clock: given.clock, logger: null })
      .catch((error: unknown) => error)
    given.clock.block(1_000_000)

    expect(crash).toMatchObject({ message: 'the machine went down' })
    expect(await given.run(definition, {}, options(new RecordingHost({ sleeps: true, journal })))).toEqual({
      ok: true,
      context: { a: 'ok' },
    })
  })
})
