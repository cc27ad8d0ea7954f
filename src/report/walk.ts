import type { Report, ReportedError, ReportedStep } from '../define/report.ts'

/** A step of a report, with how deep it is inside of others. */
export interface Row {
  readonly step: ReportedStep
  readonly depth: number
  /** Its path from the step that it is inside of: with the name of its branch, if that has one. */
  readonly label: string
  /** Whether it undid, or let go of, what another step had done. */
  readonly undoes: boolean
}

/** The path of a step from the one that it is inside of. */
export function labelOf({ path }: ReportedStep, outer: ReportedStep | null): string {
  return outer !== null && path.startsWith(`${outer.path}/`) ? path.slice(outer.path.length + 1) : path
}

function below(outer: ReportedStep, depth: number): Row[] {
  return (outer.steps ?? []).flatMap((step) => {
    const row = { step, depth, label: labelOf(step, outer), undoes: false }
    return [row, ...below(step, depth + 1)]
  })
}

/** All steps of a report, those inside of others behind these, compensations last. */
export function rows({ steps, compensations }: Report): Row[] {
  const told = steps.flatMap((step) => [{ step, depth: 0, label: step.path, undoes: false }, ...below(step, 1)])
  return [...told, ...compensations.map((step) => ({ step, depth: 0, label: step.path, undoes: true }))]
}

/** When a step was over, in ms since the start of the run. */
export function endOf({ start, duration }: ReportedStep): number {
  return start + duration
}

/** The steps of a `parallel`, by what ran one after the other: those of a list of branches are told apart by when they ran. */
export function lanesOf(group: ReportedStep): ReportedStep[][] {
  const branches = new Map<string, ReportedStep[]>()
  const lanes: ReportedStep[][] = []
  for (const step of group.steps ?? []) {
    const branch = labelOf(step, group).slice(0, -step.name.length - 1)
    // To the µs.
    const isFree = (lane: ReportedStep[]): boolean => lane.every((other) => endOf(other) <= step.start + 0.0005)
    let lane = branch === '' ? lanes.find(isFree) : branches.get(branch)
    if (lane === undefined) {
      lanes.push((lane = []))
      if (branch !== '') branches.set(branch, lane)
    }
    lane.push(step)
  }
  return lanes
}

/** ms for people: `0.4 ms`, `12 ms`, `1.23 s`, `2 min 5 s`, `3 h 20 min`. */
export function time(ms: number): string {
  if (ms < 10) return `${Math.round(ms * 10) / 10} ms`
  if (ms < 999.5) return `${Math.round(ms)} ms`
  if (ms < 59_995) return `${Math.round(ms / 10) / 100} s`
  const seconds = Math.round(ms / 1000)
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60]
  return hours > 0 ? `${hours} h ${minutes} min` : `${minutes} min ${seconds % 60} s`
}

/** What became of a step, in a few words. */
export function notes({ attempts, fallback, abandoned, items, kind }: ReportedStep): string {
  const words: string[] = []
  if (items !== undefined) {
    const { count, failed } = items
    words.push(`${count} ${count === 1 ? 'item' : 'items'}`)
    if (failed > 0) words.push(`${failed} failed`)
  } else if (kind !== 'step') words.push(kind)
  if (attempts > 1) words.push(`${attempts} attempts`)
  if (fallback === true) words.push('fallback')
  if (abandoned === true) words.push('abandoned')
  return words.join(', ')
}

/** An error in one text. */
export function errorText({ name, code = name, message }: ReportedError): string {
  return `${code}: ${message}`
}

/** What went wrong in a step, a line for each thing, and of a loop the slowest item. */
export function details({ failures = [], error, items }: ReportedStep): string[] {
  const lines = failures.map(({ attempt, error: { name, message }, duration, delay, abandoned }) => {
    const parts = [duration === undefined ? '' : ` after ${time(duration)}`, abandoned === true ? ', abandoned' : '']
    return `attempt ${attempt} failed${parts.join('')}: ${name}: ${message}${delay === undefined ? '' : `; waited ${time(delay)}`}`
  })
  if (error !== undefined) lines.push(errorText(error))
  for (const failure of items?.failures ?? []) lines.push(`${failure.path}: ${failure.error.message}`)
  if (items !== undefined && items.failed > items.failures.length)
    lines.push(`and ${items.failed - items.failures.length} more that failed`)
  if (items?.slowest !== undefined) lines.push(`slowest: ${items.slowest.path}, ${time(items.slowest.duration)}`)
  return lines
}
