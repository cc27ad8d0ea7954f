import type { PlanStep } from '../compile/plan.ts'
import type { RunRecord } from './record.ts'

/** The loop that an item is of. */
export interface Looped {
  readonly run: RunRecord
  readonly step: PlanStep
}

/** Who is told what the unit in a slot has come to. */
export interface Followed {
  fulfilled(slot: Slot, value: unknown): void
  rejected(slot: Slot, error: unknown): void
}

/** A place in which the units of a group are run one after the other; what follows their promises is made once for all of them. */
export class Slot {
  /** Which unit is in it. */
  index = 0
  /** When the unit was begun, if anybody wants to know. */
  since = 0
  /** Whether it is waited for. */
  waits = false
  /** The item, where the unit is one that is no run. */
  item: unknown = undefined
  /** How many items the unit is. */
  size = 1
  /** The signal of the unit, where it is no run and has looked at it. */
  controller: AbortController | null = null
  /** The run of the unit, where it is one. */
  child: RunRecord | null = null
  /** What the unit is an item of, where it is no run. */
  loop: Looped | null = null
  /** Which of those items is under way: the handles of others are out of date. */
  live = -1
  readonly fulfilled: (value: unknown) => void
  readonly rejected: (error: unknown) => void

  constructor(group: Followed | null) {
    this.fulfilled = (value) => group?.fulfilled(this, value)
    this.rejected = (error) => group?.rejected(this, error)
  }
}
