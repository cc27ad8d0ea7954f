import { createReadStream } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { parse } from 'csv-parse'
import { chain, type RunOptions } from 'stepchain'

/** A route and how many flights it had, as the file has it. */
interface Row {
  readonly origin: string
  readonly destination: string
  readonly count: string
}

/** The rows of a file, read as they are asked for. */
export function readRows(file: URL): AsyncIterable<Row> {
  return createReadStream(file).pipe(parse({ columns: true }))
}

/** One batch, all of it or nothing. */
function insert(database: DatabaseSync, rows: readonly Row[]): void {
  const statement = database.prepare('INSERT INTO routes VALUES (?, ?, ?)')
  database.exec('BEGIN')
  try {
    for (const { origin, destination, count } of rows) statement.run(origin, destination, Number(count))
    database.exec('COMMIT')
  } catch (error) {
    database.exec('ROLLBACK')
    throw error
  }
}

export interface LoadInput {
  readonly rows: AsyncIterable<Row>
  readonly database: DatabaseSync
}

/** Loads a stream in batches: no more than one batch is read ahead, whatever the size of the file. */
export const loadRoutes = chain<LoadInput>('load-routes', { timeout: 60_000 })
  .tap(({ database }) => database.exec('CREATE TABLE routes (origin TEXT, destination TEXT, flights INTEGER) STRICT'))
  .each('rows', [(c) => c.tap(({ item, database }) => insert(database, item), { name: 'insert' })], {
    out: 'loaded',
    batch: 500,
    concurrency: 1,
    retry: 2,
    tolerate: 0.01,
    log: 'loaded {loaded.ok} of {loaded.total} rows',
  })
  .next(
    ({ database }) =>
      database.prepare('SELECT count(*) AS routes, sum(flights) AS flights FROM routes').get() as {
        routes: number
        flights: number
      },
    { out: 'totals' },
  )

/** Loads a file into memory, and says what is there. */
export async function loadFile(file: URL, options: RunOptions = {}): Promise<string> {
  using database = new DatabaseSync(':memory:')
  const { loaded, totals } = await loadRoutes.run({ rows: readRows(file), database }, options)
  return `${loaded.ok} rows in ${totals.routes} routes, ${totals.flights} flights`
}

if (import.meta.main) {
  // The package exports only its code, which lies beside its data.
  console.log(await loadFile(new URL('../data/flights-airport.csv', import.meta.resolve('vega-datasets'))))
}
