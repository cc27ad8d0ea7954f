import { chain, isStepchainError, type Logger, type RunOptions } from 'stepchain'
import { describe, expect, test, vi } from 'vitest'
import { failureOf } from '../../support/outcome.ts'
import { flaky } from '../../support/steps.ts'
import { Tally } from '../../support/tally.ts'
import { thrownBy, untyped } from '../../support/untyped.ts'
import { VirtualClock } from '../../support/virtual-clock.ts'

describe('safeRun and safeRunSync', () => {
  const good = chain<{ a: number }>('c').next(({ a }) => a * 2, { out: 'b' })
  const bad = good.next(flaky(Infinity, 1), { out: 'd', args: [] })

  test('give the context of a run that succeeded', async () => {
    expect(good.safeRunSync({ a: 1 })).toEqual({ ok: true, context: { a: 1, b: 2 } })
    expect(await good.safeRun({ a: 1 })).toEqual({ ok: true, context: { a: 1, b: 2 } })
  })

  test('give the error, and what was finished, of one that failed', async () => {
    for (const result of [bad.safeRunSync({ a: 1 }, { logger: null }), await bad.safeRun({ a: 1 }, { logger: null })]) {
      expect(result).toMatchObject({ ok: false, error: { code: 'SC_STEP', step: 'd' }, context: { a: 1, b: 2 } })
      expect(!result.ok && isStepchainError(result.error)).toBe(true)
    }
  })

  test('G4: options whose getter throws are SC_INPUT, with what it threw', async () => {
    const fault = new Error('no')
    const options = {
      get timeout(): never {
        throw fault
      },
    }
    for (const result of [good.safeRunSync({ a: 1 }, options), await good.safeRun({ a: 1 }, options)]) {
      expect(result).toMatchObject({ ok: false, error: { code: 'SC_INPUT', cause: fault } })
    }
  })

  test('never throw, whatever they are given', async () => {
    const definition = untyped('c') as unknown as typeof good
    for (const given of [[5], [{}, { timeout: -1 }], [{}, 5], [{}, { nope: 1 }], [{ then: 1 }]] as never[]) {
      const [input, options] = given as [never, never]
      expect(await definition.safeRun(input, options)).toMatchObject({
        ok: false,
        error: { code: 'SC_INPUT' },
        context: {},
      })
      expect(definition.safeRunSync(input, options)).toMatchObject({
        ok: false,
        error: { code: 'SC_INPUT' },
        context: {},
      })
    }
  })
})

describe('the options of a run', () => {
  test('win over those of the chain', async () => {
    const lines: string[] = []
    const line = (message: string): void => void lines.push(message)
    const logger: Logger = { debug: line, info: line, warn: line, error: line }
    const definition = chain('c', { timeout: 50, strict: true, logger, random: () => 1, redact: () => 'chain' })
    const step = definition.next(() => 'x', { out: 'a', args: [], log: '{a}' })
    step.runSync()
    step.runSync({}, { redact: () => 'run' })
    step.runSync({}, { logger: null })

    expect(lines.filter((text) => !text.includes('Step'))).toEqual(['chain', 'chain', 'chain', 'run', 'run', 'run'])
  })

  test('a timeout of the chain is the default of its runs', async () => {
    const clock = new VirtualClock()
    const definition = chain('c', { timeout: 50, clock }).next(() => new Promise(() => {}), { out: 'a', args: [] })
    const usual = failureOf(definition.run())
    const longer = failureOf(definition.run({}, { timeout: 100 }))
    await clock.advance(60)
    expect((await usual).message).toContain('timeout of 50 ms')
    await clock.advance(60)

    expect((await longer).message).toContain('timeout of 100 ms')
  })

  test('that are undefined leave those of the chain', () => {
    const definition = chain('c', { strict: true }).next(() => 1, { out: 'a', args: [] })

    expect(
      definition.runSync({}, { strict: undefined, timeout: undefined, signal: undefined, hooks: undefined }),
    ).toEqual({ a: 1 })
  })

  test('hooks come behind those of the chain', () => {
    const seen: string[] = []
    const say = (word: string) => ({ beforeStep: () => void seen.push(word) })
    const definition = chain('c', { hooks: say('chain') }).next(() => 1, { out: 'a', args: [] })
    definition.with(say('with')).runSync({}, { hooks: say('run'), logger: null })
    definition.runSync({}, { logger: null })

    expect(seen).toEqual(['chain', 'with', 'run', 'chain'])
  })

  test('row 102: are taken at the start', async () => {
    const tally = new Tally()
    const options = { logger: null, hooks: { ...tally.hooks }, timeout: 1_000, clock: new VirtualClock() }
    const definition = chain('c')
      .next(async () => Object.assign(options, { hooks: {}, timeout: 1, clock: null }), { name: 'a', args: [] })
      .next(async () => 1, { out: 'b' })
    await definition.run({}, options)

    expect(tally.of('afterStep')).toHaveLength(2)
  })

  test('a host or a signal of the chain serves all its runs', async () => {
    const calls: string[] = []
    const host = {
      runId: 'r',
      step: async <T>(call: { path: string }, run: (info: object) => Promise<T>): Promise<T> => (
        calls.push(call.path),
        run({})
      ),
    }
    const definition = chain('c', { host }).next(() => 1, { out: 'a', args: [] })
    await definition.run()
    await definition.run()

    expect(calls).toEqual(['a', 'a'])
    expect(
      (
        await failureOf(
          chain('c', { signal: AbortSignal.abort() })
            .next(() => 1, { out: 'a', args: [] })
            .run(),
        )
      ).code,
    ).toBe('SC_CANCELLED')
  })
})

describe('what a run begins with', () => {
  const redact = (text: string): string => text.replaceAll('hunter2', '[hidden]')

  test('a redactor also rewrites what goes to the default logger', () => {
    const printed = vi.spyOn(console, 'info').mockImplementation(() => {})
    try {
      const definition = chain('c', { redact }).tap(() => {}, { log: 'says hunter2' })
      definition.runSync()
      chain('c')
        .tap(() => {}, { log: 'says hunter2' })
        .runSync()
      expect(printed.mock.calls).toEqual([['says [hidden]'], ['says hunter2']])
    } finally {
      printed.mockRestore()
    }
  })

  test('options that are refused are redacted as the chain says', async () => {
    const definition = untyped('c', { redact }).tap(() => {})
    for (const [options, message] of [
      [{ timeout: 'hunter2' }, `Chain 'c': timeout is "[hidden]"; expected a number above 0`],
      [{ deadline: () => 'hunter2' }, `Chain 'c': the deadline is "[hidden]"; expected a number of ms`],
      [{ deadline: () => Number.NaN }, `Chain 'c': the deadline is NaN; expected a number of ms`],
    ] as const) {
      expect(thrownBy(() => definition.runSync({}, options)).message).toBe(message)
      expect(await failureOf(definition.run({}, options))).toMatchObject({ code: 'SC_INPUT', message })
    }
    expect(thrownBy(() => untyped('c').runSync({}, { timeout: 'x' }))).toMatchObject({ code: 'SC_INPUT' })
    expect(thrownBy(() => untyped('c').runSync({}, { deadline: () => 'x' }))).toMatchObject({ code: 'SC_INPUT' })
  })

  test('a deadline or an option whose reading throws is told with its chain and what it threw', () => {
    const cause = new Error('no')
    const throwing = (): never => {
      throw cause
    }
    expect(thrownBy(() => untyped('c').runSync({}, { deadline: throwing }))).toMatchObject({
      code: 'SC_INPUT',
      chain: 'c',
      cause,
      message: "Chain 'c': the deadline function threw",
    })
    expect(
      thrownBy(() =>
        untyped('c').runSync({}, Object.defineProperty({}, 'timeout', { get: throwing, enumerable: true })),
      ),
    ).toMatchObject({
      code: 'SC_INPUT',
      chain: 'c',
      cause,
      message: "Chain 'c': reading the options of the run threw",
    })
  })

  test('reserve is kept back from what a deadline leaves', () => {
    const definition = chain('c', { logger: null, clock: new VirtualClock() }).next(() => 1, { out: 'a', args: [] })
    expect(thrownBy(() => definition.runSync({}, { deadline: () => 5, reserve: 10 })).code).toBe('SC_DEADLINE')
    expect(definition.runSync({}, { deadline: () => 15, reserve: 10 })).toEqual({ a: 1 })
    const clock = new VirtualClock()
    const inMs = (ms: number): RunOptions => ({ clock, deadline: new Date(clock.wall() + ms), reserve: 10 })
    expect(thrownBy(() => definition.runSync({}, inMs(10))).code).toBe('SC_DEADLINE')
    expect(definition.runSync({}, inMs(11))).toEqual({ a: 1 })
  })

  test('how long it took is told, whatever else surrounds it', () => {
    const clock = new VirtualClock()
    const durations: number[] = []
    const hooks = { onRunEnd: ({ duration }: { duration: number }) => void durations.push(duration) }
    chain('c', { logger: null, clock, hooks })
      .next(() => clock.sleepSync(7), { name: 'a', args: [] })
      .runSync()
    expect(durations).toEqual([7])
  })

  test('no more than 256 runs are inside of one another, and the one that is too many is not begun', () => {
    let calls = 0
    const endless: { chain?: { runSync(): object } } = {}
    endless.chain = chain('endless', { logger: null }).next(() => (calls++, endless.chain?.runSync()), {
      out: 'again',
      args: [],
    })
    const error = thrownBy(() => endless.chain?.runSync())
    expect(calls).toBe(256)
    expect(error).toMatchObject({ code: 'SC_LIMIT', chain: 'endless' })
    let cause: unknown = error
    while ((cause as Error).cause !== undefined) cause = (cause as Error).cause
    expect(cause).toMatchObject({ code: 'SC_LIMIT', chain: 'endless', message: error.message })
  })

  test('no host in a synchronous run', () => {
    const host = { step: () => {} }
    expect(
      thrownBy(() =>
        untyped('c', { host })
          .tap(() => {})
          .runSync(),
      ),
    ).toMatchObject({
      code: 'SC_INPUT',
      message: "Chain 'c': host is [object Object]; expected no host: a host is asynchronous; use run()",
    })
    expect(
      thrownBy(() =>
        untyped('c')
          .tap(async () => {}, { name: 'a' })
          .runSync(),
      ),
    ).toMatchObject({
      code: 'SC_DEFINITION',
      step: 'a',
      message: "Chain 'c', step 'a': its function is declared async; use run() instead of runSync()",
    })
  })
})
