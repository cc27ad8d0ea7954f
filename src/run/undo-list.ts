import type { PlanStep } from '../compile/plan.ts'
import type { StepchainError } from '../errors.ts'
import { rootOf, type RunRecord } from './record.ts'

/** A step that is to be undone if its run fails, or whose output is to be released. */
export interface Undo {
  readonly run: RunRecord
  readonly step: PlanStep
  readonly output: unknown
  /** What it failed with, where nobody knows what came of it. */
  readonly error: StepchainError | null
  /** Its place in the order in which steps were finished. */
  readonly place: number
  released: boolean
}

/** Whether a run is another, or inside of it. */
function isWithin(run: RunRecord, outer: RunRecord): boolean {
  for (let at: RunRecord | null | undefined = run; at != null; at = at.extra?.parent) if (at === outer) return true
  return false
}

/** What was finished in a run, and in all that is inside of it, in the order in which it was: one list for all of them. */
export class UndoList {
  #entries: Undo[] = []
  /** How many there have been. */
  count = 0

  add(entry: Omit<Undo, 'place' | 'released'>): void {
    this.#entries.push({ ...entry, place: this.count++, released: false })
  }

  /** Takes out what was finished in a run from a place on, or only in what is inside of it; the last comes first. */
  take(run: RunRecord, { since = 0, inside = false }: { since?: number; inside?: boolean } = {}): readonly Undo[] {
    const taken: Undo[] = []
    const kept: Undo[] = []
    for (const entry of this.#entries) {
      const takes = entry.place >= since && !(inside && entry.run === run) && isWithin(entry.run, run)
      ;(takes ? taken : kept).push(entry)
    }
    this.#entries = kept
    return taken.reverse()
  }

  /** Puts back what is yet to be undone, should the run around it fail. */
  putBack(entries: readonly Undo[]): void {
    this.#entries = [...this.#entries, ...entries].sort((a, b) => a.place - b.place)
  }
}

/** The list of a run, if anything was ever put in it. */
export function undoListOf(run: RunRecord): UndoList | null {
  return rootOf(run).extra?.undo ?? null
}

/** Notes a finished step that has to be undone, or released, some time. */
export function noteFinished(run: RunRecord, step: PlanStep, output: unknown): void {
  const { rare } = step
  const fellBack = run.extra?.fellBack === true
  // What it fell back to was not done, and is only held.
  if (rare === null || ((rare.compensate === null || fellBack) && rare.release === null)) return
  const list = (rootOf(run).more().undo ??= new UndoList())
  list.add({ run, step: fellBack ? { ...step, rare: { ...rare, compensate: null } } : step, output, error: null })
}

/** Notes a step of which nobody knows what came of it. */
export function noteUnknown(run: RunRecord, step: PlanStep, error: StepchainError): void {
  if (step.rare === null || step.rare.compensateUnknown === null) return
  ;(rootOf(run).more().undo ??= new UndoList()).add({ run, step, output: undefined, error })
}
