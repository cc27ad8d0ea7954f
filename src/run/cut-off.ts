import type { PlanStep } from '../compile/plan.ts'
import { isError } from '../define/describe.ts'
import { attemptEvent } from './events.ts'
import { Failed } from './failed.ts'
import { emit } from './notify.ts'
import { type Answer, type Child, type Interruption, isA, type RunRecord, type Work } from './record.ts'
import { Interrupted } from './stop.ts'
import { noop } from './thenable.ts'

/** How long an attempt that knows its signal may take to end after it was aborted, in ms, before it is abandoned. */
const GRACE = 20

/** Tells of an abandoned attempt that settles after all. */
function watch(run: RunRecord, step: PlanStep, promise: Promise<unknown>): void {
  if (run.around.hooks?.onLateSettle == null) return
  const event = attemptEvent(run, step)
  promise.then(
    (output) => emit(run, 'onLateSettle', { ...event, status: 'ok', output }),
    (error: unknown) => emit(run, 'onLateSettle', { ...event, status: 'failed', error }),
  )
}

/** What an attempt that is ended waits for, and what has come of that. */
class Ending {
  settled = false
  succeeded = false
  outcome: Answer | null = null
  readonly child: Child | null
  readonly quiet: Promise<unknown>

  constructor(promise: Promise<unknown>, late: Promise<unknown>, child: Child | null) {
    this.child = child
    this.quiet = late.then(() => (this.succeeded = true), noop).then(() => (this.settled = true))
    promise.then(
      (value) => (this.outcome = { value }),
      (error: unknown) => (this.outcome = { error }),
    )
  }
}

/**
 * Waits for an attempt that was told to end, but not for long.
 * @returns why the run ends, if it is stopped meanwhile
 */
function* giveMoment(run: RunRecord, { quiet }: Ending, ms: number): Work<Interruption | null> {
  const { clock } = run.around
  let timer: unknown
  const patience = new Promise((resolve) => {
    if (ms !== Infinity) timer = clock.setTimeout(() => resolve(undefined), ms)
  })
  try {
    yield Promise.race([quiet, patience])
    return null
  } catch (thrown) {
    // A clock that makes no timer gives no moment.
    return isA(thrown, Interrupted) ? thrown.why : null
  } finally {
    if (timer !== undefined) clock.clearTimeout(timer)
  }
}

/**
 * Waits for what was told to end. What is inside of it hears of a second reason too, and has a moment of its own then; what is being undone there is waited for.
 * @returns the last reason
 */
function* wait(run: RunRecord, ending: Ending, { why, ms }: { why: Interruption; ms: number }): Work<Interruption> {
  const { child } = ending
  let last = why
  for (let moment = ms; ;) {
    const again = yield* giveMoment(run, ending, moment)
    last = again ?? last
    if (ending.settled || child === null) return last
    if (again !== null) child.interrupt({ ...again, kind: 'stop' })
    if (again !== null && again.urgent !== true) moment = GRACE
    else if (child.isUndoing()) moment = Infinity
    else {
      const { reason, make } = last
      child.interrupt({ kind: 'stop', reason, make, urgent: true })
      // It has ended, and tells so in a moment.
      return (yield* giveMoment(run, ending, GRACE)) ?? last
    }
  }
}

/**
 * Takes what came of an attempt that had time to end: something else than that it was told to is a failure of its own.
 * @throws Failed, or Interrupted where it did as it was told
 */
function finished(run: RunRecord, outcome: Answer, why: Interruption): unknown {
  if ('value' in outcome) return outcome.value
  const { error } = outcome
  const extra = run.more()
  const aborted = error === why.reason || (isError(error) && error.name === 'AbortError')
  if (!aborted && extra.child?.extra?.stopped !== true) throw new Failed(error, 'thrown', { final: true })
  extra.unknown = true
  throw new Interrupted(why)
}

/** What is to be ended. */
export interface Cut {
  readonly promise: Promise<unknown>
  readonly why: Interruption
  /** What the attempt comes to, where that is not what the promise does. */
  readonly late?: Promise<unknown> | undefined
}

/**
 * Ends an attempt from outside: its signal is aborted and, if it knows that signal, it is given a moment. Then it is abandoned.
 * @returns what it gave, where it had time to finish
 */
export function* cutOff(run: RunRecord, step: PlanStep, { promise, why, late = promise }: Cut): Work<unknown> {
  // Not that of an earlier step, which may still be in use.
  const controller = run.signalled === run.sequence ? run.controller : null
  const extra = run.more()
  const { child } = extra
  const ending = new Ending(promise, late, child)
  run.controller = null
  extra.cutOff = controller
  run.armed = 0
  // The attempt's handle is out of date from here on, but how long it took is still to be told.
  if (run.seen === run.sequence++) run.seen++
  controller?.abort(why.reason)
  child?.interrupt({ ...why, kind: 'stop' })
  const { grace } = why
  const waits = grace !== undefined || controller !== null || child !== null
  const last = waits ? yield* wait(run, ending, { why, ms: grace ?? GRACE }) : why
  if (grace !== undefined && last === why && ending.outcome !== null) return finished(run, ending.outcome, why)
  extra.unknown = true
  // What succeeded after all, even in that moment, may have to be made good.
  if (!ending.settled || ending.succeeded) watch(run, step, late)
  if (last.kind === 'stop') throw new Interrupted(last, !ending.settled)
  throw new Failed(last.reason, 'timeout', { abandoned: !ending.settled })
}
