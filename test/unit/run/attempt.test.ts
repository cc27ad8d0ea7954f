import { chain, type StepHandle } from 'stepchain'
import { describe, expect } from 'vitest'
import { promised } from '../../support/promises.ts'
import { deferred, flaky, never, obeys } from '../../support/steps.ts'
import { Tally } from '../../support/tally.ts'
import { untyped } from '../../support/untyped.ts'

describe('an attempt', () => {
  promised(
    'that blocked past its timeout says for how long, and one that blocked as long is in time',
    async (given) => {
      const blocking = (ms: number) => chain('c').next(() => given.clock.block(ms), { out: 'a', args: [], timeout: 10 })
      const error = await given.failure(blocking(11))

      expect(error.code).toBe('SC_TIMEOUT')
      expect(error.attempts).toEqual([
        { attempt: 1, error: error.cause, duration: 11, abandoned: false, blockedMs: 11 },
      ])
      expect(await given.run(blocking(10))).toMatchObject({ ok: true })
    },
  )

  promised('that failed otherwise blocked nothing', async (given) => {
    const error = await given.failure(chain('c').next(flaky(9, 1), { out: 'a', args: [], timeout: 10 }))

    expect(error.attempts).toEqual([{ attempt: 1, error: error.cause, duration: 0, abandoned: false }])
    expect([error.suppressed, error.issues]).toEqual([[], []])
  })

  promised('that is too slow and then cancelled, while it is given a moment, is cancelled', async (given) => {
    const definition = chain('c').next(obeys(given.clock, 15), { out: 'a', timeout: 10 })
    const running = given.failure(definition)
    await given.clock.advance(20)
    given.controller.abort('left')
    await given.clock.advance(20)

    expect(await running).toMatchObject({ code: 'SC_CANCELLED', cause: 'left' })
  })

  promised('that is too slow and gives up in the moment it has is not abandoned', async (given) => {
    const error = await given.failure(chain('c').next(obeys(given.clock, 15), { out: 'a', timeout: 10 }), { ms: 60 })

    expect(error).toMatchObject({ code: 'SC_TIMEOUT', attempts: [{ abandoned: false }] })
  })

  promised('that can be given no moment, since its clock makes no timer, is abandoned at once', async (given) => {
    const set = given.clock.setTimeout
    const grace = 20
    Object.assign(given.clock, {
      setTimeout: (callback: () => void, ms: number) => {
        if (ms === grace) throw new Error('no more timers')
        return set(callback, ms)
      },
    })
    const listening = (_context: object, { signal }: StepHandle): Promise<void> =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => set(() => resolve(), 1))
      })
    const running = given.failure(chain('c').next(listening, { out: 'a', timeout: 10 }))
    await given.clock.advance(10)

    expect(await running).toMatchObject({ code: 'SC_TIMEOUT', attempts: [{ abandoned: true }] })
    await given.clock.advance(1)
  })

  promised('of a nested chain ends its steps with why it ended itself', async (given) => {
    const inner = chain('inner').next(never, { out: 'load', args: [] })
    for (const [timeouts, code] of [
      [{ step: undefined, run: 30 }, 'SC_DEADLINE'],
      [{ step: 30, run: undefined }, 'SC_CANCELLED'],
    ] as const) {
      const tally = new Tally()
      const options = { hooks: tally.hooks, ms: 100, ...(timeouts.run === undefined ? {} : { timeout: timeouts.run }) }
      await given.failure(untyped('c').next(inner, { out: 'in', args: {}, timeout: timeouts.step }), options)

      expect(tally.of('afterStep').map(({ path, error }) => [path, (error as { code: string }).code])).toEqual([
        ['in/load', code],
        ['in', timeouts.step === undefined ? 'SC_DEADLINE' : 'SC_TIMEOUT'],
      ])
      expect(tally.of('beforeStep').map(({ path, kind }) => [path, kind])).toEqual([
        ['in', 'chain'],
        ['in/load', 'step'],
      ])
      expect(tally.of('onRunStart').map(({ path, name, kind }) => [path, name, kind])).toEqual([
        ['', 'c', 'run'],
        ['in', 'inner', 'run'],
      ])
    }
  })

  promised('whose validator refuses late tells of what that threw', async (given) => {
    const fault = new Error('too old')
    for (const [refuse, told] of [
      [() => Promise.reject(fault), fault],
      [() => false, new Error('the validator returned false')],
    ] as const) {
      const gate = deferred()
      const tally = new Tally()
      const validate = (): unknown => gate.promise.then(refuse)
      const definition = untyped('c').next(() => 1, { out: 'a', args: [], timeout: 10, validate })
      await given.failure(definition, { hooks: tally.hooks, ms: 60 })
      gate.resolve(undefined)
      await given.clock.advance(0)

      expect(tally.of('onLateSettle')).toMatchObject([{ status: 'failed', error: told }])
    }
  })

  promised('without limits sets no timer, even if slow steps are warned of where nobody listens', async (given) => {
    for (const [options, pending] of [
      [{}, 0],
      [{ slowStepWarning: 5, logger: null }, 0],
      [{ slowStepWarning: 5, logger: null, hooks: { onSlowStep: () => {} } }, 1],
      [{ hooks: { onSlowStep: () => {} } }, 0],
    ] as const) {
      const gate = deferred()
      const running = given.run(
        chain('c').next(() => gate.promise, { out: 'a', args: [] }),
        {},
        options,
      )
      await given.clock.advance(0)
      expect(given.clock.pending).toBe(pending)
      gate.resolve(1)
      expect(await running).toEqual({ ok: true, context: { a: 1 } })
    }
  })
})

describe('what is told', () => {
  promised(
    'of a run that succeeded has no error, of progress without a total none, of a failure no output',
    async (given) => {
      const events: object[] = []
      const keep = (event: object): void => void events.push(event)
      const hooks = { onRunEnd: keep, onProgress: keep, afterStep: keep }
      const step = (_context: object, handle: StepHandle): void => {
        handle.progress(1)
        handle.progress(1, 2)
      }
      await given.run(
        chain('c')
          .next(() => 1, { out: 'x', args: [] })
          .tap(step, { name: 'a' }),
        {},
        { hooks },
      )
      await given.failure(chain('c').next(flaky(9, 1), { out: 'x', args: [] }), { hooks })

      expect(events.map((event) => ['output' in event, 'error' in event, 'total' in event])).toEqual([
        [true, false, false],
        [false, false, false],
        [false, false, true],
        [true, false, false],
        [false, false, false],
        [false, true, false],
        [false, true, false],
      ])
    },
  )

  promised('of a ref into what is not there is nothing', async (given) => {
    const seen: unknown[] = []
    const definition = untyped('c').tap((...all: unknown[]) => void seen.push(...all), {
      args: ['nokey', 'nokey.description', '$input.nokey', '$input.nokey.description', '$signal.nothing'],
    })
    await given.run(definition, { a: 1 })

    expect(seen).toEqual([undefined, undefined, undefined, undefined, undefined])
  })

  promised('of a ref that leads nowhere, with strict, is told before anything was tried', async (given) => {
    const error = await given.failure(
      untyped('c').tap(() => 1, { args: ['nokey'] }),
      { strict: true },
    )

    expect([error.code, error.attempts, error.suppressed]).toEqual(['SC_REFERENCE', [], []])
  })
})

promised(
  'retries that were used up deep inside are not made again, however many chains are around them',
  async (given) => {
    const step = flaky(99, 1)
    const retry = { retries: 2, initialDelay: 0 }
    const inner = untyped('inner').next(step, { out: 'load', args: [], retry })
    const middle = untyped('middle').next(inner, { out: 'm', args: {} })
    const error = await given.failure(untyped('outer').next(middle, { out: 'o', args: {}, retry }))

    expect(step.calls).toBe(3)
    expect(error).toMatchObject({ code: 'SC_STEP', step: 'o > m > load' })
  },
)

promised('what a step throws may refuse to tell what it is', async (given) => {
  const thrown = new Proxy(
    {},
    {
      getPrototypeOf() {
        throw new Error('no')
      },
    },
  )
  const definition = chain('c').next(() => Promise.reject(thrown), { out: 'a', args: [] })

  expect((await given.failure(definition)).cause).toBe(thrown)
  expect((await given.failure(chain('c').next(flaky(9, 1, thrown as Error), { out: 'a', args: [] }))).cause).toBe(
    thrown,
  )
})
