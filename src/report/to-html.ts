import type { Report, ReportedStep } from '../define/report.ts'
import { escapeHtml as escape } from './escape.ts'
import { STYLE } from './style.ts'
import { details, errorText, notes, type Row, rows, time } from './walk.ts'

// In units of the drawing, which is as wide as the page.
const WIDTH = 1000
const NAMES = 320
const TIMES = 90
const BARS = WIDTH - NAMES - TIMES
const ROW = 24
const AXIS = 28
/** How wide a letter is, at most, so that a name that is cut fits. */
const LETTER = 7.4

/** A step of the axis: the roundest of which there are at most eight. */
function tick(total: number): number {
  const least = total / 8
  const power = 10 ** Math.floor(Math.log10(least))
  return Math.min(...[1, 2, 5, 10].map((part) => part * power).filter((part) => part >= least), least * 8)
}

function axis(total: number, height: number): string {
  if (!(total > 0)) return ''
  const step = tick(total)
  const count = Math.floor(total / step)
  return Array.from({ length: count + 1 }, (_, index) => {
    const x = round(NAMES + (BARS * index * step) / total)
    const label = index === count && count > 0 && x > WIDTH - TIMES - 30 ? '' : time(index * step)
    return `<line class="grid" x1="${x}" y1="${AXIS - 6}" x2="${x}" y2="${height}"/><text class="tick" x="${x}" y="14">${label}</text>`
  }).join('')
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}

function rect(kind: string, [from, to]: readonly [number, number], [y, total]: readonly [number, number]): string {
  const whole = Math.max(total, Number.MIN_VALUE)
  const x = NAMES + (from / whole) * BARS
  const width = Math.max(2, ((to - from) / whole) * BARS)
  return `<rect class="${kind}" x="${round(Math.min(x, NAMES + BARS - 2))}" y="${y + 5}" width="${round(width)}" height="${ROW - 10}" rx="2"/>`
}

/** The bar of a step; of one that was tried again, each attempt by itself, with gaps where it waited. */
function bars({ status, start, duration, failures = [] }: ReportedStep, place: readonly [number, number]): string {
  if (status === 'skipped') return ''
  const end = start + duration
  const whole = rect(status, [start, end], place)
  if (!failures.some(({ delay }) => delay !== undefined)) return whole
  let at = start
  const parts = failures.map(({ duration: took = 0, delay = 0 }) => {
    const part = rect('failed', [Math.min(at, end), Math.min(at + took, end)], place)
    at += took + delay
    return part
  })
  if (at < end) parts.push(rect(status, [at, end], place))
  return rect('waiting', [start, end], place) + parts.join('')
}

function hover({ path, status, start, duration }: ReportedStep, lines: readonly string[]): string {
  const when = status === 'skipped' ? '' : `\nfrom ${time(start)} on, for ${time(duration)}`
  return escape([`${path}: ${status}${when}`, ...lines].join('\n'))
}

function rowOf({ step, depth, label, undoes }: Row, index: number, total: number): string {
  const y = AXIS + index * ROW
  const indent = 24 + Math.min(depth, 10) * 14
  const said = notes(step)
  const name = `${undoes ? '↶ ' : ''}${label}${said === '' ? '' : ` (${said})`}`
  const room = Math.floor((NAMES - indent - 8) / LETTER)
  const shown = name.length > room ? `${name.slice(0, room - 1)}…` : name
  const took = step.status === 'skipped' ? 'skipped' : time(step.duration)
  return [
    `<g class="row"><title>${hover(step, [...(said === '' ? [] : [said]), ...details(step)])}</title>`,
    `<rect class="back" x="0" y="${y}" width="${WIDTH}" height="${ROW}"/>`,
    `<circle class="${step.status}" cx="${indent - 12}" cy="${y + ROW / 2}" r="4"/>`,
    `<text x="${indent}" y="${y + 16}">${escape(shown)}</text>`,
    bars(step, [y, total]),
    `<text class="time" x="${WIDTH - 6}" y="${y + 16}">${took}</text></g>`,
  ].join('')
}

function waterfall(report: Report, all: readonly Row[]): string {
  const height = AXIS + all.length * ROW
  const ends = all.map(({ step }) => step.start + step.duration)
  const total = Math.max(report.duration, ...ends)
  const lines = all.map((row, index) => rowOf(row, index, total))
  return `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="When each step ran">${axis(total, height)}${lines.join('\n')}</svg>`
}

function table(all: readonly Row[]): string {
  const lines = all.map(({ step }) => {
    const { path, status, start, duration, attempts } = step
    const cells = [
      path,
      status,
      time(start),
      time(duration),
      String(attempts),
      [notes(step), ...details(step)].join('\n').trim(),
    ]
    return `<tr>${cells.map((cell) => `<td>${escape(cell)}</td>`).join('')}</tr>`
  })
  const head = ['Step', 'Status', 'Start', 'Duration', 'Attempts', 'Details'].map((text) => `<th>${text}</th>`).join('')
  return `<details><summary>All steps as a table</summary><div class="wide"><table><thead><tr>${head}</tr></thead><tbody>${lines.join('\n')}</tbody></table></div></details>`
}

/**
 * A report as one HTML file, which needs nothing else: a waterfall, with details where the pointer rests, and a table. It has no scripts.
 *
 * @example
 * ```ts
 * import { writeFile } from 'node:fs/promises'
 * import { chain } from 'stepchain'
 * import { toHtml } from 'stepchain/report'
 *
 * const { report } = chain('greet').next(() => 'hello', { out: 'greeting' }).safeRunSync()
 * await writeFile('report.html', toHtml(report))
 * ```
 */
export function toHtml(report: Report): string {
  const { chain, status, duration, startedAt, runId, error } = report
  const all = rows(report)
  const failure = error === undefined ? '' : `<p class="error">${escape(errorText(error))}</p>`
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>${escape(chain)}: ${status}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escape(chain)} <span class="${status}">${status}</span></h1>
<p>${time(duration)}, started <time datetime="${escape(startedAt)}">${escape(startedAt)}</time>, run <code>${escape(runId)}</code></p>
${failure}
<div class="wide">${waterfall(report, all)}</div>
${table(all)}
</main>
</body>
</html>
`
}
