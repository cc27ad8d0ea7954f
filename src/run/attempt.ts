import type { PlanStep } from '../compile/plan.ts'
import { describeIssues, type Verdict } from '../compile/validator.ts'
import type { AttemptEvent } from '../define/hooks.ts'
import { DefinitionError } from '../errors.ts'
import { call } from './call.ts'
import { cutOff } from './cut-off.ts'
import { attemptEvent } from './events.ts'
import { awaitable, Failed } from './failed.ts'
import { detailsOf, scrub, stepPath } from './failure.ts'
import { runFlow } from './flow.ts'
import { arm, listen, timeoutError } from './limits.ts'
import { runNested } from './nested.ts'
import { emit, notify } from './notify.ts'
import { type Interruption, isA, isCurrent, type RunRecord, type Work } from './record.ts'
import { Interrupted, throwIfBlocked } from './stop.ts'
import { promiseOf, type Then, thenOf } from './thenable.ts'

/** What an attempt begins with: nothing, or what a plain step has come to that turned out not to be plain. */
export interface Begun {
  /** What it was waiting for when it was interrupted. */
  readonly interrupted?: { readonly promise: Promise<unknown>; readonly why: Interruption }
  /** What it failed with. */
  readonly failed?: Failed
}

/** Has `onSlowStep` told, if an attempt is still waited for when it has taken too long. */
function warnIfSlow(run: RunRecord, step: PlanStep): unknown {
  const { clock, settings, hooks } = run.around
  if (settings.slowStepWarning === Infinity || hooks?.onSlowStep == null) return undefined
  const event = attemptEvent(run, step)
  const { seenAt } = run
  const tell = (): void => void emit(run, 'onSlowStep', { ...event, elapsed: clock.now() - seenAt })
  return clock.setTimeout(tell, Math.max(0, seenAt + settings.slowStepWarning - clock.now()))
}

/** Waits for what a step, or its validator, promised. */
function* settle(
  run: RunRecord,
  step: PlanStep,
  { promise, late }: { promise: Promise<unknown>; late?: () => Promise<unknown> },
): Work<unknown> {
  if (run.armed === 0) arm(run, step.timeout)
  const blocked = listen(run)
  if (blocked !== null) return yield* cutOff(run, step, { promise, why: blocked, late: late?.() })
  // Once an attempt: not again for its validator.
  const timer = late === undefined ? warnIfSlow(run, step) : undefined
  try {
    return yield promise
  } catch (thrown) {
    if (isA(thrown, Interrupted)) return yield* cutOff(run, step, { promise, why: thrown.why, late: late?.() })
    throw new Failed(thrown)
  } finally {
    if (timer !== undefined) run.around.clock.clearTimeout(timer)
  }
}

/** Calls a step inside the hooks that wrap it. */
function wrapped(run: RunRecord, step: PlanStep): unknown {
  const called = (): unknown => {
    if (step.flow !== null) return runFlow(run, step, step.flow)
    return step.nested === null ? call(run, step) : runNested(run, step, step.nested())
  }
  const wraps = run.around.hooks?.wrap
  if (wraps == null) return called()
  const { sequence } = run
  const innermost = (): unknown => {
    if (isCurrent(run, step, sequence)) return called()
    throw new Error(`the attempt is over: step '${step.name}' is not called any more`)
  }
  const event: AttemptEvent = Object.freeze(attemptEvent(run, step))
  return wraps.reduceRight<() => unknown>((next, hook) => () => hook.call.call(hook.set, event, next), innermost)()
}

/** Notes that an attempt begins. */
export function mark(run: RunRecord, step: PlanStep): void {
  run.sequence++
  const { timed, precise } = run.around
  if (!step.clocked && !timed && !precise && run.failures === 0) return
  run.seen = run.sequence
  run.seenAt = run.around.clock.now()
}

/** @throws Failed where an attempt that never waited took longer than its timeout: nothing could interrupt it */
export function throwIfOverdue(run: RunRecord, { timeout, clocked }: PlanStep): void {
  if (timeout !== 0 && clocked && run.around.clock.now() - run.seenAt > timeout)
    throw new Failed(timeoutError(run), 'timeout', { blocked: true })
}

function* callStep(run: RunRecord, step: PlanStep): Work<unknown> {
  throwIfBlocked(run)
  if (run.around.hooks?.beforeAttempt != null) {
    yield* notify(run, 'beforeAttempt', () => attemptEvent(run, step))
    throwIfBlocked(run)
  }
  run.armed = 0
  mark(run, step)
  let value: unknown
  let then: Then | null
  try {
    value = wrapped(run, step)
    then = thenOf(value)
  } catch (error) {
    throw new Failed(error)
  }
  if (then !== null) return yield* settle(run, step, { promise: awaitable(run, value, then) })
  throwIfOverdue(run, step)
  return value
}

/** Waits for a verdict. If it is cut off, the attempt comes to what that turns out to be. */
function settleVerdict(run: RunRecord, step: PlanStep, promise: Promise<unknown>): Work<unknown> {
  const late = (): Promise<unknown> =>
    promise.then((given) => {
      const verdict = given as Verdict
      if (verdict.ok) return verdict.value
      throw 'cause' in verdict ? verdict.cause : new Error(describeIssues(verdict.issues))
    })
  return settle(run, step, { promise, late })
}

function* check(run: RunRecord, step: PlanStep, value: unknown): Work<unknown> {
  if (step.validator === null) return value
  const verdict = step.validator(value)
  const then = thenOf(verdict)
  if (then !== null && run.sync) {
    const message = scrub(run, `Step '${stepPath(run)}': validate is asynchronous; use run() instead of runSync()`)
    throw new Failed((run.more().failure = new DefinitionError(message, detailsOf(run))))
  }
  let given: unknown = verdict
  if (then !== null) given = yield* settleVerdict(run, step, promiseOf(verdict, then))
  return accepted(given as Verdict)
}

/** @throws Failed where the verdict is against the output */
function accepted(given: Verdict): unknown {
  if (given.ok) return given.value
  const { issues } = given
  // A schema throws nothing: its issues are all there is.
  throw new Failed('cause' in given ? given.cause : issues, 'invalid', { issues })
}

/**
 * Makes one attempt of a step.
 * @throws Failed, or Interrupted if the run ends
 */
export function* attempt(run: RunRecord, step: PlanStep, { interrupted, failed }: Begun): Work<unknown> {
  if (failed !== undefined) throw failed
  const value = interrupted === undefined ? yield* callStep(run, step) : yield* cutOff(run, step, interrupted)
  return yield* check(run, step, value)
}
