import type { RunRecord } from './record.ts'

/** Who is told what the unit in a slot has come to. */
export interface Followed {
  fulfilled(slot: Slot, value: unknown): void
  rejected(slot: Slot, error: unknown): void
}

/** A place in which the units of a group are run one after the other; what follows their promises is made once for all of them. */
export class Slot {
  /** Which unit is in it. */
  index = 0
  /** Whether it is waited for. */
  waits = false
  /** How many items the unit is. */
  size = 1
  /** The signal of the unit, where it is no run and has looked at it. */
  controller: AbortController | null = null
  /** The run of the unit, where it is one. */
  child: RunRecord | null = null
  /** The handle that the unit was given, where it is no run: another one is out of date. */
  handle: object | null = null
  readonly fulfilled: (value: unknown) => void
  readonly rejected: (error: unknown) => void

  constructor(group: Followed | null) {
    this.fulfilled = (value) => group?.fulfilled(this, value)
    this.rejected = (error) => group?.rejected(this, error)
  }
}
