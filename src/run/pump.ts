import type { Plan, PlanStep, Surroundings } from '../compile/plan.ts'
import { type Begun, mark, throwIfOverdue } from './attempt.ts'
import { call } from './call.ts'
import { ending, failureOf, noteFailure } from './end.ts'
import { awaitable, failedBy } from './failed.ts'
import { Handle } from './handle.ts'
import { runHosted } from './hosted.ts'
import { hasOpening, opening, takeInput } from './input.ts'
import { arm, listen, release } from './limits.ts'
import { lap, printLine, tellPlain } from './notify.ts'
import { proceed } from './proceed.ts'
import {
  type Answer,
  Extra,
  keep,
  type Interruption,
  type RunRecord,
  stepOf,
  type Task,
  urgencyOf,
  type Work,
} from './record.ts'
import { leave, runStep } from './step.ts'
import { Interrupted, whyBlocked } from './stop.ts'
import { isNative, nativeThen, type Then, thenOf } from './thenable.ts'
import { unwinding } from './undo.ts'

const NOTHING: Record<string, unknown> = Object.freeze({})

/**
 * A run: it goes on by itself until something is a thenable, and awaits nothing that is not.
 *
 * Nobody outside of the runner ever sees one, so what is private is so to the compiler alone: `#methods` cost each run a slot and each call a check.
 * All fields are there from the start, and there are few: V8 keeps runs in one shape, and 10,000 of them in flight stay small.
 */
export class Run implements RunRecord {
  readonly plan: Plan
  around: Surroundings
  readonly sync: boolean
  context: Record<string, unknown>
  index: number
  failures: number
  controller: AbortController | null
  signalled: number
  extra: Extra | null
  armed: number
  sequence: number
  seen: number
  seenAt: number
  listed: number
  listNext: RunRecord | null
  listPrevious: RunRecord | null
  over: boolean
  task: Task | null
  /** What is waited for where the step is plain and so has no task. */
  pending: Promise<unknown> | null
  onFulfilled: ((value: unknown) => void) | null
  onRejected: ((error: unknown) => void) | null
  resolve: ((context: Record<string, unknown>) => void) | null
  reject: ((error: unknown) => void) | null

  // Assignments: initialisers of fields were measured to be slower.
  constructor(plan: Plan, around: Surroundings, sync: boolean) {
    this.plan = plan
    this.around = around
    this.sync = sync
    this.context = NOTHING
    this.index = this.failures = 0
    this.controller = this.extra = null
    this.signalled = this.armed = this.sequence = this.seen = this.seenAt = this.listed = 0
    this.listNext = this.listPrevious = null
    this.over = false
    this.task = this.pending = this.onFulfilled = this.onRejected = this.resolve = this.reject = null
  }

  more(): Extra {
    return (this.extra ??= new Extra())
  }

  open(input: unknown): void {
    if (hasOpening(this)) this.begin(opening(this, input), (end) => void ('error' in end && this.fail(end.error)))
    else {
      takeInput(this, input)
      // Nothing else would look, were there no steps.
      if (this.around.gated && this.plan.steps.length === 0) this.isBlocked()
    }
  }

  whenOver(resolve: (context: Record<string, unknown>) => void, reject: (error: unknown) => void): void {
    this.resolve = resolve
    this.reject = reject
  }

  spawn(plan: Plan, around: Surroundings): RunRecord {
    return new Run(plan, around, this.sync)
  }

  interrupt(why: Interruption): void {
    const { task, pending } = this
    const extra = this.more()
    const stops = why.kind === 'stop'
    const urgency = stops ? urgencyOf(why) : 0
    const heard = urgency <= extra.told
    if (extra.parent !== null && stops && !heard) extra.halt = why
    if (extra.undoing) return
    if (pending !== null) this.beginStep(stepOf(this), { interrupted: { promise: pending, why } })
    // A run that waits for nothing is at work, and looks for itself before it goes on.
    // One that was told to end would lose the moment that it was given for that.
    else if (task === null || task.running || (stops ? heard : this.armed === 0)) return
    else task.next = { error: new Interrupted(why) }
    if (stops) extra.stopping = true
    extra.told = Math.max(extra.told, urgency)
    this.pump()
  }

  isUndoing(): boolean {
    return this.extra !== null && (this.extra.undoing || this.extra.child?.isUndoing() === true)
  }

  pump(): boolean {
    const { steps } = this.plan
    const { plain, gated, precise, timed, laps } = this.around
    for (;;) {
      const { task } = this
      if (task !== null) {
        if (task.next === null || task.running) return true
        proceed(this, task, task.next)
        continue
      }
      if (this.over) return false
      const step = steps[this.index]
      // Most steps have nothing around them: they are called right here, and get a task only if they fail.
      if (step === undefined) this.end()
      else if (!plain || !step.plain) this.beginStep(step, {})
      else if (gated && this.isBlocked()) continue
      else {
        // One that follows another began when that ended.
        if ((step.clocked || precise || timed) && (laps === null || this.seen !== this.sequence + 1)) mark(this, step)
        else this.sequence++
        try {
          const value = call(this, step)
          if (this.take(step, value, thenOf(value))) return true
        } catch (error) {
          this.beginStep(step, { failed: failedBy(error) })
        }
      }
    }
  }

  /**
   * The short way from one promise to the next, where there is nothing around the run, nor around its steps:
   * what `pump` does there, without looking for what is not there.
   */
  private glide(): void {
    const { steps } = this.plan
    for (;;) {
      const step = steps[this.index]
      if (step === undefined || !step.bare) return void this.pump()
      this.sequence++
      try {
        const value = step.fn(this.context, new Handle(this, step))
        const then = typeof value === 'object' && value !== null ? (value as { then?: unknown }).then : undefined
        if (then !== nativeThen) {
          if (this.take(step, value, typeof then === 'function' ? (then as Then) : thenOf(value))) return
          continue
        }
        const { timeout } = step
        this.pending = value as Promise<unknown>
        // Mostly the sweeper knows of the run already.
        if (timeout !== 0 && (this.listed === 0 || timeout < this.listed)) arm(this, timeout)
        else this.armed = timeout
        void this.pending.then(this.onFulfilled, this.onRejected)
        return
      } catch (error) {
        this.beginStep(step, { failed: failedBy(error) })
        return void this.pump()
      }
    }
  }

  /** Takes what a plain step gave. Tells whether the run waits for it. */
  private take(step: PlanStep, value: unknown, then: Then | null): boolean {
    if (then !== null) {
      const native = isNative(then) && !this.sync
      return this.follow(step, native ? (value as Promise<unknown>) : awaitable(this, value, then))
    }
    if (step.clocked) throwIfOverdue(this, step)
    this.finish(step, value)
    return false
  }

  private isBlocked(): boolean {
    const why = whyBlocked(this)
    if (why !== null) this.fail(new Interrupted(why))
    return why !== null
  }

  /** Waits for a plain step. Returns false where the run may not wait any more. */
  private follow(step: PlanStep, promise: Promise<unknown>): boolean {
    const { gated, precise } = this.around
    const { timeout } = step
    this.pending = promise
    // Mostly the sweeper knows of the run already.
    if (gated || precise || (timeout !== 0 && (this.listed === 0 || timeout < this.listed))) arm(this, timeout)
    else this.armed = timeout
    const why = gated ? listen(this) : null
    if (why !== null) {
      this.beginStep(step, { interrupted: { promise, why } })
      return false
    }
    if (this.onFulfilled === null || this.onRejected === null) this.wire()
    void promise.then(this.onFulfilled, this.onRejected)
    return true
  }

  /** Keeps what a plain step gave, tells of it, and goes on. */
  private finish(step: PlanStep, output: unknown): void {
    if (step.out !== null) keep(this, step.out, output)
    if (step.log !== null) printLine(this, step, output)
    const { timed, laps } = this.around
    if (!timed) this.index++
    else if (laps === null) this.tell(step, output)
    else lap(this, step, laps)
  }

  private tell(step: PlanStep, output: unknown): void {
    const waiting = tellPlain(this, step, output)
    if (waiting === null) leave(this)
    else this.begin(waiting, (end) => this.left(end))
  }

  private left(end: Answer): void {
    if ('error' in end) this.fail(end.error)
    else leave(this)
  }

  /** Makes the two functions that follow the promises of plain steps: once a run, unless one of them was cut off. */
  private wire(): void {
    const fulfilled = (value: unknown): void => {
      if (this.onFulfilled !== fulfilled) return
      this.pending = null
      this.armed = 0
      const step = this.plan.steps[this.index] as PlanStep
      if (this.around.bare && step.bare) {
        if (step.out !== null) keep(this, step.out, value)
        this.index++
        this.glide()
      } else {
        this.finish(step, value)
        this.pump()
      }
    }
    this.onFulfilled = fulfilled
    this.onRejected = (error) => {
      if (this.onFulfilled !== fulfilled) return
      this.beginStep(stepOf(this), { failed: failedBy(error) })
      this.pump()
    }
  }

  begin(work: Work<unknown>, ended: (end: Answer) => void): void {
    // What a plain step waited for is the task's from here on.
    this.pending = this.onFulfilled = null
    this.task = { work, ticket: 0, next: { value: undefined }, running: false, ended }
  }

  private beginStep(step: PlanStep, begun: Begun): void {
    this.begin(this.around.settings.host === null ? runStep(this, step, begun) : runHosted(this, step), (end) =>
      this.left(end),
    )
  }

  private fail(error: unknown): void {
    noteFailure(this, error)
    this.end()
  }

  private end(): void {
    const undoing = this.extra === null ? null : unwinding(this)
    // Only an engine's own suspension ends that early: what is to be undone is, when it goes on.
    if (undoing !== null) return this.begin(undoing, () => this.end())
    const telling = ending(this)
    // A hook that fails the run has been noted as its failure.
    if (telling === null) this.settle()
    else this.begin(telling, () => this.settle())
  }

  private settle(): void {
    if (this.listed !== 0 || this.extra !== null) release(this)
    this.over = true
    this.pending = null
    const outcome = failureOf(this)
    if (outcome === null) this.resolve?.(this.context)
    else this.reject?.(outcome.error)
  }
}
