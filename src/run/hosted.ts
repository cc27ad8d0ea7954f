import type { PlanStep } from '../compile/plan.ts'
import { isError } from '../define/describe.ts'
import type { RecordedAttempt, RecordedError, StepCall, StepOutcome } from '../define/host.ts'
import type { Issue } from '../define/standard-schema.ts'
import {
  DeadlineExceededError,
  type ErrorDetails,
  StepchainError,
  StepFailedError,
  StepTimeoutError,
  UnresolvedReferenceError,
  ValidationFailedError,
} from '../errors.ts'
import { Failed } from './attempt.ts'
import { resolveArguments } from './call.ts'
import { detailsOf, stepError, stepPath } from './failure.ts'
import { pathOf, rootOf, type RunRecord, runIdOf, type Work } from './record.ts'
import { runStep, sleep } from './step.ts'
import { cancelled, Interrupted, throwIfBlocked } from './stop.ts'

function record(error: unknown): RecordedError {
  if (!isError(error)) return { thrown: error }
  const { code } = error as { code?: unknown }
  return { name: error.name, message: error.message, ...(typeof code === 'string' ? { code } : {}) }
}

function revive({ name, message, code, thrown }: RecordedError): unknown {
  return name === undefined ? thrown : Object.assign(new Error(message), { name }, code === undefined ? {} : { code })
}

/** What a host remembers of a step that failed, or of one that is to wait for long. */
function failedOutcome(run: RunRecord, failure: StepchainError | null, delay?: number): StepOutcome {
  return {
    ok: false,
    code: failure?.code ?? '',
    message: failure?.message ?? '',
    attempts: run
      .more()
      .attempts.map(({ error, ...attempt }): RecordedAttempt => ({ ...attempt, error: record(error) })),
    ...(failure !== null && 'cause' in failure ? { error: record(failure.cause) } : {}),
    ...(failure === null ? {} : { issues: failure.issues }),
    ...(delay === undefined ? {} : { delay }),
  }
}

type ErrorConstructor = new (message: string, details: ErrorDetails) => StepchainError

const CLASSES: Readonly<Record<string, ErrorConstructor>> = {
  SC_TIMEOUT: StepTimeoutError,
  SC_VALIDATION: ValidationFailedError,
  SC_DEADLINE: DeadlineExceededError,
  SC_REFERENCE: UnresolvedReferenceError,
}

function reviveFailure(
  run: RunRecord,
  { code, message, error, issues }: Extract<StepOutcome, { ok: false }>,
): StepchainError {
  const cause = error === undefined ? {} : { cause: revive(error) }
  const details = { ...detailsOf(run), ...cause, step: stepPath(run), issues: issues as readonly Issue[] }
  return new (CLASSES[code] ?? StepFailedError)(message, details)
}

/** Thrown out of a host's call where a wait is long enough to be the host's. */
class Later {
  readonly delay: number
  constructor(delay: number) {
    this.delay = delay
  }
}

function* waitOutside(run: RunRecord, ms: number): Work {
  const { host } = run.around.settings
  if (host?.sleep !== undefined && ms >= (host.minDurableMs ?? 0)) throw new Later(ms)
  yield* sleep(run, ms)
}

/** Runs a step inside a host's call, for an outcome to remember. A cancelled step has none: it is run again by whoever takes the run up. */
function* recorded(run: RunRecord, step: PlanStep): Work<StepOutcome> {
  const extra = run.more()
  extra.hosted = true
  try {
    const value = yield* runStep(run, step, { wait: waitOutside })
    return { ok: true, value, attempt: run.failures + 1 }
  } catch (thrown) {
    if (thrown instanceof Later) return failedOutcome(run, null, thrown.delay)
    if (thrown instanceof StepchainError && !extra.stopping) return failedOutcome(run, thrown)
    throw thrown
  } finally {
    extra.hosted = false
  }
}

/** A step as a host sees it. */
function callOf(run: RunRecord, step: PlanStep, path: string): StepCall {
  return {
    chain: rootOf(run).plan.name,
    runId: runIdOf(run),
    path,
    name: step.name,
    get args() {
      return step.args === null ? [run.context] : resolveArguments(run, step)
    },
  }
}

/** Asks a host for the outcome of a step; tells whether it happened here and now, so that its errors are still as they were thrown. */
function* ask(run: RunRecord, step: PlanStep, call: StepCall): Work<{ outcome: StepOutcome; here: boolean }> {
  const extra = run.more()
  const { host } = run.around.settings
  let here = false
  const inside = ({ signal }: { signal?: AbortSignal } = {}): Promise<StepOutcome> => {
    here = true
    signal?.addEventListener('abort', () => run.interrupt(cancelled(signal)), { once: true })
    return run.fork(recorded(run, step)) as Promise<StepOutcome>
  }
  try {
    const outcome = yield new Promise((resolve) => resolve(host?.step(call, inside)))
    return { outcome: outcome as StepOutcome, here }
  } catch (error) {
    if (error instanceof Interrupted || (extra.stopping && error === extra.failure)) throw error
    if (host?.isControl?.(error) === true) extra.control = { error }
    throw extra.control === null ? stepError(run, new Failed(error)) : error
  }
}

/** Has a host run a step. Retries are ours: a long wait ends one call and begins the next. */
export function* runHosted(run: RunRecord, step: PlanStep): Work {
  const { host } = run.around.settings
  const extra = run.more()
  if (host === null) return
  for (let part = 1; ; part++) {
    throwIfBlocked(run)
    const path = `${pathOf(run, step.name)}${part > 1 ? `#${part}` : ''}`
    const { outcome, here } = yield* ask(run, step, callOf(run, step, path))
    extra.begun = true
    if (outcome.ok) {
      if (step.out !== null) run.context[step.out] = outcome.value
      return
    }
    if (!here) extra.attempts = outcome.attempts.map((attempt) => ({ ...attempt, error: revive(attempt.error) }))
    run.failures = outcome.attempts.length
    if (outcome.delay === undefined) throw here && extra.failure !== null ? extra.failure : reviveFailure(run, outcome)
    yield host.sleep?.(`${path}.wait`, outcome.delay) ?? Promise.resolve()
  }
}
