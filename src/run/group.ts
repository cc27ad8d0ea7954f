import type { GroupLimits } from '../compile/plan.ts'
import { isError } from '../define/describe.ts'
import type { StepchainError } from '../errors.ts'
import { awaitable } from './failed.ts'
import { type Child, type Interruption, type RunRecord, urgencyOf } from './record.ts'
import { Slot } from './slot.ts'
import { cancelled, whyBlocked } from './stop.ts'
import { isNative, thenOf } from './thenable.ts'
import type { Units } from './units.ts'

/**
 * Runs units side by side, as many at once as it may, and ends them together. All of them start and settle here, in an order that depends on nothing but when
 * they do: by callbacks in slots, without a promise of its own for each.
 */
export class Group implements Child {
  readonly extra: { failure: StepchainError | null; stopped: boolean } = { failure: null, stopped: false }
  private readonly run: RunRecord
  private readonly units: Units
  private readonly limits: GroupLimits
  private readonly gated: boolean
  private readonly sync: boolean
  private readonly slots: Slot[] = []
  private readonly idle: Slot[] = []
  /** How many units are under way. */
  private open = 0
  /** Whether a source that takes its time is asked for the next unit. */
  private pulling = false
  /** Whether no unit is begun any more. */
  private closed = false
  private over = false
  /** What ends the group that is no failure of a unit. */
  private raw: { readonly error: unknown } | null = null
  private halting: { readonly reason: unknown } | null = null
  /** Whether a unit was not finished because it was told to end. */
  private cut = false
  private why: Interruption | null = null
  private timer: unknown = undefined
  private resolve: ((output: unknown) => void) | null = null
  private reject: ((error: unknown) => void) | null = null

  constructor(run: RunRecord, units: Units, limits: GroupLimits) {
    this.run = run
    this.units = units
    this.limits = limits
    this.gated = run.around.gated
    this.sync = run.sync
  }

  /** Runs the group: at once, or as a promise if something in it waits. @throws what it fails with */
  start(): unknown {
    this.fill()
    if (this.isDone()) return this.conclude()
    return new Promise((resolve, reject) => {
      this.resolve = resolve
      this.reject = reject
    })
  }

  fulfilled(slot: Slot, value: unknown): void {
    if (!slot.waits || this.over) return this.units.late(slot, { value })
    slot.waits = false
    this.units.done(slot, value)
    // Mostly the next unit takes its place.
    if (!this.drive(slot)) this.goOn()
  }

  rejected(slot: Slot, error: unknown): void {
    if (!slot.waits || this.over) return this.units.late(slot, { error })
    slot.waits = false
    this.takeError(slot, error)
    if (!this.drive(slot)) this.goOn()
  }

  private goOn(): void {
    // Others may have room since the source has more.
    if (this.idle.length > 1) this.fill()
    if (this.open === 0) this.finishIfDone()
  }

  interrupt(why: Interruption): void {
    if (this.over || urgencyOf(why) <= (this.why === null ? 0 : urgencyOf(this.why))) return
    // What was told before has had its moment.
    const again = this.why !== null || this.halting !== null
    this.why = why
    this.close()
    // Less time than there was is all that another reason gives.
    if (why.urgent === true) this.clearTimer()
    for (const slot of this.slots) {
      if (!slot.waits) continue
      slot.child?.interrupt(why)
      slot.controller?.abort(why.reason)
      const ends = slot.child === null && why.grace === undefined && (slot.controller === null || again)
      // Nothing tells one to end that never looked at its signal.
      if (ends && slot.waits) this.drop(slot)
    }
    this.finishIfDone()
  }

  isUndoing(): boolean {
    return this.slots.some(({ waits, child }) => waits && child?.isUndoing() === true)
  }

  private drop(slot: Slot): void {
    slot.waits = false
    this.open--
    this.cut = true
  }

  private isDone(): boolean {
    return this.open === 0 && (this.closed || !this.pulling)
  }

  private fill(): void {
    while (!this.closed && !this.pulling && this.open < this.limits.concurrency) {
      let slot = this.idle.pop()
      if (slot === undefined) this.slots.push((slot = new Slot(this)))
      this.open++
      this.drive(slot)
    }
  }

  /** Runs one unit after the other in a slot that counts as open, until one waits (true), or there is none and the slot is free. */
  private drive(slot: Slot): boolean {
    while (!this.closed && !this.pulling && !this.isBlocked()) {
      let more: boolean | Promise<boolean>
      try {
        more = this.units.advance()
      } catch (error) {
        this.breakOff(error)
        break
      }
      if (typeof more !== 'boolean') this.pull(more)
      else if (!more) this.closed = true
      else if (this.begin(slot)) return true
    }
    this.free(slot)
    return false
  }

  private free(slot: Slot): void {
    this.open--
    this.idle.push(slot)
  }

  /** Waits for a source. */
  private pull(more: Promise<boolean>): void {
    this.pulling = true
    const pulled = (): boolean => {
      this.pulling = false
      return !this.closed
    }
    const go = (has: boolean): void => {
      // What comes too late is begun no more, though it may have been the last.
      if (!pulled()) return void (this.cut ||= has)
      const slot = this.idle.pop()
      if (!has || slot === undefined) this.closed = true
      else if (this.isBlocked()) this.cut = true
      else {
        this.open++
        if (!this.begin(slot)) this.free(slot)
      }
      this.fill()
      this.finishIfDone()
    }
    const stop = (error: unknown): void => {
      if (pulled()) this.breakOff(error)
      this.finishIfDone()
    }
    more.then(go, stop)
  }

  /** Begins a unit. Tells whether it is waited for. */
  private begin(slot: Slot): boolean {
    try {
      const value = this.units.begin(slot)
      const then = thenOf(value)
      if (then === null) {
        this.units.done(slot, value)
        return false
      }
      const promise = isNative(then) && !this.sync ? (value as Promise<unknown>) : awaitable(this.run, value, then)
      slot.waits = true
      promise.then(slot.fulfilled, slot.rejected)
      return true
    } catch (error) {
      slot.waits = false
      this.takeError(slot, error)
      return false
    }
  }

  private takeError(slot: Slot, error: unknown): void {
    const { child } = slot
    if (child?.extra?.control != null) return this.breakOff(error)
    const told = this.why ?? this.halting
    const stopped = child?.extra?.stopped === true
    const aborted = isError(error) && error.name === 'AbortError'
    if (told !== null && (stopped || aborted || error === this.why?.reason || error === this.halting?.reason)) {
      this.cut = true
      return
    }
    // The run itself is to end, and what is inside of it heard of that first.
    if (stopped) {
      this.extra.stopped = true
      return this.breakOff(error)
    }
    const end = this.units.failed(slot, error)
    // Within the grace of a group around it, it has its own, which may be shorter.
    if (end !== null && this.halting === null && (this.why === null || this.why.grace !== undefined)) this.halt(end)
  }

  /** Tells all that is under way to end, since something has failed. */
  private halt(reason: unknown): void {
    this.halting = { reason }
    this.close()
    const { grace } = this.limits
    const { make } = cancelled({ reason })
    for (const slot of this.slots) {
      if (slot.waits) slot.child?.interrupt({ kind: 'stop', reason, grace, make })
      if (slot.waits) slot.controller?.abort(reason)
    }
    if (this.open > 0 && grace !== Infinity)
      this.timer = this.run.around.clock.setTimeout(() => this.expire(reason), grace)
  }

  /** Abandons what has not ended in time: what is a run ends by that, once it has undone what it is about to. */
  private expire(reason: unknown): void {
    for (const slot of this.slots) {
      if (!slot.waits) continue
      // It may have been told before, with more time.
      if (slot.child === null) this.drop(slot)
      else slot.child.interrupt({ ...cancelled({ reason }), urgent: true })
    }
    this.finishIfDone()
  }

  /** Ends for something that is no failure of a unit. */
  private breakOff(error: unknown): void {
    this.raw = { error }
    this.halt(error)
  }

  private clearTimer(): void {
    if (this.timer !== undefined) this.run.around.clock.clearTimeout(this.timer)
    this.timer = undefined
  }

  private close(): void {
    if (this.closed) return
    this.closed = true
    this.units.close()
  }

  private isBlocked(): boolean {
    const why = this.gated ? whyBlocked(this.run) : null
    if (why === null) return false
    this.why ??= why
    this.extra.stopped = true
    this.close()
    return true
  }

  private finishIfDone(): void {
    if (this.isDone()) this.finish()
  }

  private finish(): void {
    if (this.over || this.resolve === null) return
    try {
      this.resolve(this.conclude())
    } catch (error) {
      this.reject?.(error)
    }
  }

  /** What has come of the group. */
  private conclude(): unknown {
    this.over = true
    this.clearTimer()
    if (this.raw !== null) throw this.raw.error
    const failure = this.units.failure()
    if (failure !== null) throw (this.extra.failure = failure)
    // What was told to end may have been finished all the same.
    if (this.why !== null && (this.cut || this.units.hasMore())) {
      this.extra.stopped = true
      throw this.why.reason
    }
    return this.units.output()
  }
}
