import type { StepchainError } from '../errors.ts'
import type { Answer, Inside, RunRecord } from './record.ts'
import type { Slot } from './slot.ts'

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
