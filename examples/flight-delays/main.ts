import { DatabaseSync } from 'node:sqlite'
import { chain } from 'stepchain'
import { z } from 'zod'
import { flightDelays } from './job.ts'
import { rejectedTable, stepTable, watchSteps, worstTable } from './report.ts'

// The package exports only its code, which lies beside its data.
const data = new URL('../data/', import.meta.resolve('vega-datasets'))

/** What `stepchain run` is given with `--input`, as JSON. */
const Input = z.object({
  /** The file to load into. */
  file: z.string().default(':memory:'),
  /** The least flights that an airport must have to be among the worst. */
  minimum: z.int().min(1).default(100),
  /** How many times loading fails on purpose. */
  outages: z.int().min(0).default(1),
})

const { hooks, ended } = watchSteps()

/** The job, as a program: it opens the database, says what came out, and closes the database whatever happens. */
export default chain('flight-delays', { input: Input, timeout: 30_000 })
  .put('files', { airports: new URL('airports.csv', data), flights: new URL('flights-20k.json', data) })
  .next(({ file }) => new DatabaseSync(file), {
    name: 'open database',
    out: 'database',
    release: (database) => database.close(),
  })
  .use(flightDelays)
  .tap(
    ({ worst, rejected, minimum }) => {
      console.log(
        `\nThe ten worst airports by mean delay in minutes, of those with at least ${minimum} flights\n${worstTable(worst)}`,
      )
      console.log(`\n${rejectedTable(rejected)}`)
    },
    { name: 'print' },
  )
  .with(hooks)
  .with({ onRunEnd: () => console.log(`\n${stepTable(ended)}`) })
