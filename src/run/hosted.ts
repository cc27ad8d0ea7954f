import type { PlanStep } from '../compile/plan.ts'
import { isError } from '../define/describe.ts'
import type { RecordedAttempt, RecordedError, StepCall, StepOutcome } from '../define/host.ts'
import type { Issue } from '../define/standard-schema.ts'
import {
  DeadlineExceededError,
  type ErrorDetails,
  HookFailedError,
  isStepchainError,
  LimitError,
  type StepchainError,
  StepFailedError,
  StepTimeoutError,
  UnresolvedReferenceError,
  ValidationFailedError,
} from '../errors.ts'
import { Failed } from './attempt.ts'
import { resolveArguments } from './call.ts'
import { detailsOf, stepError, stepPath } from './failure.ts'
import { attend } from './limits.ts'
import { isA, keep, pathOf, rootOf, type RunRecord, runIdOf, stepOf, type Work } from './record.ts'
import { runStep, sleep } from './step.ts'
import { cancelled, Interrupted, throwIfBlocked } from './stop.ts'
import { noop } from './thenable.ts'

/** What the engines that were looked at all take as a name. */
const LONGEST_PATH = 256

function record(error: unknown): RecordedError {
  try {
    if (!isError(error)) return { thrown: error }
    // An error's name and message may be anything, and must be text in JSON.
    const { name, message, code } = error as { name?: unknown; message?: unknown; code?: unknown }
    return { name: String(name), message: String(message), ...(typeof code === 'string' ? { code } : {}) }
  } catch {
    return { name: 'Error', message: '[unreadable]' }
  }
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
    attempts: (failure ?? run.more()).attempts.map(({ error, ...attempt }): RecordedAttempt => ({
      ...attempt,
      error: record(error),
    })),
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
  SC_HOOK: HookFailedError,
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
  if (host?.sleep !== undefined && ms > 0 && ms >= (host.minDurableMs ?? 0)) throw new Later(ms)
  yield* sleep(run, ms)
}

/** Runs a step inside a host's call, for an outcome to remember. A cancelled step has none: it is run again by whoever takes the run up. */
function* recorded(run: RunRecord, step: PlanStep, signal?: AbortSignal): Work<StepOutcome> {
  const extra = run.more()
  if (signal?.aborted === true) {
    extra.stopping = true
    throw (extra.failure = cancelled(signal).make(run))
  }
  extra.hosted = true
  try {
    const value = yield* runStep(run, step, { wait: waitOutside })
    return { ok: true, value, attempt: run.failures + 1 }
  } catch (thrown) {
    if (isA(thrown, Later)) return failedOutcome(run, null, thrown.delay)
    if (isStepchainError(thrown) && !extra.stopping) return failedOutcome(run, thrown)
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
  const { host } = run.around.settings
  let here = false
  let closed = false
  const inside = ({ signal }: { signal?: AbortSignal } = {}): Promise<StepOutcome> => {
    if (closed) {
      const refused = Promise.reject(new Error(`step '${step.name}' is under way or over: it is not run again`))
      refused.catch(noop)
      return refused
    }
    here = closed = true
    const stop = (): void => void (signal !== undefined && run.interrupt(cancelled(signal)))
    signal?.addEventListener('abort', stop)
    const running = run.fork(recorded(run, step, signal)) as Promise<StepOutcome>
    const unlisten = (): void => signal?.removeEventListener('abort', stop)
    // A host that does not wait for it makes no unhandled rejection of it.
    running.then(unlisten, unlisten)
    return running
  }
  attend(run)
  try {
    const outcome = (yield new Promise((resolve) => resolve(host?.step(call, inside)))) as StepOutcome | undefined
    if (typeof outcome?.ok !== 'boolean') throw new TypeError('the host gave no outcome')
    return { outcome, here }
  } catch (error) {
    throw endOf(run, error)
  } finally {
    closed = true
  }
}

/** What a run ends with when its host throws, be it to suspend the run. */
function endOf(run: RunRecord, error: unknown): unknown {
  const extra = run.more()
  if (isA(error, Interrupted) || (extra.stopping && error === extra.failure)) return error
  if (run.around.settings.host?.isControl?.(error) !== true) return stepError(run, new Failed(error))
  extra.control = { error }
  return error
}

/** Has the host wait. */
function* sleepOutside(run: RunRecord, name: string, ms: number): Work {
  const { host } = run.around.settings
  attend(run)
  try {
    yield new Promise((resolve) => resolve(host?.sleep?.(name, ms)))
  } catch (error) {
    throw endOf(run, error)
  }
}

/** Waits between two attempts of a nested chain, whose steps are the host's and not it itself. */
function* waitBetween(run: RunRecord, ms: number): Work {
  const { host } = run.around.settings
  if (host?.sleep === undefined || ms === 0 || ms < (host.minDurableMs ?? 0)) return yield* sleep(run, ms)
  const part = run.failures > 0 ? `#${run.failures + 1}` : ''
  yield* sleepOutside(run, `${pathOf(run, stepOf(run).name)}${part}.wait`, ms)
}

/** Has a host run a step, or the steps of a nested chain. Retries are ours: a long wait ends one call and begins the next. */
export function* runHosted(run: RunRecord, step: PlanStep): Work {
  if (step.nested !== null) return void (yield* runStep(run, step, { wait: waitBetween }))
  const extra = run.more()
  for (let part = 1; ; part++) {
    throwIfBlocked(run)
    const path = `${pathOf(run, step.name)}${part > 1 ? `#${part}` : ''}`
    if (path.length > LONGEST_PATH) {
      throw new LimitError(
        `Step '${stepPath(run)}': its path has more than ${LONGEST_PATH} characters, the most that a host takes`,
        detailsOf(run),
      )
    }
    const { outcome, here } = yield* ask(run, step, callOf(run, step, path))
    extra.begun = true
    if (outcome.ok) {
      if (step.out !== null) keep(run, step.out, outcome.value)
      return
    }
    if (!here) {
      extra.attempts = outcome.attempts.map((attempt) => ({ ...attempt, error: revive(attempt.error) }))
      extra.stepAt = run.around.clock.now()
    }
    run.failures = outcome.attempts.length
    if (outcome.delay === undefined) throw here && extra.failure !== null ? extra.failure : reviveFailure(run, outcome)
    yield* sleepOutside(run, `${path}.wait`, outcome.delay)
  }
}
