import type { PlanStep } from '../compile/plan.ts'
import { isStepchainError, type StepchainError } from '../errors.ts'
import { attempt, type Begun } from './attempt.ts'
import { attemptEvent, endEvent, type StepEnd } from './events.ts'
import { Failed } from './failed.ts'
import { stepError } from './failure.ts'
import { attend } from './limits.ts'
import { notify, printLine, reportHookError } from './notify.ts'
import { allowsFallback, fallBack, isSkipped, skip } from './rare.ts'
import { isA, keep, type RunRecord, type Work } from './record.ts'
import { delayBeforeRetry } from './retry.ts'
import { hideOutput } from './sensitive.ts'
import { Interrupted, throwIfBlocked } from './stop.ts'
import { noteFinished, noteUnknown, undoListOf } from './undo-list.ts'
import { undoAttempt } from './undo.ts'

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
    const since = undoListOf(run)?.count ?? 0
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
      if (step.nested !== null || step.flow !== null) yield* undoAttempt(run, since, () => stepError(run, failed))
      yield* notify(run, 'onRetry', () => {
        // A step that is tried again is timed.
        const { duration } = run.more().attempts.at(-1) as { duration: number }
        return { ...attemptEvent(run, step), error, duration, delay, abandoned }
      })
    }
    from = {}
    // What was done inside of the attempt is undone, or done again.
    run.more().inside = null
    throwIfBlocked(run)
    yield* wait(run, delay)
    run.failures++
  }
}

/** Keeps what a step gave: the output, or what its branches did. */
export function keepOutput(run: RunRecord, step: PlanStep, output: unknown): void {
  if (step.rare?.sensitive === true) hideOutput(run, output)
  if (step.out !== null) keep(run, step.out, output)
  else if (step.outs !== null) for (const [key, value] of Object.entries(output as object)) keep(run, key, value)
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
  keepOutput(run, step, output)
  if (!run.more().hosted) noteFinished(run, step, output)
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
  extra.child = extra.inside = extra.failure = null
  if (extra.attempts.length > 0) extra.attempts = []
}

/** Notes that a step begins, if it does not go on after having begun already. */
function begin(run: RunRecord, step: PlanStep, begun: Start): void {
  const extra = run.more()
  const { around } = run
  const anew = begun.failed === undefined && begun.interrupted === undefined
  if (anew) throwIfBlocked(run)
  extra.begun = true
  if (run.failures > 0) return
  extra.unknown = extra.fellBack = false
  if (around.timed || (step.policy !== null && step.policy.maxElapsed !== Infinity))
    // A step that turned out not to be plain has begun already.
    extra.stepAt = anew ? around.clock.now() : run.seenAt
}

/** Has a step give what it falls back to, if it may, once what was done inside of it is undone. */
function* recover(
  run: RunRecord,
  step: PlanStep,
  { thrown, since }: { thrown: unknown; since: number },
): Work<unknown> {
  if (!isStepchainError(thrown) || !allowsFallback(step, thrown)) throw thrown
  yield* undoAttempt(run, since, () => thrown)
  const output = yield* fallBack(run, step, thrown)
  if (run.extra?.unknown === true && !run.extra.hosted) noteUnknown(run, step, thrown)
  return output
}

/**
 * Takes what a step failed with, and tells of that.
 * @returns the error that the run fails with
 */
function* fail(run: RunRecord, step: PlanStep, thrown: StepchainError | Interrupted): Work<StepchainError> {
  const extra = run.more()
  const stopped = isA(thrown, Interrupted)
  const error = stopped ? thrown.why.make(run) : thrown
  extra.failure = error
  extra.stopping ||= stopped
  extra.stopped ||= stopped
  const abandoned = stopped ? thrown.abandoned : (extra.attempts.at(-1)?.abandoned ?? false)
  // Of one that a host remembers, whoever takes up what that says makes the note.
  if (extra.unknown && (!extra.hosted || stopped)) noteUnknown(run, step, error)
  yield* tell(run, step, { status: stopped ? 'cancelled' : 'failed', abandoned, error })
  return error
}

/** Passes over a step, and tells of that. */
export function* passOver(run: RunRecord, step: PlanStep): Work {
  skip(run, step)
  yield* tell(run, step, { status: 'skipped', abandoned: false })
}

/**
 * Runs one step with everything that is around it.
 * @throws the error that the run fails with
 */
export function* runStep(run: RunRecord, step: PlanStep, begun: Start): Work<unknown> {
  begin(run, step, begun)
  const since = undoListOf(run)?.count ?? 0
  let output: unknown
  try {
    if (!run.more().hosted && isSkipped(run, step)) return yield* passOver(run, step)
    if (run.failures === 0 && run.around.hooks?.beforeStep != null)
      yield* notify(run, 'beforeStep', () => attemptEvent(run, step))
    try {
      output = yield* attempts(run, step, begun)
    } catch (thrown) {
      output = yield* recover(run, step, { thrown, since })
    }
  } catch (thrown) {
    if (!isA(thrown, Interrupted) && !isStepchainError(thrown)) throw thrown
    throw yield* fail(run, step, thrown)
  }
  commit(run, step, output)
  yield* tell(run, step, { status: 'ok', abandoned: false, output })
  return output
}
