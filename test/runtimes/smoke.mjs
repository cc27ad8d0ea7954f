// The same suite for every platform: plain ES2022, and no import but the package, so that a page and a Worker can load it as it is.
import {
  CancelledError,
  chain,
  isStepchainError,
  literal,
  NonRetryableError,
  StepchainError,
  StepFailedError,
  StepTimeoutError,
  ValidationFailedError,
} from 'stepchain'

const quiet = { logger: null }
// Clocks of browsers are coarse on purpose: what they show between two readings may be this many ms too short.
const COARSE = 0.2
// Not the budget (50 ms), which `npm test` holds: a busy machine must not fail a smoke test.
const LATE = 1_000
// A run that never settles must not hide what comes after it, in ms.
const LONGEST_CHECK = 5_000

const never = () => new Promise(() => {})

/** Every check by name; `blocks` tells whether the platform lets a thread wait. */
const checks = {
  async 'sync run'() {
    same(orders().runSync({ n: 2 }), { n: 2, unit: 'kg', double: 4, text: '4 kg' })
  },

  async 'async run'() {
    const context = await orders()
      .next(async ({ double }) => double + 1, { out: 'more' })
      .run({ n: 2 })
    same(context.more, 5)
    same((await orders().run({ n: 3 })).text, '6 kg')
  },

  async 'refs and named args'() {
    const made = chain('refs', quiet)
      .put('user', { tags: [{ id: 'a' }, { id: 'b' }] })
      .next((id, text, number) => [id, text, number], { out: 'list', args: ['user.tags.1.id', literal('user'), 7] })
      .next(({ id, step }) => `${id} ${step.attempt}`, { out: 'named', args: { id: 'user.tags.0.id', step: '$step' } })
      .runSync()
    same([made.list, made.named], [['b', 'user', 7], 'a 1'])
  },

  async 'async retry with backoff'() {
    const flaky = failing(2)
    const retry = { retries: 3, initialDelay: 20, jitter: 'none' }
    const made = chain('retry', quiet).next(async () => flaky(), { out: 'x', retry })
    const [context, elapsed] = await timed(() => made.run())
    same([context.x, flaky.calls()], ['call 3', 3])
    within(elapsed, 20 + 40)
  },

  async 'sync retry with backoff'({ blocks }) {
    const flaky = failing(1)
    const retry = { retries: 3, initialDelay: 30, jitter: 'none' }
    const made = chain('retry', quiet).next(flaky, { out: 'x', retry })
    if (blocks) {
      const [context, elapsed] = await timed(() => made.runSync())
      same([context.x, flaky.calls()], ['call 2', 2])
      within(elapsed, 30)
      return
    }
    const error = await failureOf(() => made.runSync())
    same([error.code, error.step, flaky.calls()], ['SC_SYNC_SLEEP', 'x', 1])
    // Without a wait there is nothing to block for.
    const again = failing(1)
    const atOnce = chain('retry', quiet).next(again, { out: 'x', retry: { retries: 1, initialDelay: 0 } })
    same(atOnce.runSync().x, 'call 2')
  },

  async 'timeout, the step heeds its signal'() {
    let reason
    const heedful = (context, { signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject((reason = signal.reason)))
      })
    const made = chain('timeout', quiet).next(heedful, { out: 'x', timeout: 40 })
    const [error, elapsed] = await timed(() => failureOf(() => made.run()))
    same([error.code, error instanceof StepTimeoutError, reason !== undefined], ['SC_TIMEOUT', true, true])
    same(error.attempts[0].abandoned, false)
    within(elapsed, 40)
  },

  async 'timeout, the step ignores it'() {
    const made = chain('timeout', quiet).next(never, { out: 'x', timeout: 40 })
    const [error, elapsed] = await timed(() => failureOf(() => made.run()))
    same([error.code, error instanceof StepFailedError, error.attempts.length], ['SC_TIMEOUT', true, 1])
    same(error.attempts[0].abandoned, true)
    within(elapsed, 40)
  },

  async 'deadline of a run'() {
    let calls = 0
    const made = chain('deadline', quiet)
      .tap(() => void calls++)
      .next(never, { out: 'x' })
      .tap(() => void calls++)
    const [error, elapsed] = await timed(() => failureOf(() => made.run({}, { timeout: 40 })))
    same([error.code, error.step, calls], ['SC_DEADLINE', 'x', 1])
    within(elapsed, 40)
    same((await failureOf(() => made.run({}, { deadline: new Date(Date.now() - 1) }))).code, 'SC_DEADLINE')
    same(calls, 1)
  },

  async 'abort with its reason'() {
    const controller = new AbortController()
    const reason = { why: 'left' }
    const made = chain('abort', quiet).next(never, { out: 'x' })
    setTimeout(() => controller.abort(reason), 20)
    const error = await failureOf(() => made.run({}, { signal: controller.signal }))
    same([error.code, error instanceof CancelledError, error.cause === reason], ['SC_CANCELLED', true, true])

    const backoff = new AbortController()
    setTimeout(() => backoff.abort(reason), 20)
    const retry = { retries: 9, initialDelay: 60_000, jitter: 'none' }
    const waiting = chain('abort', quiet).tap(failing(9), { retry })
    const [stopped, elapsed] = await timed(() => failureOf(() => waiting.run({}, { signal: backoff.signal })))
    same([stopped.code, stopped.cause === reason], ['SC_CANCELLED', true])
    within(elapsed, 0)

    const untouched = failing(0)
    const before = await failureOf(() => chain('abort', quiet).tap(untouched).run({}, { signal: controller.signal }))
    same([before.code, untouched.calls()], ['SC_CANCELLED', 0])
  },

  async validation() {
    const issues = [{ message: 'is no count', path: ['count'] }]
    const validate = (value) => (typeof value.count === 'number' ? { value } : { issues })
    const schema = { '~standard': { version: 1, vendor: 'smoke', validate } }
    const made = (count) => chain('validation', quiet).next(() => ({ count }), { out: 'x', validate: schema })
    same(made(1).runSync(), { x: { count: 1 } })
    const error = await failureOf(() => made('one').run())
    same([error.code, error instanceof ValidationFailedError, error.issues], ['SC_VALIDATION', true, issues])
  },

  async 'log template'() {
    const lines = []
    const write = (level) => (message) => void lines.push(`${level} ${message}`)
    const logger = { debug() {}, info: write('info'), warn: write('warn'), error: write('error') }
    chain('log', { logger })
      .put('rows', [{ id: 1 }, { id: 2 }])
      .next(() => new Map([['a', 1]]), {
        out: 'map',
        log: 'n={rows.length} last={rows.1.id} size={map.size} {{}} {rows}',
      })
      .runSync()
    same(lines, ['info n=2 last=2 size=1 {} [{"id":1},{"id":2}]'])
  },

  async hooks() {
    const names = ['onRunStart', 'beforeStep', 'beforeAttempt', 'onRetry', 'afterStep', 'onRunEnd', 'onHookError']
    const counts = {}
    const count = (name) => [name, () => void (counts[name] = (counts[name] ?? 0) + 1)]
    const made = chain('hooks', { ...quiet, hooks: Object.fromEntries(names.map(count)) })
      .next(async () => 1, { out: 'a' })
      .next(failing(2), { out: 'b', retry: { retries: 2, initialDelay: 1 } })
    await made.run()
    const found = names.map((name) => counts[name] ?? 0)
    same(found, [1, 2, 4, 2, 2, 1, 0])
  },

  async 'nested chain'() {
    const inner = chain('inner', quiet).next(({ n }) => n + 1, { out: 'm' })
    const outer = chain('outer', quiet)
      .put('n', 1)
      .next(inner, { out: 'made', args: { n: 'n' } })
    same(outer.runSync(), { n: 1, made: { n: 1, m: 2 } })
    same(await outer.run(), { n: 1, made: { n: 1, m: 2 } })
    const broken = chain('inner', quiet).next(failing(9), { out: 'm' })
    const error = await failureOf(() => chain('outer', quiet).next(broken, { out: 'made' }).run())
    same([error.chain, error.step], ['outer', 'made > m'])
  },

  async 'error shapes'() {
    const cause = new RangeError('too large')
    const made = chain('shapes', quiet)
      .put('kept', 1)
      .next(failing(9, cause), { out: 'x', retry: { retries: 1, initialDelay: 0 } })
    const error = await failureOf(() => made.run({}, { runId: 'run-1' }))
    same([error instanceof StepchainError, error instanceof Error, isStepchainError(error)], [true, true, true])
    const { name, code, message, step, runId, context } = error
    same([name, code, step, runId, context], ['StepFailedError', 'SC_STEP', 'x', 'run-1', { kept: 1 }])
    same(message, "Step 'x' failed on attempt 2 of 2: too large")
    same([error.cause === cause, error.attempts.map(({ attempt }) => attempt)], [true, [1, 2]])
    same(
      error.attempts.every((failed) => failed.error === cause),
      true,
    )
    same(error.toJSON(), { name, code, message, chain: 'shapes', runId, step })
    same((await made.safeRun()).ok, false)
    same((await failureOf(() => chain('shapes', quiet).tap(failing(9, 'a string')).run())).cause, 'a string')
  },

  async NonRetryableError() {
    const final = failing(9, new NonRetryableError('for good'))
    const error = await failureOf(() => chain('final', quiet).next(final, { out: 'x', retry: 5 }).run())
    same([error.code, error.cause instanceof NonRetryableError, final.calls()], ['SC_STEP', true, 1])
  },

  async 'a promise in runSync'() {
    // Both a function that is asynchronous by its syntax and a promise that comes unannounced.
    same(
      (
        await failureOf(() =>
          chain('sync', quiet)
            .next(async () => 1, { out: 'x' })
            .runSync(),
        )
      ).code,
      'SC_DEFINITION',
    )
    const unannounced = chain('sync', quiet).next(() => Promise.resolve(1), { out: 'x' })
    same((await failureOf(() => unannounced.runSync())).code, 'SC_ASYNC_IN_SYNC')
  },
}

/** Runs every check, one after another, and tells how each ended. */
export async function smoke(platform) {
  const results = []
  for (const [name, check] of Object.entries(checks)) {
    try {
      await settled(check(platform))
      results.push({ name, failure: null })
    } catch (error) {
      results.push({ name, failure: String(error?.stack ?? error) })
    }
  }
  return results
}

/** What a check gives, unless it hangs. */
function settled(check) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`never settled: still running after ${LONGEST_CHECK} ms`)),
      LONGEST_CHECK,
    )
    check.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

function orders() {
  return chain('orders', quiet)
    .put('unit', 'kg')
    .next(({ n }) => n * 2, { out: 'double' })
    .next((double, unit) => `${double} ${unit}`, { out: 'text', args: ['double', 'unit'] })
}

/** A step that throws so many times and then succeeds. */
function failing(times, error = new Error('down')) {
  let calls = 0
  const step = () => {
    if (++calls <= times) throw error
    return `call ${calls}`
  }
  return Object.assign(step, { calls: () => calls })
}

async function failureOf(run) {
  try {
    await run()
  } catch (error) {
    return error
  }
  throw new Error('expected a failure')
}

async function timed(run) {
  const start = performance.now()
  const value = await run()
  return [value, performance.now() - start]
}

function within(elapsed, least) {
  if (elapsed < least - COARSE || elapsed > least + LATE)
    throw new Error(`took ${elapsed} ms, expected ${least} or a little more`)
}

function same(actual, expected) {
  const [found, wanted] = [JSON.stringify(actual), JSON.stringify(expected)]
  if (found !== wanted) throw new Error(`expected ${wanted}, found ${found}`)
}
