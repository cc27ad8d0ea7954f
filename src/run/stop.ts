import { CancelledError, DeadlineExceededError, type FailedAttempt, type StepchainError } from '../errors.ts'
import { detailsOf, scrub } from './failure.ts'
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
  return new DeadlineExceededError(message, detailsOf(run, last === undefined ? {} : { cause: last.error }))
}

function outOfTime(run: RunRecord): Interruption {
  const { timeout } = run.around.settings
  const own = run.extra !== null && run.extra.endAt === run.extra.startedAt + timeout
  const make = (at: RunRecord): StepchainError =>
    deadlineError(at, own ? `took longer than its timeout of ${timeout} ms` : 'passed its deadline')
  return { kind: 'stop', reason: make(run), make }
}

/** Asks a deadline function again: what remains may have become more, or less. */
function refreshDeadline(run: RunRecord, now: number): void {
  const { deadline, reserve, timeout } = run.around.settings
  if (typeof deadline !== 'function' || run.extra === null) return
  const left: unknown = deadline()
  if (typeof left !== 'number' || Number.isNaN(left))
    throw new TypeError(`it gave ${String(left)}; expected a number of ms`)
  run.extra.endAt = Math.min(now + left - reserve, run.extra.startedAt + timeout)
}

/** Why a run may not go on, if so. */
export function whyBlocked(run: RunRecord): Interruption | null {
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
  const why = run.around.gated ? whyBlocked(run) : null
  if (why !== null) throw new Interrupted(why)
}

/** The ms before an attempt's timeout or the run's deadline. */
export function remainingOf(run: RunRecord): number {
  const now = run.around.clock.now()
  const { timeout } = stepOf(run)
  const spent = run.sequence === run.seen ? now - run.seenAt : 0
  const attempt = timeout === 0 ? Infinity : timeout - spent
  return Math.max(0, Math.min(attempt, (run.extra?.endAt ?? Infinity) - now))
}
