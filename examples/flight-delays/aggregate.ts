import type { Flight } from './rows.ts'

/** The delay of the flights that left one airport in one month, in minutes. */
// A type, since node:sqlite does not take an interface for the parameters of a statement.
export type Delay = {
  readonly airport: string
  readonly month: string
  readonly flights: number
  readonly total: number
  readonly worst: number
}

export function aggregate(flights: readonly Flight[]): Delay[] {
  const delays = new Map<string, Delay>()
  for (const { origin, date, delay } of flights) {
    const airport = origin.iata
    const month = date.slice(0, '2001-01'.length)
    const key = `${airport} ${month}`
    const before = delays.get(key) ?? { flights: 0, total: 0, worst: delay }
    delays.set(key, {
      airport,
      month,
      flights: before.flights + 1,
      total: before.total + delay,
      worst: Math.max(before.worst, delay),
    })
  }
  return [...delays.values()]
}
