import { chain, type Hooks } from 'stepchain'
import { describe, expect, test } from 'vitest'
import { promised } from '../../support/promises.ts'
import { deferred, flaky, never, wait } from '../../support/steps.ts'
import { Tally } from '../../support/tally.ts'
import { untyped } from '../../support/untyped.ts'
import { VirtualClock } from '../../support/virtual-clock.ts'

const retry = { retries: 2, initialDelay: 10, jitter: 'none' } as const

describe('the order of hooks', () => {
  const order = [
    'onRunStart',
    'beforeStep a',
    'beforeAttempt a',
    'onRetry a',
    'beforeAttempt a',
    'afterStep a',
    'beforeStep b',
    'beforeAttempt b',
    'afterStep b',
    'onRunEnd',
  ]

  test('is the same in synchronous, asynchronous and mixed runs', async () => {
    for (const kind of ['sync', 'async', 'mixed']) {
      const clock = new VirtualClock()
      const tally = new Tally()
      const step = flaky(1, 'ok')
      const isAsync = kind !== 'sync'
      const definition = untyped('c')
        .next(isAsync ? async () => step() : step, { out: 'a', args: [], retry })
        .next(kind === 'async' ? async () => 1 : () => 1, { out: 'b', args: [] })
      const options = { clock, hooks: tally.hooks, logger: null }
      if (isAsync) {
        const running = definition.run({}, options)
        await clock.advance(100)
        await running
      } else definition.runSync({}, options)

      expect(tally.order, kind).toEqual(order)
    }
  })

  promised('of a run that fails ends with afterStep and onRunEnd', async (given) => {
    const tally = new Tally()
    const definition = chain('c')
      .next(flaky(9, 1), { out: 'a', args: [] })
      .next(() => 1, { out: 'b', args: [] })
    const error = await given.failure(definition, { hooks: tally.hooks })

    expect(tally.order).toEqual(['onRunStart', 'beforeStep a', 'beforeAttempt a', 'afterStep a', 'onRunEnd'])
    expect(tally.of('afterStep')).toMatchObject([{ status: 'failed', error, attempt: 1, attempts: 1 }])
    expect(tally.of('onRunEnd')).toMatchObject([{ status: 'failed', error }])
  })

  for (const hooks of [{}, { onRunStart: () => {} }] as Hooks[]) {
    const title = 'onRunStart' in hooks ? 'with' : 'without'
    promised(`of a run with bad input is onRunEnd alone, ${title} a hook for its start`, async (given) => {
      const tally = new Tally()
      const both = { ...hooks, onRunEnd: tally.hooks.onRunEnd as () => void }
      const error = await given.failure(chain('c'), { input: 5, hooks: both })

      expect(error.code).toBe('SC_INPUT')
      expect(tally.of('onRunEnd')).toMatchObject([{ status: 'failed', error }])
    })
  }
})

describe('events', () => {
  promised('say the chain, the run, the step and the attempt, and are frozen', async (given) => {
    const tally = new Tally()
    const definition = chain('orders').next(flaky(1, 'ok'), { out: 'a', name: 'load', args: [], retry })
    const running = given.run(definition, {}, { hooks: tally.hooks, runId: 'run-1' })
    await given.clock.advance(100)
    await running

    for (const { hook, event } of tally.events) {
      expect(Object.isFrozen(event), hook).toBe(true)
      const isRun = hook === 'onRunStart' || hook === 'onRunEnd'
      expect(event).toMatchObject({
        chain: 'orders',
        runId: 'run-1',
        path: isRun ? '' : 'load',
        name: isRun ? 'orders' : 'load',
        kind: isRun ? 'run' : 'step',
      })
    }
    expect(tally.of('beforeAttempt').map(({ attempt }) => attempt)).toEqual([1, 2])
    expect(tally.of('onRetry')).toMatchObject([
      { attempt: 1, attempts: 3, delay: 10, error: new Error('down'), abandoned: false },
    ])
    expect(tally.of('afterStep')).toMatchObject([
      { attempt: 2, attempts: 3, status: 'ok', output: 'ok', duration: 10, abandoned: false },
    ])
    expect(tally.of('onRunEnd')).toMatchObject([{ status: 'ok', duration: 10 }])
  })

  promised('of one run have one id, which is new in every run', async (given) => {
    const ids = async (): Promise<Set<string>> => {
      const tally = new Tally()
      await given.run(
        chain('c').next(async () => 1, { out: 'a' }),
        {},
        { hooks: tally.hooks },
      )
      return new Set(tally.events.map(({ event }) => event.runId))
    }
    const [first, second] = [await ids(), await ids()]

    expect([first.size, second.size]).toEqual([1, 1])
    expect(first).not.toEqual(second)
  })
})

describe('asynchronous hooks', () => {
  const waited = ['onRunStart', 'beforeStep', 'beforeAttempt', 'onRetry', 'afterStep', 'onRunEnd'] as const
  for (const name of waited) {
    promised(`${name} is waited for`, async (given) => {
      const gate = deferred()
      const step = flaky(1, 'ok')
      const definition = chain('c').next(step, { out: 'a', args: [], retry: { retries: 1, initialDelay: 0 } })
      const running = given.run(definition, {}, { hooks: { [name]: () => gate.promise } })
      let over = false
      void running.then(() => (over = true))
      await given.clock.advance(4_999)
      expect(over).toBe(false)
      gate.resolve(1)

      expect(await running).toEqual({ ok: true, context: { a: 'ok' } })
    })

    promised(`${name} is waited for 5,000 ms, no longer: then that is a fault`, async (given) => {
      const tally = new Tally()
      const definition = chain('c').next(flaky(1, 'ok'), { out: 'a', args: [], retry: { retries: 1, initialDelay: 0 } })
      const hooks = { [name]: never, onHookError: tally.hooks.onHookError as () => void }
      const running = given.run(definition, {}, { hooks })
      await given.clock.advance(10_001)

      expect(await running).toEqual({ ok: true, context: { a: 'ok' } })
      const error = { message: 'the hook did not settle within 5000 ms; the run went on without it' }
      expect(tally.of('onHookError')[0]).toMatchObject({ source: name, error })
    })
  }

  promised('of one name are waited for together', async (given) => {
    const slow = { beforeStep: () => wait(given.clock, 100) }
    const definition = chain('c', { hooks: slow })
      .with(slow)
      .next(() => given.clock.now(), { out: 'at', args: [] })
    const begun = given.clock.now()
    const running = given.run(definition, {}, { hooks: slow })
    await given.clock.advance(500)

    expect(await running).toEqual({ ok: true, context: { at: begun + 100 } })
  })

  promised('may give any thenable', async (given) => {
    const seen: string[] = []
    const beforeStep = (): object => ({
      then: (ok: () => void) => void given.clock.setTimeout(() => (seen.push('hook'), ok()), 5),
    })
    const running = given.run(
      chain('c').next(() => seen.push('step'), { out: 'a', args: [] }),
      {},
      { hooks: { beforeStep } },
    )
    await given.clock.advance(5)
    await running

    expect(seen).toEqual(['hook', 'step'])
  })
})

describe('sets of hooks', () => {
  promised('are taken when they are given: changing them later changes nothing', async (given) => {
    const seen: string[] = []
    const set: { beforeStep?: () => void } = { beforeStep: () => void seen.push('first') }
    const definition = chain('c', { hooks: set })
      .next(() => void (set.beforeStep = () => seen.push('changed')), { name: 'a', args: [] })
      .next(() => void delete set.beforeStep, { name: 'b', args: [] })
      .next(() => {}, { name: 'c', args: [] })
    await given.run(definition)

    expect(seen).toEqual(['first', 'first', 'first'])
  })

  test('may be instances, whose hooks are called on them', async () => {
    class Counter {
      #count = 0
      get count(): number {
        return this.#count
      }
      beforeStep(): void {
        this.#count++
      }
    }
    const counter = new Counter()
    await chain('c')
      .next(() => 1, { out: 'a', args: [] })
      .run({}, { hooks: counter, logger: null })

    expect(counter.count).toBe(1)
  })
})
