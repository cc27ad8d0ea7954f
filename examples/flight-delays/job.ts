import type { DatabaseSync } from 'node:sqlite'
import { chain } from 'stepchain'
import { aggregate } from './aggregate.ts'
import { readCsv, readJson } from './extract.ts'
import { load, Loaded } from './load.ts'
import { joinFlights, Rows, siftAirports } from './rows.ts'
import { findWorst, WorstAirports } from './worst.ts'

export interface JobInput {
  readonly files: { readonly airports: URL; readonly flights: URL }
  readonly database: DatabaseSync
  /** The least flights that an airport must have to be among the worst. */
  readonly minimum: number
  /** How many times loading fails on purpose. */
  readonly outages: number
}

export const flightDelays = chain<JobInput>('flight-delays', { timeout: 30_000 })
  .next(readCsv, {
    name: 'read airports',
    out: 'airportRows',
    args: ['files.airports', '$signal'],
    timeout: 5_000,
    validate: Rows,
  })
  .next(readJson, {
    name: 'read flights',
    out: 'flightRows',
    args: ['files.flights', '$signal'],
    timeout: 5_000,
    validate: Rows,
    log: 'read: {airportRows.length} airports, {flightRows.length} flights',
  })
  .next(siftAirports, {
    name: 'check airports',
    out: 'airports',
    args: ['airportRows'],
    log: 'airports: {airports.accepted.length} accepted, {airports.rejected.length} kept aside',
  })
  .next(joinFlights, {
    name: 'check and join flights',
    out: 'flights',
    args: ['flightRows', 'airports.accepted'],
    log: 'flights: {flights.accepted.length} accepted, {flights.rejected.length} kept aside',
  })
  .next(aggregate, {
    name: 'aggregate',
    out: 'delays',
    args: ['flights.accepted'],
    log: 'delays: {delays.length}, one for each airport and month',
  })
  .next(({ airports, flights }) => [...airports.rejected, ...flights.rejected], {
    name: 'collect bad rows',
    out: 'rejected',
  })
  .next(load, {
    name: 'load',
    out: 'loaded',
    args: {
      database: 'database',
      airports: 'airports.accepted',
      delays: 'delays',
      rejected: 'rejected',
      outages: 'outages',
      step: '$step',
    },
    retry: { retries: 4, backoff: 'exponential', initialDelay: 200, jitter: 'half' },
    validate: Loaded,
    log: 'loaded: {loaded.airports} airports, {loaded.delays} delays, {loaded.rejected} bad rows',
  })
  .next(findWorst, { name: 'find worst', out: 'worst', args: ['database', 'minimum'], validate: WorstAirports })
