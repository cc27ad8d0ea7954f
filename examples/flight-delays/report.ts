import { styleText } from 'node:util'
import type { Hooks, StepEndEvent } from 'stepchain'
import type { Rejected } from './rows.ts'
import type { WorstAirport } from './worst.ts'

/** Hooks that remember how each step ended. */
export function watchSteps(): { readonly hooks: Hooks; readonly ended: readonly StepEndEvent[] } {
  const ended: StepEndEvent[] = []
  return { ended, hooks: { afterStep: (event) => void ended.push(event) } }
}

export function worstTable(airports: readonly WorstAirport[]): string {
  const months = [...new Set(airports.flatMap((airport) => Object.keys(airport.months)))].sort()
  return table(
    ['airport', 'city', 'flights', 'mean', ...months, 'longest'],
    airports.map(({ iata, city, count, average, longest, months: means }) => [
      iata,
      city,
      count,
      average.toFixed(1),
      ...months.map((month) => means[month]?.toFixed(1) ?? ''),
      longest,
    ]),
  )
}

export function rejectedTable(rejected: readonly Rejected[]): string {
  const reasons = Map.groupBy(rejected, ({ source, reason }) => `${source}: ${reason}`)
  return table(
    ['rows', 'kept aside, because'],
    [...reasons].map(([reason, rows]) => [rows.length, reason]),
  )
}

export function stepTable(steps: readonly StepEndEvent[]): string {
  return table(
    ['step', 'attempts', 'ms'],
    steps.map(({ name, attempt, duration }) => [name, attempt, duration.toFixed(1)]),
  )
}

/** Aligns numbers to the right, and text to the left. */
function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => String(row[column]).length)))
  const isNumeric = head.map((_, column) => rows.every((row) => !Number.isNaN(Number(row[column]))))
  const line = (cells: readonly (string | number)[]): string =>
    cells
      .map((cell, column) => {
        const text = String(cell)
        const width = widths[column] ?? 0
        return isNumeric[column] ? text.padStart(width) : text.padEnd(width)
      })
      .join('  ')
      .trimEnd()
  return [styleText('bold', line(head)), ...rows.map(line)].join('\n')
}
