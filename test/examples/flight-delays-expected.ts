import { readFileSync } from 'node:fs'

/*
 * The main job's numbers once more, in other words: without its code, its CSV parser, zod or SQL.
 */

interface Flight {
  readonly date: string
  readonly delay: number
  readonly origin: string
  readonly destination: string
}

export const data = new URL('../../node_modules/vega-datasets/data/', import.meta.url)

const flights: readonly Flight[] = JSON.parse(readFileSync(new URL('flights-20k.json', data), 'utf8'))
const lines = readFileSync(new URL('airports.csv', data), 'utf8').trim().split('\n').slice(1)

/** The code is the first field, and no code is quoted. */
function codeOf(line: string): string {
  return line.slice(0, line.indexOf(','))
}

export const badLines = lines.flatMap((line, index) =>
  line.includes(',NA,') ? [{ code: codeOf(line), row: index + 1 }] : [],
)
export const goodCodes = lines.filter((line) => !line.includes(',NA,')).map(codeOf)

const good = new Set(goodCodes)
const isGood = ({ origin, destination }: Flight): boolean => good.has(origin) && good.has(destination)

export const badFlights = flights.flatMap((flight, index) => (isGood(flight) ? [] : [{ ...flight, row: index + 1 }]))

function summary(own: readonly Flight[]) {
  const delays = own.map(({ delay }) => delay)
  const total = delays.reduce((sum, delay) => sum + delay, 0)
  return { flights: delays.length, total, worst: Math.max(...delays), mean: total / delays.length }
}

function summaries(keyOf: (flight: Flight) => string) {
  return [...Map.groupBy(flights.filter(isGood), keyOf)].map(([key, own]) => ({ key, ...summary(own) }))
}

/** What each airport had in each month, in order. */
export const byAirportAndMonth = summaries(
  ({ origin, date }) => `${origin} ${date.slice(0, 7).replace('/', '-')}`,
).sort((one, other) => (one.key < other.key ? -1 : 1))

/** What each airport had, the worst first. */
export const byAirport = summaries(({ origin }) => origin).sort((one, other) => other.mean - one.mean)
