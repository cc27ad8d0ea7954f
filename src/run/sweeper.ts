import type { Clock } from '../define/clock.ts'
import { systemClock } from './clock.ts'
import type { RunRecord } from './record.ts'

/** How often all limits are looked at, in ms. */
export const PERIOD = 10

interface Timer {
  readonly handle: unknown
  readonly period: number
  readonly due: number
  readonly made: unknown
  readonly clear: (handle: never) => void
}

/**
 * One timer for the limits of all runs on a clock. A timer for each attempt would cost more than the attempt's whole bookkeeping.
 *
 * Starting an attempt only writes `armed` and raises `sequence`. A sweep notes when it first saw a `sequence`, and ends the attempt when that is `armed` ms ago:
 * never early, and late by at most two periods. Reading no clock at the start is what makes a timeout nearly free.
 * On a clock that was passed in, starts are marked and the timer is set for the very moment: a test that moves time finds things done in time.
 */
export class Sweeper {
  readonly #clock: Clock
  readonly #due: (run: RunRecord, now: number) => void
  #head: RunRecord | null = null
  #timer: Timer | null = null
  /** When the last sweep was. */
  time = 0

  constructor(clock: Clock, due: (run: RunRecord, now: number) => void) {
    this.#clock = clock
    this.#due = due
  }

  /** Watches a run that has to be looked at within `limit` ms. */
  enlist(run: RunRecord, limit: number): void {
    const first = this.#head === null
    if (run.listed === 0) {
      run.listNext = this.#head
      if (this.#head !== null) this.#head.listPrevious = run
      this.#head = run
    }
    run.listed = limit
    const timer = this.#timer
    if (this.#clock !== systemClock) {
      if (timer === null || this.#clock.now() + limit < timer.due) this.#start(limit)
      return
    }
    const period = Math.min(PERIOD, limit / 4)
    // A timer made before fake timers were installed (or after) would keep another time than the clock's.
    if (timer === null) this.time = this.#clock.now()
    if (timer === null || period < timer.period || timer.made !== globalThis.setTimeout) this.#start(period)
    else if (first) setHold(timer.handle, true)
  }

  /** Watches a run, which it does watch, no longer. */
  delist(run: RunRecord): void {
    const { listNext, listPrevious } = run
    if (listPrevious === null) this.#head = listNext
    else listPrevious.listNext = listNext
    if (listNext !== null) listNext.listPrevious = listPrevious
    run.listNext = run.listPrevious = null
    run.listed = 0
    if (this.#head === null && this.#timer !== null && !setHold(this.#timer.handle, false)) this.#clear()
  }

  #start(period: number): void {
    this.#clear()
    const { setTimeout: made, clearTimeout: clear } = globalThis
    // The platform's own handle can let an idle process go; a clock that was passed in is asked to clear instead.
    const handle =
      this.#clock === systemClock ? setTimeout(this.#sweep, period) : this.#clock.setTimeout(this.#sweep, period)
    this.#timer = { handle, period, due: this.#clock === systemClock ? 0 : this.#clock.now() + period, made, clear }
  }

  #clear(): void {
    const timer = this.#timer
    if (timer === null) return
    this.#timer = null
    // Called by itself: browsers do not take a `clearTimeout` that is called as somebody's method.
    const { handle, clear } = timer
    if (this.#clock === systemClock) clear(handle as never)
    else this.#clock.clearTimeout(handle)
  }

  #nextDue(now: number): number {
    let next = Infinity
    for (let run = this.#head; run !== null; run = run.listNext) next = Math.min(next, dueAt(run, now))
    return next
  }

  readonly #sweep = (): void => {
    const { period } = this.#timer ?? { period: PERIOD }
    this.#timer = null
    if (this.#head === null) return
    const now = this.#clock.now()
    this.time = now
    // Those that are due are gathered first: ending one may take others off the list.
    const due: RunRecord[] = []
    for (let run: RunRecord | null = this.#head; run !== null; run = run.listNext) if (isDue(run, now)) due.push(run)
    const wait = this.#clock === systemClock ? period : this.#nextDue(now) - now
    if (wait !== Infinity) this.#start(wait)
    for (const run of due) if (run.listed !== 0) this.#due(run, now)
  }
}

/** When a run on an exact clock has to be looked at next: if it is due and does not end, not at once again. */
function dueAt(run: RunRecord, now: number): number {
  const ends = [run.extra?.endAt ?? Infinity, run.armed === 0 ? Infinity : run.seenAt + run.armed]
  return Math.min(...ends.map((at) => (at <= now ? now + PERIOD : at)))
}

function isDue(run: RunRecord, now: number): boolean {
  if (run.extra !== null && now >= run.extra.endAt) return true
  if (run.armed === 0) return false
  if (run.sequence !== run.seen) {
    run.seen = run.sequence
    run.seenAt = now
    return false
  }
  return now - run.seenAt >= run.armed
}

const nativeSetTimeout = globalThis.setTimeout

/**
 * Lets a timer hold the process, or not. A timer between two runs is only let go, since making one costs as much as a run; it ends by itself at the next sweep.
 * @returns false where that is not possible, and the timer has to be cleared
 */
function setHold(handle: unknown, hold: boolean): boolean {
  const timer = handle as Partial<Record<'ref' | 'unref', () => unknown>>
  if (
    globalThis.setTimeout !== nativeSetTimeout ||
    typeof timer?.ref !== 'function' ||
    typeof timer.unref !== 'function'
  )
    return false
  if (hold) timer.ref()
  else timer.unref()
  return true
}
