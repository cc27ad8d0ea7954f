import type { GroupLimits } from '../compile/plan.ts'
import { isError } from '../define/describe.ts'
import type { StepchainError } from '../errors.ts'
import { awaitable } from './failed.ts'
import type { Answer, Child, Inside, Interruption, RunRecord } from './record.ts'
import { Slot } from './slot.ts'
import { cancelled, whyBlocked } from './stop.ts'
import { isNative, thenOf } from './thenable.ts'
import { Waves } from './waves.ts'

/** What a group runs: branches, or items. */
export interface Units extends Inside {
  /** Goes on to the next unit; tells whether there is one, perhaps later. */
  advance(): boolean | Promise<boolean>
  /** Whether there may be more of them. */
  hasMore(): boolean
  /** Begins that unit in a slot. Gives what it came to, or a promise. */
  begin(slot: Slot): unknown
  /** Makes the run of that unit, which is not begun yet. */
  prepare(slot: Slot): RunRecord
  /** What a unit is called in paths. */
  nameOf(slot: Slot): string
  /** What the run of a unit gave. */
  value(slot: Slot): unknown
  /** Gives that to a run that was not begun, since it was elsewhere. */
  restore(slot: Slot, value: unknown): void
  /** Takes what a unit came to. */
  done(slot: Slot, value: unknown): void
  /** Takes what a unit failed with; gives the error to end the group for, `null` to go on. */
  failed(slot: Slot, error: unknown): StepchainError | null
  /** Takes what an abandoned unit comes to after all. */
  late(slot: Slot, outcome: Answer): void
  /** Ends the source before it has ended by itself. */
  close(): void
  /** The error of a group that ended early; `null` where it is not to fail. */
  failure(): StepchainError | null
  /** What the group gives. */
  output(): unknown
}

/**
 * Runs units side by side, as many at once as it may, and ends them together. All of them start and settle here, in an order that depends on nothing but when
 * they do: by callbacks in slots, without a promise of its own for each.
 */
export class Group implements Child {
  readonly extra: { failure: StepchainError | null; stopping: boolean } = { failure: null, stopping: false }
  private readonly run: RunRecord
  private readonly units: Units
  private readonly limits: GroupLimits
  private readonly gated: boolean
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
    this.open--
    this.units.done(slot, value)
    this.goOn(slot)
  }

  rejected(slot: Slot, error: unknown): void {
    if (!slot.waits || this.over) return this.units.late(slot, { error })
    slot.waits = false
    this.open--
    this.takeError(slot, error)
    this.goOn(slot)
  }

  private goOn(slot: Slot): void {
    this.drive(slot)
    // Others may have room since the source has more.
    if (this.idle.length > 1) this.fill()
    if (this.open === 0) this.finishIfDone()
  }

  interrupt(why: Interruption): void {
    if (this.over || (this.why !== null && this.why.grace === undefined)) return
    this.why = why
    this.extra.stopping = true
    this.close()
    if (why.grace === undefined) this.clearTimer()
    for (const slot of this.slots) {
      if (!slot.waits) continue
      slot.child?.interrupt(why)
      slot.controller?.abort(why.reason)
      if (slot.child !== null || slot.controller !== null || why.grace !== undefined || !slot.waits) continue
      // It never looked at its signal: nothing tells it to end.
      slot.waits = false
      this.open--
      this.cut = true
    }
    this.finishIfDone()
  }

  private isDone(): boolean {
    return this.open === 0 && (this.closed || !this.pulling)
  }

  private fill(): void {
    while (!this.closed && !this.pulling && this.open < this.limits.concurrency) {
      let slot = this.idle.pop()
      if (slot === undefined) this.slots.push((slot = new Slot(this)))
      this.drive(slot)
    }
  }

  /** Runs one unit after the other in a slot, until one waits or there is none. */
  private drive(slot: Slot): void {
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
      else if (this.begin(slot)) return
    }
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
      else if (!this.begin(slot)) this.idle.push(slot)
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
    this.open++
    try {
      const value = this.units.begin(slot)
      const then = thenOf(value)
      if (then === null) {
        this.open--
        this.units.done(slot, value)
        return false
      }
      const promise = isNative(then) && !this.run.sync ? (value as Promise<unknown>) : awaitable(this.run, value, then)
      slot.waits = true
      promise.then(slot.fulfilled, slot.rejected)
      return true
    } catch (error) {
      slot.waits = false
      this.open--
      this.takeError(slot, error)
      return false
    }
  }

  private takeError(slot: Slot, error: unknown): void {
    const { child } = slot
    if (child?.extra?.control != null) return this.breakOff(error)
    const told = this.why ?? this.halting
    const stopped = child?.extra?.stopping === true
    if (told !== null && (stopped || error === told.reason || (isError(error) && error.name === 'AbortError'))) {
      this.cut = true
      return
    }
    // The run itself is to end, and what is inside of it heard of that first.
    if (stopped) {
      this.extra.stopping = true
      return this.breakOff(error)
    }
    const end = this.units.failed(slot, error)
    if (end !== null && told === null) this.halt(end)
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
    if (this.open > 0 && grace !== Infinity) this.timer = this.run.around.clock.setTimeout(() => this.finish(), grace)
  }

  /** Ends for something that is no failure of a unit. */
  private breakOff(error: unknown): void {
    this.raw ??= { error }
    if (this.halting === null) this.halt(error)
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
    this.extra.stopping = true
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
    if (this.why !== null && (this.cut || this.units.hasMore())) throw this.why.reason
    return this.units.output()
  }
}

/** Runs a group as a step. */
export function runGroup(run: RunRecord, units: Units, limits: GroupLimits): unknown {
  const { host } = run.around.settings
  run.more().inside = units
  if (host?.all !== undefined) {
    const waves = new Waves(run, units, limits)
    run.more().child = waves
    return waves.start(host)
  }
  // What an engine does not order itself is done one after the other, which is the same each time.
  const group = new Group(run, units, host === null ? limits : { ...limits, concurrency: 1 })
  run.more().child = group
  return group.start()
}
