import { chain, isStepchainError, type Logger } from 'stepchain'
import { describe, expect, test } from 'vitest'
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

describe('chain()', () => {
  test('has a name, which is "chain" unless it is given', () => {
    expect([chain().name, chain('orders').name, chain('orders').put('a', 1).name]).toEqual([
      'chain',
      'orders',
      'orders',
    ])
  })

  test('is no thenable, and prints nothing of what it holds', async () => {
    const definition = chain('c').put('password', 'hunter2')

    expect(await Promise.resolve(definition)).toBe(definition)
    expect(JSON.stringify(definition)).not.toContain('hunter2')
  })
})

describe('use', () => {
  test('takes a chain, whose keys must not be taken', () => {
    const inner = untyped('inner').next(() => 1, { out: 'a', args: [] })
    const taken = untyped('c').next(() => 1, { out: 'a', args: [] })

    expect(thrownBy(() => taken.use(inner)).message).toContain('out is "a"; expected a key that is not taken')
    for (const value of [undefined, null, {}, () => 1, 'inner'])
      expect(thrownBy(() => taken.use(value)).code).toBe('SC_DEFINITION')
  })

  test('numbers steps without a name anew; names that were given must not collide', () => {
    const tally = new Tally()
    const inner = untyped('inner')
      .tap(() => 1)
      .tap(() => 2)
    const named = untyped('inner').tap(() => 1, { name: 'load' })
    untyped('c')
      .tap(() => 3)
      .use(inner)
      .use(inner)
      .tap(() => 4)
      .runSync({}, { hooks: tally.hooks, logger: null })

    expect(tally.of('beforeStep').map(({ path }) => path)).toEqual([
      'step-1',
      'step-2',
      'step-3',
      'step-4',
      'step-5',
      'step-6',
    ])
    expect(thrownBy(() => named.use(named)).message).toContain('name is "load"; expected a name that no other step has')
  })
})
