import { DatabaseSync } from 'node:sqlite'
import { parseArgs } from 'node:util'
import { flightDelays } from './job.ts'
import { rejectedTable, stepTable, watchSteps, worstTable } from './report.ts'

const { values } = parseArgs({ options: { database: { type: 'string', default: ':memory:' } } })
// The package exports only its code, which lies beside its data.
const data = new URL('../data/', import.meta.resolve('vega-datasets'))
const minimum = 100

const interruption = new AbortController()
process.once('SIGINT', () => interruption.abort(new Error('interrupted by the user')))

using database = new DatabaseSync(values.database)
const { hooks, ended } = watchSteps()
const result = await flightDelays.safeRun(
  {
    files: { airports: new URL('airports.csv', data), flights: new URL('flights-20k.json', data) },
    database,
    minimum,
    outages: 1,
  },
  { signal: interruption.signal, hooks },
)

if (result.ok) {
  const { worst, rejected } = result.context
  console.log(
    `\nThe ten worst airports by mean delay in minutes, of those with at least ${minimum} flights\n${worstTable(worst)}`,
  )
  console.log(`\n${rejectedTable(rejected)}`)
} else {
  console.error(`\n${result.error.message}`)
  process.exitCode = result.error.code === 'SC_CANCELLED' ? 130 : 1
}
console.log(`\n${stepTable(ended)}`)
