import { getEventListeners } from 'node:events'
import { type Hooks, isStepchainError, type RunOptions, type StepHandle } from 'stepchain'
import { expect, test } from 'vitest'
import fc from '../../support/property.ts'
import { wait } from '../../support/steps.ts'
import { Tally } from '../../support/tally.ts'
import { type Loose, untyped } from '../../support/untyped.ts'
import { settlePromises, VirtualClock } from '../../support/virtual-clock.ts'

/** A step that takes its time, may fail, and may obey its signal. */
interface Sketch {
  readonly ms: number
  readonly failures: number
  readonly retries: number
  readonly delay: number
  readonly timeout: number
  readonly obeys: boolean
  readonly judged: boolean
  readonly nested: readonly Sketch[]
}

const times = fc.constantFrom(0, 1, 9, 10, 11, 30, 100)

const { sketch } = fc.letrec<{ sketch: Sketch; inner: Sketch }>((tie) => {
  const base = {
    ms: times,
    failures: fc.nat(2),
    retries: fc.nat(2),
    delay: times,
    timeout: fc.constantFrom(5, 20, 60, Infinity),
    obeys: fc.boolean(),
    judged: fc.boolean(),
  }
  return {
    inner: fc.record({ ...base, nested: fc.constant([]) }),
    sketch: fc.record({
      ...base,
      nested: fc.oneof(
        { weight: 3, arbitrary: fc.constant([]) },
        fc.array(tie('inner'), { minLength: 1, maxLength: 3 }),
      ),
    }),
  }
})

const end = fc.record({
  how: fc.constantFrom('abort' as const, 'timeout' as const, 'deadline' as const),
  after: fc.integer({ min: 0, max: 250 }),
  host: fc.boolean(),
  slowHooks: fc.boolean(),
})

/** What happened outside of the run's own events. */
interface World {
  readonly clock: VirtualClock
  calls: number
}

function build(steps: readonly Sketch[], world: World, name = 'c'): Loose {
  return steps.reduce((chain, { nested, retries, delay, timeout, judged, ...step }, index) => {
    const retry = { retries, initialDelay: delay, backoff: 'constant', jitter: 'none' }
    const validate = judged ? { validate: () => wait(world.clock, 5, true) } : {}
    const options = { out: `k${index}`, retry, timeout, ...validate }
    if (nested.length > 0) return chain.next(build(nested, world, `n${index}`), { ...options, args: {} })
    return chain.next(stepOf(step, world), options)
  }, untyped(name))
}

function stepOf({ ms, failures, obeys }: Pick<Sketch, 'ms' | 'failures' | 'obeys'>, world: World): unknown {
  let failed = 0
  return (_context: unknown, handle: StepHandle): unknown => {
    world.calls++
    const outcome = (): string => {
      if (failed++ < failures) throw new Error('down')
      return 'ok'
    }
    if (ms === 0) return outcome()
    if (!obeys) return wait(world.clock, ms).then(outcome)
    const { signal } = handle
    return new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error))
      void wait(world.clock, ms).then(() => resolve(null))
    }).then(outcome)
  }
}

test('whatever a run is at when it is stopped: it ends in time, once, and leaves nothing behind', async () => {
  const property = fc.asyncProperty(
    fc.array(sketch, { minLength: 1, maxLength: 4 }),
    end,
    async (steps, { how, after, host, slowHooks }) => {
      const world: World = { clock: new VirtualClock(), calls: 0 }
      const { clock } = world
      const controller = new AbortController()
      const tally = new Tally()
      const begun = clock.now()
      const slow: Hooks = slowHooks ? { beforeStep: () => wait(clock, 7), afterStep: () => wait(clock, 7) } : {}
      const options: RunOptions = {
        clock,
        signal: controller.signal,
        logger: null,
        hooks: tally.hooks,
        ...(how === 'timeout' ? { timeout: after + 1 } : {}),
        ...(how === 'deadline' ? { deadline: () => begun + after + 1 - clock.now() } : {}),
        ...(host ? { host: { runId: 'r', step: async (_call, run) => run({}) } } : {}),
      }
      let ended = 0
      const running = build(steps, world).with(slow).run({}, options)
      const outcome = running.then(
        () => undefined,
        (error: unknown) => error,
      )
      void outcome.then(() => (ended = clock.now()))
      await clock.advance(after)
      if (how === 'abort') controller.abort('left')
      await clock.advance(51)

      expect(ended, 'in time').toBeGreaterThan(0)
      const error = await outcome
      if (error !== undefined) expect(isStepchainError(error)).toBe(true)
      const { calls } = world
      const events = tally.events.filter(({ hook }) => hook !== 'onLateSettle').length
      await clock.advance(2_000)
      await settlePromises()
      expect(world.calls, 'no attempt follows').toBe(calls)
      expect(
        tally.events.filter(({ hook }) => hook !== 'onLateSettle'),
        'no event follows',
      ).toHaveLength(events)
      expect(clock.pending, 'no timer is left').toBe(0)
      expect(getEventListeners(controller.signal, 'abort'), 'no listener is left').toEqual([])
      expect(
        tally
          .of('afterStep')
          .map(({ path }) => path)
          .toSorted(),
      ).toEqual(
        tally
          .of('beforeStep')
          .map(({ path }) => path)
          .toSorted(),
      )
      expect(tally.of('onRunEnd').filter(({ path }) => path === '')).toHaveLength(1)
      expect(tally.of('onHookError')).toEqual([])
    },
  )
  await fc.assert(property, { numRuns: 300 })
}, 30_000)
