import type { PlanStep } from '../compile/plan.ts'
import { isStepchainError } from '../errors.ts'
import { attempt, type Begun, Failed } from './attempt.ts'
import { attemptEvent, endEvent, type StepEnd } from './events.ts'
import { stepError } from './failure.ts'
import { attend } from './limits.ts'
import { notify, printLine, reportHookError } from './notify.ts'
import { isA, keep, type RunRecord, type Work } from './record.ts'
import { delayBeforeRetry } from './retry.ts'
import { Interrupted, throwIfBlocked } from './stop.ts'

/** Waits between two attempts: in a sync run by blocking. */
export function* sleep(run: RunRecord, ms: number): Work {
  if (ms === 0) return
  const { clock } = run.around
  if (run.sync) {
    try {
      return clock.sleepSync(ms)
    } catch (cause) {
      const error = new Error(
        `this platform cannot block for the ${Math.ceil(ms)} ms before a retry; use run(), or an initialDelay of 0`,
        { cause },
      )
      throw stepError(run, new Failed(error, 'unable'))
    }
  }
  attend(run)
  let timer: unknown
  try {
    yield new Promise((resolve) => {
      timer = clock.setTimeout(() => resolve(undefined), ms)
    })
  } finally {
    clock.clearTimeout(timer)
  }
}

/** How a step begins, and how its waits are waited. */
export interface Start extends Begun {
  readonly wait?: (run: RunRecord, ms: number) => Work
}

/**
 * Makes attempts until one succeeds.
 * @throws the step's error, or Interrupted
 */
function* attempts(run: RunRecord, step: PlanStep, start: Start): Work<unknown> {
  const { wait = sleep } = start
  let from: Begun = start
  let delay = 0
  for (;;) {
    try {
      return yield* attempt(run, step, from)
    } catch (failed) {
      if (!isA(failed, Failed)) throw failed
      // An engine that suspends a run throws: nobody else is to see that.
      if (run.around.settings.host?.isControl?.(failed.error) === true) {
        run.more().control = failed
        throw failed.error
      }
      delay = delayBeforeRetry(run, step, { failed, previous: delay })
      const { error, abandoned } = failed
      yield* notify(run, 'onRetry', () => ({ ...attemptEvent(run, step), error, delay, abandoned }))
    }
    from = {}
    throwIfBlocked(run)
    yield* wait(run, delay)
    run.failures++
  }
}

/** Stores what a step gave, and prints what it has to say. */
function commit(run: RunRecord, step: PlanStep, output: unknown): void {
  run.armed = 0
  // What failed on the way is not why the run may end from here on.
  run.more().attempts = []
  try {
    step.policy?.budget?.succeeded()
  } catch (error) {
    reportHookError(run, attemptEvent(run, step), { source: 'budget', error })
  }
  if (step.out !== null) keep(run, step.out, output)
  printLine(run, step, output)
}

/** Tells of the end of a step. */
function* tell(run: RunRecord, step: PlanStep, end: StepEnd): Work {
  yield* notify(run, 'afterStep', () => endEvent(run, step, end))
}

/** Goes on to the next step. */
export function leave(run: RunRecord): void {
  run.index++
  run.failures = 0
  const extra = run.more()
  extra.begun = false
  // What a wrap recovered from is no failure of the run.
  extra.child = extra.failure = null
  if (extra.attempts.length > 0) extra.attempts = []
}

/**
 * Runs one step with everything that is around it.
 * @throws the error that the run fails with
 */
export function* runStep(run: RunRecord, step: PlanStep, begun: Start): Work<unknown> {
  const extra = run.more()
  const { around } = run
  if (begun.failed === undefined && begun.interrupted === undefined) throwIfBlocked(run)
  extra.begun = true
  if (run.failures === 0 && (around.timed || (step.policy !== null && step.policy.maxElapsed !== Infinity)))
    // A step that turned out not to be plain has begun already.
    extra.stepAt = begun.failed === undefined && begun.interrupted === undefined ? around.clock.now() : run.seenAt
  let output: unknown
  try {
    if (run.failures === 0 && run.around.hooks?.beforeStep != null)
      yield* notify(run, 'beforeStep', () => attemptEvent(run, step))
    output = yield* attempts(run, step, begun)
  } catch (thrown) {
    const stopped = isA(thrown, Interrupted)
    if (!stopped && !isStepchainError(thrown)) throw thrown
    const error = stopped ? thrown.why.make(run) : thrown
    extra.failure = error
    extra.stopping ||= stopped
    const abandoned = stopped ? thrown.abandoned : (extra.attempts.at(-1)?.abandoned ?? false)
    yield* tell(run, step, { status: stopped ? 'cancelled' : 'failed', abandoned, error })
    throw error
  }
  commit(run, step, output)
  yield* tell(run, step, { status: 'ok', abandoned: false, output })
  return output
}
