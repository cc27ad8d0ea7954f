import type { PlanStep } from '../compile/plan.ts'
import type { StepCall, StepOutcome } from '../define/host.ts'
import { isStepchainError, LimitError, StepTimeoutError } from '../errors.ts'
import { resolveArguments } from './call.ts'
import { Failed } from './failed.ts'
import { detailsOf, stepError, stepPath } from './failure.ts'
import { attend } from './limits.ts'
import { failedOutcome, revivedAttempts, reviveFailure } from './outcome.ts'
import { fork } from './proceed.ts'
import { isSkipped } from './rare.ts'
import { isA, pathOf, rootOf, type RunRecord, runIdOf, stepOf, type Work } from './record.ts'
import { keepOutput, passOver, runStep, sleep } from './step.ts'
import { cancelled, Interrupted, throwIfBlocked } from './stop.ts'
import { noop } from './thenable.ts'
import { noteFinished, noteUnknown } from './undo-list.ts'

/** What the engines that were looked at all take as a name. */
const LONGEST_PATH = 256

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
    return {
      ok: true,
      value,
      attempt: run.failures + 1,
      ...(extra.fellBack ? { fallback: true as const } : {}),
      ...(extra.unknown ? { unknown: true as const } : {}),
    }
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
    const running = fork(run, recorded(run, step, signal)) as Promise<StepOutcome>
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

/** Takes what a host remembers of a step that succeeded. */
function take(run: RunRecord, step: PlanStep, { value, fallback, unknown }: Extract<StepOutcome, { ok: true }>): void {
  keepOutput(run, step, value)
  run.more().fellBack = fallback === true
  noteFinished(run, step, value)
  if (unknown !== true) return
  const message = `Step '${stepPath(run)}' succeeded after an attempt that was cut off`
  if (fallback === true) noteUnknown(run, step, new StepTimeoutError(message, detailsOf(run)))
}

/** Has a host run a step, or the steps of a nested chain. Retries are ours: a long wait ends one call and begins the next. */
export function* runHosted(run: RunRecord, step: PlanStep): Work {
  if (step.nested !== null || step.flow !== null) return void (yield* runStep(run, step, { wait: waitBetween }))
  const extra = run.more()
  throwIfBlocked(run)
  if (isSkipped(run, step)) return yield* passOver(run, step)
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
    if (outcome.ok) return take(run, step, outcome)
    if (!here) {
      extra.attempts = revivedAttempts(outcome)
      extra.stepAt = run.around.clock.now()
    }
    run.failures = outcome.attempts.length
    if (outcome.delay === undefined) {
      const failure = here && extra.failure !== null ? extra.failure : reviveFailure(run, outcome)
      if (outcome.unknown === true) noteUnknown(run, step, failure)
      throw failure
    }
    yield* sleepOutside(run, `${path}.wait`, outcome.delay)
  }
}
