import { getEventListeners } from 'node:events'
import { chain, type Host, type Logger } from 'stepchain'
import { describe, expect } from 'vitest'
import { promised } from '../../support/promises.ts'
import { RecordingHost } from '../../support/recording-host.ts'
import { flaky, never, obeys } from '../../support/steps.ts'
import { Tally } from '../../support/tally.ts'

class Suspension {
  readonly why = 'waiting for an event'
}

const reason = new Error('the user left')

function passing(own: Partial<Host> = {}): Host {
  return { runId: 'run-1', step: async (_call, run) => run({}), ...own }
}

describe('the engine’s own suspension', () => {
  const isControl = (error: unknown): boolean => error instanceof Suspension

  for (const where of ['a step', 'a step of a nested chain', 'a step that waits', 'the host', 'the host’s wait']) {
    promised(`thrown by ${where} is given back untouched: no hook, no retry, no line`, async (given) => {
      const suspension = new Suspension()
      const tally = new Tally()
      const lines: string[] = []
      const line = (message: string): void => void lines.push(message)
      const logger: Logger = { debug: () => {}, info: line, warn: line, error: line }
      let calls = 0
      const suspend = (): never => {
        calls++
        throw suspension
      }
      const retry = { retries: 5, initialDelay: where === 'the host’s wait' ? 10 : 0, jitter: 'none' } as const
      const fail = (): never => {
        if (where === 'the host’s wait') throw new Error('down')
        return suspend()
      }
      const step = where === 'a step that waits' ? async () => fail() : fail
      const inner = chain('inner').next(step, { out: 'a', args: [], retry })
      const definition = where.includes('nested') ? chain('c').next(inner, { out: 'i', retry }) : inner
      const host = passing({
        isControl,
        fail: () => new Error('never asked'),
        ...(where === 'the host' ? { step: suspend } : {}),
        ...(where === 'the host’s wait' ? { sleep: async () => suspend() } : {}),
      })
      const { clock } = given
      const running = definition.run({}, { host, hooks: tally.hooks, logger, clock })
      const end = await running.catch((error: unknown) => error)

      expect(end).toBe(suspension)
      expect(calls).toBe(1)
      const told = tally.order.map((hook) => hook.split(' ')[0])
      expect(told).not.toContain('afterStep')
      expect(told).not.toContain('onRunEnd')
      if (where !== 'the host’s wait') {
        expect(told).not.toContain('onRetry')
        expect(lines).toEqual([])
      }
    })
  }
})

describe('fail', () => {
  promised('gives the final failure in the engine’s form, once', async (given) => {
    const inner = chain('inner').next(flaky(9, 1), { out: 'a', args: [] })
    const seen: unknown[] = []
    const final = new Error('do not retry')
    const host = passing({ fail: (error) => (seen.push(error), final) })
    const running = chain('c').next(inner, { out: 'i' }).run({}, { host, logger: null, clock: given.clock })

    expect(await running.catch((error: unknown) => error)).toBe(final)
    expect(seen).toMatchObject([{ code: 'SC_STEP', step: 'i > a' }])
  })

  promised('is not asked where a run succeeds', async (given) => {
    const host = passing({ fail: () => new Error('never asked') })

    expect(
      await given.run(
        chain('c').next(() => 1, { out: 'a', args: [] }),
        {},
        { host },
      ),
    ).toEqual({ ok: true, context: { a: 1 } })
  })
})

describe('replaying', () => {
  promised('mutes hooks and lines', async (given) => {
    const tally = new Tally()
    const lines: string[] = []
    const line = (message: string): void => void lines.push(message)
    const logger: Logger = { debug: line, info: line, warn: line, error: line }
    let replaying = true
    const definition = chain('c')
      .next(flaky(1, 'ok'), { out: 'a', args: [], log: 'a={a}', retry: { retries: 1, initialDelay: 0 } })
      .next(() => (replaying = false), { out: 'live', args: [] })
      .next(() => 2, { out: 'b', args: [], log: 'b={b}' })
    await given.run(definition, {}, { host: passing({ replaying: () => replaying }), hooks: tally.hooks, logger })

    expect(tally.order).toEqual(['afterStep live', 'beforeStep b', 'beforeAttempt b', 'afterStep b', 'onRunEnd'])
    expect(lines.filter((text) => text.startsWith('a=') || text.startsWith('b='))).toEqual(['b=2'])
  })
})

describe('a run on a host that is stopped', () => {
  promised('while the host holds the step: at once', async (given) => {
    const step = flaky(0, 1)
    let release: (() => Promise<unknown>) | undefined
    const host = passing({
      step: (_call, run) => {
        release = () => run({})
        return never()
      },
    })
    const running = given.failure(chain('c').put('kept', 1).next(step, { out: 'a', args: [] }), { host })
    await given.clock.advance(5)
    given.controller.abort(reason)
    const error = await running
    await release?.().catch(() => {})

    expect(error).toMatchObject({ code: 'SC_CANCELLED', context: { kept: 1 } })
    expect(error.cause).toBe(reason)
    expect(step.calls).toBe(0)
  })

  promised('by its deadline, while the host holds the step', async (given) => {
    const error = await given.failure(
      chain('c').next(() => 1, { out: 'a', args: [] }),
      {
        host: passing({ step: never }),
        timeout: 100,
        ms: 150,
      },
    )

    expect(error.code).toBe('SC_DEADLINE')
  })

  promised('while the host waits', async (given) => {
    const retry = { retries: 1, initialDelay: 1_000, jitter: 'none' } as const
    const running = given.failure(chain('c').next(flaky(9, 1), { out: 'a', args: [], retry }), {
      host: passing({ sleep: never }),
    })
    await given.clock.advance(5)
    given.controller.abort(reason)

    expect((await running).cause).toBe(reason)
  })

  promised('while its step runs, though the host takes its time', async (given) => {
    const host = passing({
      step: async (_call, run) => {
        await run({}).catch(() => {})
        return never()
      },
    })
    const running = given.failure(chain('c').next(obeys(given.clock), { out: 'a' }), { host })
    await given.clock.advance(5)
    given.controller.abort(reason)

    expect((await running).cause).toBe(reason)
  })

  promised('by its own step, synchronously', async (given) => {
    const step = (): never => {
      given.controller.abort(reason)
      throw new Error('down')
    }
    const synchronous: Host['step'] = (_call, run) => run({})
    const host = passing({ step: synchronous })
    const error = await given.failure(chain('c').next(step, { out: 'a', args: [], retry: 3 }), { host })

    expect(error.code).toBe('SC_CANCELLED')
    expect(error.cause).toBe(reason)
  })

  promised('leaves no outcome behind: the step runs again when the run is taken up', async (given) => {
    const host = new RecordingHost()
    const running = given.failure(chain('c').next(never, { out: 'a', args: [] }), { host })
    await given.clock.advance(5)
    given.controller.abort(reason)
    await running
    await given.clock.advance(50)

    expect([...host.journal.keys()]).toEqual([])
  })

  for (const when of ['before', 'while'] as const) {
    promised(`by the host’s signal, aborted ${when} the step runs`, async (given) => {
      const engine = new AbortController()
      const step = flaky(0, 1)
      const host = passing({ step: async (_call, run) => run({ signal: engine.signal }) })
      const definition = chain('c').next(async () => (await (when === 'before' ? 1 : never()), step()), {
        out: 'a',
        args: [],
      })
      if (when === 'before') engine.abort(reason)
      const running = given.failure(definition, { host })
      await given.clock.advance(5)
      engine.abort(reason)
      const error = await running

      expect(error.code).toBe('SC_CANCELLED')
      expect(error.cause).toBe(reason)
      expect(step.calls).toBe(0)
      expect(getEventListeners(engine.signal, 'abort')).toEqual([])
    })
  }

  promised('leaves no listener on a signal that the host gives to every step', async (given) => {
    const engine = new AbortController()
    const host = passing({ step: async (_call, run) => run({ signal: engine.signal }) })
    let definition = chain<Record<string, unknown>>('c')
    for (let index = 0; index < 30; index++) definition = definition.next(async () => index, { out: `k${index}` })
    const outcome = await given.run(definition, {}, { host })
    engine.abort(reason)

    expect(outcome.ok).toBe(true)
    expect(getEventListeners(engine.signal, 'abort')).toEqual([])
  })
})
