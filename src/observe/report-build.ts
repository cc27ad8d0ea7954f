import type { RunEndEvent, StepEndEvent } from '../define/hooks.ts'
import type { Report, ReportedAttempt, ReportedError, ReportedStep } from '../define/report.ts'
import { type Clean, reportedError } from './report-error.ts'
import type { ItemTally } from './report-items.ts'

/** A step that ended, with times in ms since the start of the run. */
export interface StepRecord extends Pick<StepEndEvent, 'path' | 'name' | 'kind' | 'status' | 'abandoned'> {
  readonly start: number
  readonly end: number
  readonly attempts: number
  /** Its place in the order in which steps ended. */
  readonly order: number
  readonly failures: readonly ReportedAttempt[] | null
  readonly fallback: boolean
  readonly error: ReportedError | null
  steps: readonly StepRecord[] | null
  items: ItemTally | null
}

/** What was recorded of a run. */
export interface Recording {
  readonly clean: Clean
  readonly wall: number
  readonly steps: readonly StepRecord[]
  readonly inside: ReadonlyMap<string, readonly StepRecord[]> | null
}

/** ms to the µs. A clock may give anything, and what is no number is none in JSON. */
function ms(time: number): number {
  return Number.isFinite(time) ? Math.round(time * 1000) / 1000 : 0
}

function isoOf(wall: number): string {
  const date = new Date(wall)
  return Number.isNaN(date.getTime()) ? '' : date.toISOString()
}

const UNDOES = /^(.+)\.(?:compensate|compensateUnknown|release)$/

/** Builds what is told of a run from what was recorded of it. */
class Builder {
  readonly #undone: StepRecord[] = []
  readonly #clean: Clean

  constructor(clean: Clean) {
    this.#clean = clean
  }

  /** Steps in the order in which they began; those that undo others are put aside. */
  list(records: readonly StepRecord[], known: boolean): ReportedStep[] {
    const steps: ReportedStep[] = []
    const names = new Set(records.map(({ name }) => name))
    // Only what undoes one of these, if all of these are known, and not what is named as if it did.
    const undoes = (name: string): boolean => {
      const of = UNDOES.exec(name)?.[1]
      return of !== undefined && (!known || names.has(of))
    }
    for (const record of records)
      if (undoes(record.name)) this.#undone.push(record)
      else steps.push(this.#step(record))
    return steps.sort((a, b) => a.start - b.start)
  }

  /** Those that undid others. */
  get compensations(): ReportedStep[] {
    return this.#undone.sort((a, b) => a.order - b.order).map((record) => this.#step(record))
  }

  #step(record: StepRecord): ReportedStep {
    const { path, name, kind, status, attempts, failures, fallback, abandoned, error, items } = record
    const clean = this.#clean
    const start = ms(record.start)
    const inside = record.steps === null ? [] : this.list(record.steps, true)
    return {
      path: clean(path),
      name: clean(name),
      kind,
      status,
      start,
      duration: ms(ms(record.end) - start),
      attempts,
      ...(failures === null ? {} : { failures: failures.map(attemptOf) }),
      ...(fallback ? { fallback } : {}),
      ...(abandoned ? { abandoned } : {}),
      ...(error === null ? {} : { error }),
      ...(inside.length === 0 ? {} : { steps: inside }),
      ...(items === null ? {} : { items: items.report(clean, ms) }),
    }
  }
}

function attemptOf({ duration, delay, ...attempt }: ReportedAttempt): ReportedAttempt {
  return {
    ...attempt,
    duration: ms(duration as number),
    ...(delay === undefined ? {} : { delay: ms(delay) }),
  }
}

/** What is told of a run. */
export function reportOf(
  { clean, wall, steps, inside }: Recording,
  { chain, runId, status, duration, error }: Omit<RunEndEvent, 'path' | 'name' | 'kind' | 'report'>,
): Report {
  const builder = new Builder(clean)
  const told = builder.list(steps, true)
  // What ended when what it was inside of had ended: compensations, or what a stopped run left behind.
  for (const late of inside?.values() ?? []) told.push(...builder.list(late, false))
  return {
    version: 1,
    chain: clean(chain),
    runId: clean(runId),
    status: status as Report['status'],
    startedAt: isoOf(wall),
    duration: ms(duration),
    ...(error === undefined ? {} : { error: reportedError(error, clean) }),
    steps: told,
    compensations: builder.compensations,
  }
}
