import type { Report, ReportedStep } from '../define/report.ts'
import { details, endOf, lanesOf } from './walk.ts'

/** An event of the trace format: `X` is complete, `M` names what others refer to. Times are in µs. */
export interface TraceEvent {
  readonly name: string
  readonly ph: 'X' | 'M'
  readonly pid: number
  readonly tid: number
  readonly cat?: string
  readonly ts?: number
  readonly dur?: number
  readonly args: Readonly<Record<string, unknown>>
}

/** What Perfetto, speedscope and `chrome://tracing` open, once it is JSON. */
export interface ChromeTrace {
  readonly displayTimeUnit: 'ms'
  readonly otherData: Readonly<Record<string, string>>
  readonly traceEvents: readonly TraceEvent[]
}

interface Span {
  readonly from: number
  readonly to: number
}

/** Lays out events in lanes: within one they are inside of, or behind, one another. */
class Lanes {
  readonly events: TraceEvent[] = []
  /** Until when each lane is taken. */
  readonly #taken: number[] = [Infinity]

  /** The first lane that is free, from 2 up: that of the run is 1. */
  #claim({ from, to }: Span): number {
    const free = this.#taken.findIndex((until) => until <= from)
    const index = free < 0 ? this.#taken.length : free
    this.#taken[index] = to
    return index + 1
  }

  add(step: ReportedStep, tid: number, within: Span): Span {
    // To the µs a part may end after the whole.
    const from = Math.min(Math.max(Math.round(step.start * 1000), within.from), within.to)
    const to = Math.min(Math.max(Math.round(endOf(step) * 1000), from), within.to)
    const { name, kind, path, status, attempts, items } = step
    const more = { ...(items === undefined ? {} : { items }), ...linesOf(step) }
    const args = { path, status, attempts, ...more }
    this.events.push({ name, cat: kind, ph: 'X', pid: 1, tid, ts: from, dur: to - from, args })
    if (kind === 'parallel') {
      const span = { from, to }
      for (const [index, lane] of lanesOf(step).entries()) this.row(lane, index === 0 ? tid : this.#claim(span), span)
    } else this.row(step.steps ?? [], tid, { from, to })
    return { from: to, to: within.to }
  }

  /** Adds steps that run one after the other. */
  row(steps: readonly ReportedStep[], tid: number, within: Span): Span {
    return steps.reduce((left, step) => this.add(step, tid, left), within)
  }

  /** What names the process and the lanes. */
  names(process: string): TraceEvent[] {
    return [
      named('process_name', 0, process),
      ...this.#taken.map((_, index) => named('thread_name', index + 1, index === 0 ? 'run' : `beside ${index}`)),
    ]
  }
}

/** What names the process, or a lane. */
function named(name: string, tid: number, text: string): TraceEvent {
  return { name, ph: 'M', pid: 1, tid, args: { name: text } }
}

function linesOf(step: ReportedStep): { readonly details?: readonly string[] } {
  const lines = details(step)
  return lines.length === 0 ? {} : { details: lines }
}

/**
 * A report in the trace event format: one lane for the run, one more for each branch beside another.
 *
 * @example
 * ```ts
 * import { chain } from 'stepchain'
 * import { toChromeTrace } from 'stepchain/report'
 *
 * const { report } = chain('greet').next(() => 'hello', { out: 'greeting' }).safeRunSync()
 * const file = JSON.stringify(toChromeTrace(report))
 * ```
 */
export function toChromeTrace(report: Report): ChromeTrace {
  const { chain, runId, status, startedAt, duration, error, steps, compensations } = report
  const lanes = new Lanes()
  const tid = 1
  const ends = [...steps, ...compensations].map(endOf)
  const whole = { from: 0, to: Math.round(Math.max(duration, ...ends) * 1000) }
  const args = { runId, status, ...(error === undefined ? {} : { error }) }
  lanes.events.push({ name: chain, cat: 'run', ph: 'X', pid: 1, tid, ts: 0, dur: whole.to, args })
  lanes.row(compensations, tid, lanes.row(steps, tid, whole))
  return {
    displayTimeUnit: 'ms',
    otherData: { runId, startedAt },
    traceEvents: [...lanes.names(`stepchain: ${chain}`), ...lanes.events],
  }
}
