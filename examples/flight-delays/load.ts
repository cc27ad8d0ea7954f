import type { DatabaseSync } from 'node:sqlite'
import type { StepHandle } from 'stepchain'
import { z } from 'zod'
import type { Delay } from './aggregate.ts'
import type { Airport, Rejected } from './rows.ts'

const TABLES = `
  DROP TABLE IF EXISTS airports;
  DROP TABLE IF EXISTS delays;
  DROP TABLE IF EXISTS rejected;
  CREATE TABLE airports (
    iata TEXT PRIMARY KEY, name TEXT, city TEXT, state TEXT, country TEXT, latitude REAL, longitude REAL
  ) STRICT;
  CREATE TABLE delays (
    airport TEXT, month TEXT, flights INTEGER, total INTEGER, worst INTEGER,
    mean REAL AS (CAST(total AS REAL) / flights),
    PRIMARY KEY (airport, month)
  ) STRICT;
  CREATE TABLE rejected (source TEXT, row INTEGER, reason TEXT, data TEXT, PRIMARY KEY (source, row)) STRICT;
`

const COUNTS = `
  SELECT (SELECT count(*) FROM airports) AS airports,
         (SELECT count(*) FROM delays) AS delays,
         (SELECT count(*) FROM rejected) AS rejected
`

/** What the tables hold when all went well. */
export const Loaded = z.object({ airports: z.int().min(1), delays: z.int().min(1), rejected: z.int() })

export interface LoadRequest {
  readonly database: DatabaseSync
  readonly airports: readonly Airport[]
  readonly delays: readonly Delay[]
  readonly rejected: readonly Rejected[]
  /** How many times to fail on purpose, to show what a retry does. */
  readonly outages: number
  readonly step: StepHandle
}

/** Fills the tables anew: all of it or nothing, so that it can be repeated. */
export function load({ database, airports, delays, rejected, outages, step }: LoadRequest) {
  return inTransaction(database, () => {
    database.exec(TABLES)
    const insertAirport = database.prepare(
      'INSERT INTO airports VALUES (:iata, :name, :city, :state, :country, :latitude, :longitude)',
    )
    const insertDelay = database.prepare('INSERT INTO delays VALUES (:airport, :month, :flights, :total, :worst)')
    const insertRejected = database.prepare('INSERT INTO rejected VALUES (:source, :row, :reason, :data)')
    for (const row of airports) insertAirport.run(row)
    for (const row of delays) insertDelay.run(row)
    for (const row of rejected) insertRejected.run(row)
    if (step.attempt <= outages) throw new Error('the database went away before the commit (simulated)')
    return database.prepare(COUNTS).get()
  })
}

function inTransaction<Result>(database: DatabaseSync, work: () => Result): Result {
  database.exec('BEGIN IMMEDIATE')
  try {
    const result = work()
    database.exec('COMMIT')
    return result
  } catch (error) {
    database.exec('ROLLBACK')
    throw error
  }
}
