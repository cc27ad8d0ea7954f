import { type Hooks, isStepchainError, type RunOptions, type StepHandle } from 'stepchain'
import { describe, expect, test } from 'vitest'
import fc from '../support/property.ts'
import { seeded } from '../support/random.ts'
import { type Loose, untyped } from '../support/untyped.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

/** How long an attempt that knows its signal is given after that was aborted, in ms. */
const GRACE = 20

const plan = fc.record({
  /** How the limit is given, and how many ms it leaves. */
  kind: fc.constantFrom('timeout', 'date', 'function'),
  limit: fc.integer({ min: 1, max: 150 }),
  reserve: fc.oneof(fc.constant(0), fc.nat(30)),
  /** Of each step, how often it fails, and the most ms an attempt may take. */
  steps: fc.array(
    fc.record({ failures: fc.nat(4), timeout: fc.oneof(fc.constant(undefined), fc.integer({ min: 1, max: 60 })) }),
    { minLength: 1, maxLength: 3 },
  ),
  retry: fc.record({
    retries: fc.oneof(fc.nat(4), fc.constant(Infinity)),
    initialDelay: fc.nat(60),
    backoff: fc.constantFrom('constant', 'linear', 'exponential'),
    jitter: fc.constantFrom('none', 'full', 'half', 'decorrelated'),
  }),
  /** Whether attempts ask for their signal, and end when it is aborted. */
  signal: fc.constantFrom('unused', 'ignored', 'obeyed'),
  seed: fc.integer(),
})
type Plan = typeof plan extends fc.Arbitrary<infer Value> ? Value : never

/** What a run did, by its clock. */
interface Log {
  readonly given: Plan
  readonly endAt: number
  readonly attempts: { readonly at: number }[]
  /** When each wait before a retry is over. */
  readonly waits: number[]
  settledAt: number | undefined
  error: unknown
}

function limitOf({ kind, limit, reserve }: Plan, clock: VirtualClock): RunOptions {
  const endAt = clock.now() + limit
  if (kind === 'timeout') return { timeout: limit }
  if (kind === 'date') return { deadline: new Date(clock.wall() + limit + reserve), reserve }
  return { deadline: () => endAt + reserve - clock.now(), reserve }
}

/** A chain whose attempts come back when the scheduler says so: at any time, in any order. */
function define(
  { steps, retry, signal }: Plan,
  { clock, s, log }: { clock: VirtualClock; s: fc.Scheduler; log: Log },
): Loose {
  return steps.reduce((chain, { failures, timeout }, index) => {
    let calls = 0
    const attempt = (_context: object, step: StepHandle): Promise<unknown> => {
      const call = ++calls
      log.attempts.push({ at: clock.now() })
      const work = s.schedule(Promise.resolve(), `attempt ${call} of step ${index + 1}`).then(() => {
        if (call <= failures) throw new Error(`failure ${call}`)
        return call
      })
      if (signal === 'unused') return work
      const { signal: own } = step
      if (signal === 'ignored') return work
      return new Promise((resolve, reject) => {
        work.then(resolve, reject)
        own.addEventListener('abort', () => reject(own.reason as Error))
      })
    }
    return chain.next(attempt, { out: `k${index}`, retry, timeout })
  }, untyped('orders'))
}

function begin(given: Plan, clock: VirtualClock, s: fc.Scheduler): Log {
  const log: Log = {
    given,
    endAt: clock.now() + given.limit,
    attempts: [],
    waits: [],
    settledAt: undefined,
    error: undefined,
  }
  const hooks: Hooks = { onRetry: ({ delay }) => void log.waits.push(clock.now() + delay) }
  const options = { clock, random: seeded(given.seed), logger: null, hooks, ...limitOf(given, clock) }
  const settle = (error: unknown): void => {
    expect(log.settledAt, 'settled once').toBeUndefined()
    Object.assign(log, { settledAt: clock.now(), error })
  }
  define(given, { clock, s, log })
    .run({}, options)
    .then(() => settle(undefined), settle)
  return log
}

function expectInTime({ given: { signal }, endAt, attempts, waits, settledAt, error }: Log): void {
  for (const { at } of attempts) {
    expect(at, 'no attempt starts when the time is up').toBeLessThan(endAt)
    expect(at, 'no attempt starts after the end').toBeLessThanOrEqual(settledAt ?? Number.NaN)
  }
  for (const until of waits) expect(until, 'no wait begins that cannot end in time').toBeLessThan(endAt)
  const grace = error === undefined || signal === 'unused' ? 0 : GRACE
  expect(settledAt, 'it is over in time').toBeLessThanOrEqual(endAt + (signal === 'obeyed' ? 0 : grace))
  if (error === undefined) return
  expect(isStepchainError(error)).toBe(true)
  expect(['SC_DEADLINE', 'SC_STEP', 'SC_TIMEOUT']).toContain((error as { code: string }).code)
}

describe('deadlines', () => {
  test('hold whatever the order in which attempts come back and time goes on', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(plan, { minLength: 1, maxLength: 4 }),
        fc.array(fc.nat(40), { maxLength: 12 }),
        async (s, plans, ticks) => {
          const clock = new VirtualClock()
          const logs: Log[] = []
          for (const given of plans)
            void s.schedule(Promise.resolve(), 'run').then(() => logs.push(begin(given, clock, s)))
          s.scheduleSequence(ticks.map((ms) => ({ label: `${ms} ms`, builder: () => clock.advance(ms) })))
          await s.waitIdle()
          // What has no end by then has one now; attempts that begin meanwhile come back too late.
          await clock.advance(250)
          await s.waitIdle()

          expect(logs).toHaveLength(plans.length)
          expect(clock.pending, 'no timer is left').toBe(0)
          for (const log of logs) expectInTime(log)
        },
      ),
      { numRuns: 500 },
    )
  })
})
