import { CancelledError, DeadlineExceededError, type FailedAttempt, type StepchainError } from '../errors.ts'
import { detailsOf, noteOwnTimeout, scrub } from './failure.ts'
import { type Interruption, type RunRecord, stepOf } from './record.ts'

/** Thrown into the work of a run, or by it, when something is to end that did not fail. */
export class Interrupted {
  readonly why: Interruption
  readonly abandoned: boolean
  constructor(why: Interruption, abandoned = false) {
    this.why = why
    this.abandoned = abandoned
  }
}

function where(run: RunRecord): string {
  const step = run.plan.steps[run.index]
  return step === undefined ? '' : ` ${run.extra?.begun === true ? 'in' : 'before'} step '${step.name}'`
}

/** Why a run ends whose signal, or that of its caller, was aborted for a reason. */
export function cancelled({ reason: cause }: { readonly reason: unknown }): Interruption {
  const make = (run: RunRecord): StepchainError =>
    new CancelledError(scrub(run, `Chain '${run.plan.name}' was cancelled${where(run)}`), detailsOf(run, { cause }))
  return { kind: 'stop', reason: cause, make }
}

/** The error of a run whose time is up, or would be during the wait that comes next. */
export function deadlineError(
  run: RunRecord,
  what: string,
  last: FailedAttempt | undefined = run.extra?.attempts.at(-1),
): StepchainError {
  const message = scrub(run, `Chain '${run.plan.name}' ${what}${where(run)}`, last)
  const error = new DeadlineExceededError(message, detailsOf(run, last === undefined ? {} : { cause: last.error }))
  if (run.extra?.parent != null && endsByTimeout(run, timeoutOf(run))) noteOwnTimeout(error)
  return error
}

/** The ms that a run may take by itself: a nested one has what its chain says. */
function timeoutOf(run: RunRecord): number {
  return run.extra?.parent == null ? run.around.settings.timeout : run.plan.settings.timeout
}

/** Whether a run ends by its own timeout, and not before that by a deadline. */
function endsByTimeout({ extra }: RunRecord, timeout: number): boolean {
  return extra !== null && extra.endAt === extra.startedAt + timeout
}

function outOfTime(run: RunRecord): Interruption {
  const timeout = timeoutOf(run)
  const own = endsByTimeout(run, timeout)
  const make = (at: RunRecord): StepchainError =>
    deadlineError(at, own ? `took longer than its timeout of ${timeout} ms` : 'passed its deadline')
  return { kind: 'stop', reason: make(run), make }
}

/** Asks a deadline function again: what remains may have become more, or less. */
function refreshDeadline(run: RunRecord, now: number): void {
  const { deadline, reserve } = run.around.settings
  const { extra } = run
  if (typeof deadline !== 'function' || extra === null) return
  if (extra.parent !== null) {
    // A nested run is over when that around it is, or earlier.
    refreshDeadline(extra.parent, now)
    extra.endAt = Math.min(extra.parent.more().endAt, extra.startedAt + timeoutOf(run))
    return
  }
  const left: unknown = deadline()
  if (typeof left !== 'number' || Number.isNaN(left))
    throw new TypeError(`it gave ${String(left)}; expected a number of ms`)
  extra.endAt = Math.min(now + left - reserve, extra.startedAt + timeoutOf(run))
}

/** Why a run may not go on, if so. */
export function whyBlocked(run: RunRecord): Interruption | null {
  if (run.extra !== null && run.extra.halt !== null) return run.extra.halt
  const { signal } = run.around.settings
  if (signal?.aborted === true) return cancelled(signal)
  if (run.extra === null || (run.extra.endAt === Infinity && run.around.settings.deadline === null)) return null
  const now = run.around.clock.now()
  try {
    refreshDeadline(run, now)
  } catch (error) {
    const broken = deadlineError(run, 'could not learn its deadline', {
      attempt: 0,
      error,
      duration: 0,
      abandoned: false,
    })
    return { kind: 'stop', reason: broken, make: () => broken }
  }
  return now >= run.extra.endAt ? outOfTime(run) : null
}

/** @throws Interrupted where a run may not go on */
export function throwIfBlocked(run: RunRecord): void {
  const why = run.around.gated ? whyBlocked(run) : (run.extra?.halt ?? null)
  if (why !== null) throw new Interrupted(why)
}

/** The ms before an attempt's timeout or the run's deadline, or those of the runs around it. */
export function remainingOf(run: RunRecord): number {
  const now = run.around.clock.now()
  let least = Infinity
  for (let at: RunRecord | null = run; at !== null; at = at.extra?.parent ?? null) {
    const { timeout } = stepOf(at)
    const spent = at.sequence === at.seen ? now - at.seenAt : 0
    least = Math.min(least, timeout === 0 ? Infinity : timeout - spent, (at.extra?.endAt ?? Infinity) - now)
  }
  return Math.max(0, least)
}
