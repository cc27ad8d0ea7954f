import type { Report, ReportedStep } from '../define/report.ts'
import { cut, plain, widthOf } from './terminal.ts'
import { details, errorText, notes, type Row, rows, time } from './walk.ts'

/** How a report is laid out as text. */
export interface TextOptions {
  /** The most columns of a line. @default 80 */
  readonly width?: number | undefined
  /** Whether statuses are coloured, for a terminal. @default false */
  readonly color?: boolean | undefined
}

const MARKS: Readonly<Record<ReportedStep['status'], { readonly mark: string; readonly color: number }>> = {
  ok: { mark: '✓', color: 32 },
  failed: { mark: '✗', color: 31 },
  cancelled: { mark: '■', color: 33 },
  skipped: { mark: '-', color: 2 },
}

type Paint = (code: number, text: string) => string

/** Fills a text up to a width. */
function fill(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)))
}

/** How wide the three columns are: of names, of times, of bars. Where it is narrow, bars go first. */
interface Layout {
  readonly name: number
  readonly time: number
  readonly bar: number
}

function layoutOf(names: readonly string[], times: readonly string[], width: number): Layout {
  const widest = Math.max(8, ...names.map(widthOf))
  const timed = Math.max(0, ...times.map(widthOf))
  const rest = width - timed - 3
  const name = Math.max(1, Math.min(widest, Math.max(rest - 10, Math.floor(rest / 2))))
  const bar = rest - name - 1
  return { name: bar < 4 ? Math.max(1, rest) : name, time: timed, bar: bar < 4 ? 0 : Math.min(bar, 60) }
}

/** When a step ran, as part of the whole. */
function barOf({ start, duration }: ReportedStep, total: number, width: number): string {
  const whole = Math.max(total, Number.MIN_VALUE)
  const at = Math.min(width - 1, Math.floor((start / whole) * width))
  const length = Math.round((duration / whole) * width)
  return ' '.repeat(at) + '━'.repeat(Math.max(1, Math.min(width - at, length)))
}

function nameOf({ step, depth, label, undoes }: Row): string {
  const said = notes(step)
  return `${'  '.repeat(depth)}${undoes ? '↶ ' : ''}${label}${said === '' ? '' : ` (${said})`}`
}

/**
 * A report as a waterfall that fits a terminal: a line for each step, with when it ran, and what went wrong below it.
 *
 * @example
 * ```ts
 * import { chain } from 'stepchain'
 * import { toText } from 'stepchain/report'
 *
 * const { report } = chain('greet').next(() => 'hello', { out: 'greeting' }).safeRunSync()
 * console.log(toText(report, { width: process.stdout.columns, color: process.stdout.isTTY }))
 * ```
 */
export function toText(report: Report, { width = 80, color = false }: TextOptions = {}): string {
  const paint: Paint = (code, text) => (color ? `\u001b[${code}m${text}\u001b[0m` : text)
  const columns = Math.max(20, Math.floor(width))
  const all = rows(report)
  const names = all.map((row) => plain(nameOf(row)))
  const times = all.map(({ step }) => (step.status === 'skipped' ? '' : time(step.duration)))
  const layout = layoutOf(names, times, columns)
  const { status, chain, duration, startedAt, runId, error } = report
  const { mark, color: of } = MARKS[status]
  const title = `${plain(chain)}: ${status} in ${time(duration)}`
  const lines = [`${paint(of, mark)} ${cut(title, columns - 2)}`]
  lines.push(paint(2, cut(plain(`  run ${runId}, ${startedAt}`), columns)))
  for (const [index, { step, depth }] of all.entries()) {
    const look = MARKS[step.status]
    const name = fill(cut(names[index] as string, layout.name), layout.name)
    const took = (times[index] as string).padStart(layout.time)
    const bar = layout.bar === 0 || step.status === 'skipped' ? '' : ` ${barOf(step, duration, layout.bar)}`
    const said = `${paint(look.color, look.mark)} ${name} ${took}`
    lines.push(bar === '' ? said.trimEnd() : said + paint(look.color, bar))
    for (const line of details(step)) lines.push(paint(2, cut(`${'  '.repeat(depth)}    ${plain(line)}`, columns)))
  }
  if (error !== undefined) lines.push(paint(31, cut(plain(errorText(error)), columns)))
  return `${lines.join('\n')}\n`
}
