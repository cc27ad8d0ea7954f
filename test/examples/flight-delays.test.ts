import { DatabaseSync } from 'node:sqlite'
import type { RetryEvent, RunOptions } from 'stepchain'
import { describe, expect, test } from 'vitest'
import { flightDelays, type JobInput } from '../../examples/flight-delays/job.ts'
import { rejectedTable, stepTable, watchSteps, worstTable } from '../../examples/flight-delays/report.ts'
import { RecordingLogger } from '../parity/recording-logger.ts'
import { failureOf } from '../support/outcome.ts'
import { VirtualClock } from '../support/virtual-clock.ts'
import { badFlights, badLines, byAirport, byAirportAndMonth, data, goodCodes } from './flight-delays-expected.ts'
import { loadedRows } from './flight-delays-tables.ts'

const MINIMUM = 100

function makeInput(own: Partial<JobInput> = {}): JobInput {
  return {
    files: { airports: new URL('airports.csv', data), flights: new URL('flights-20k.json', data) },
    database: new DatabaseSync(':memory:'),
    minimum: MINIMUM,
    outages: 0,
    ...own,
  }
}

/** Options of a run whose time stands still, but for the waits before its retries. */
function withoutWaiting(onRetry: (event: RetryEvent) => void = () => {}): RunOptions & { logger: RecordingLogger } {
  const clock = new VirtualClock()
  return {
    clock,
    logger: new RecordingLogger('info'),
    hooks: {
      onRetry(event) {
        onRetry(event)
        void clock.advance(event.delay)
      },
    },
  }
}

describe('the numbers', async () => {
  const input = makeInput({ outages: 1 })
  const tablesAtRetry: unknown[] = []
  const { hooks, ended } = watchSteps()
  const options = withoutWaiting(() => {
    tablesAtRetry.push(...input.database.prepare('SELECT name FROM sqlite_schema').all())
  })
  const context = await flightDelays.with(hooks).run(input, options)

  test('the data is what it was when the example was written', () => {
    expect(context.airportRows).toHaveLength(3_376)
    expect(context.flightRows).toHaveLength(20_000)
    expect(goodCodes).toHaveLength(3_364)
    expect(badLines).toHaveLength(12)
    expect(badFlights).toEqual([expect.objectContaining({ origin: 'ORD', destination: 'MQT' })])
  })

  test('bad rows are kept aside with their reasons, and none is lost', () => {
    expect(context.rejected.map(({ source, row }) => ({ source, row }))).toEqual([
      ...badLines.map(({ row }) => ({ source: 'airports', row })),
      ...badFlights.map(({ row }) => ({ source: 'flights', row })),
    ])
    expect(new Set(context.rejected.map(({ reason }) => reason))).toEqual(
      new Set(['city: not known, state: not known', 'destination: MQT is not among the airports']),
    )
    expect(context.airports.accepted.length + context.airports.rejected.length).toBe(3_376)
    expect(context.flights.accepted.length + context.flights.rejected.length).toBe(20_000)
    expect(JSON.parse(context.flights.rejected[0]?.data ?? '')).toMatchObject({ origin: 'ORD', destination: 'MQT' })
  })

  test('the ten worst airports are in order, with their means', () => {
    const expected = byAirport.filter(({ flights }) => flights >= MINIMUM).slice(0, 10)

    expect(context.worst.map(({ iata }) => iata)).toEqual(expected.map(({ key }) => key))
    for (const [place, { flights, mean, worst }] of expected.entries()) {
      expect(context.worst[place]).toMatchObject({ count: flights, longest: worst })
      expect(context.worst[place]?.average).toBeCloseTo(mean, 9)
    }
    const jfk = context.worst[0]
    expect(jfk).toMatchObject({ iata: 'JFK', city: 'New York', count: 200, longest: 278 })
    for (const { key, mean } of byAirportAndMonth.filter((delay) => delay.key.startsWith('JFK')))
      expect(jfk?.months[key.slice(4)]).toBeCloseTo(mean, 9)
  })

  test('without a minimum, airports with a handful of flights would be the worst', async () => {
    const { worst } = await flightDelays.run(makeInput({ minimum: 1 }), withoutWaiting())

    expect(worst[0]?.average).toBeCloseTo(byAirport[0]?.mean ?? 0, 9)
    expect(worst[0]?.count).toBeLessThan(10)
  })

  test('the tables hold exactly the rows, each once', () => {
    const { airports, delays, rejected } = loadedRows(input.database)

    expect(airports).toEqual(goodCodes.toSorted())
    expect(delays).toEqual(byAirportAndMonth)
    expect(delays.reduce((sum, { flights }) => sum + flights, 0)).toBe(19_999)
    expect(rejected).toEqual(context.rejected)
    expect(context.loaded).toEqual({ airports: 3_364, delays: 598, rejected: 13 })
  })

  test('the sink failed once, and left nothing behind', () => {
    expect(options.logger.of('warn')).toEqual([
      expect.stringMatching(
        /^Step 'load' failed on attempt 1 of 5: the database went away before the commit \(simulated\); retrying in \d+ ms$/,
      ),
    ])
    expect(tablesAtRetry).toEqual([])
    expect(ended.map(({ name, attempt }) => ({ name, attempt })).filter(({ attempt }) => attempt > 1)).toEqual([
      { name: 'load', attempt: 2 },
    ])
  })

  test('the lines say what was done', () => {
    expect(options.logger.of('info')).toEqual([
      'read: 3376 airports, 20000 flights',
      'airports: 3364 accepted, 12 kept aside',
      'flights: 19999 accepted, 1 kept aside',
      'delays: 598, one for each airport and month',
      'loaded: 3364 airports, 598 delays, 13 bad rows',
    ])
  })

  test('the report has a line for each airport, reason and step', () => {
    expect(worstTable(context.worst).split('\n')).toEqual([
      expect.stringContaining('airport  city         flights  mean  2001-01  2001-02  2001-03  longest'),
      'JFK      New York         200  16.2     14.9     24.6     12.3      278',
      ...context.worst.slice(1).map(({ iata }) => expect.stringMatching(`^${iata} `)),
    ])
    expect(rejectedTable(context.rejected).split('\n').slice(1)).toEqual([
      '  12  airports: city: not known, state: not known',
      '   1  flights: destination: MQT is not among the airports',
    ])
    expect(stepTable(ended).split('\n').slice(1)).toEqual(
      [
        'read airports',
        'read flights',
        'check airports',
        'check and join flights',
        'aggregate',
        'collect bad rows',
        'load',
        'find worst',
      ].map((name) => expect.stringMatching(`^${name} +${name === 'load' ? 2 : 1} +\\d+\\.\\d$`)),
    )
  })
})

describe('what can go wrong', () => {
  test('a sink that stays away: nothing is loaded, and what was finished is not lost', async () => {
    const input = makeInput({ outages: 99 })
    const { logger, ...options } = withoutWaiting()
    const error = await failureOf(flightDelays.run(input, { ...options, logger }))

    expect(error).toMatchObject({ code: 'SC_STEP', step: 'load' })
    expect(error.attempts).toHaveLength(5)
    expect(logger.of('warn')).toHaveLength(4)
    expect(error.context['delays']).toHaveLength(598)
    expect(input.database.isTransaction).toBe(false)
    expect(input.database.prepare('SELECT name FROM sqlite_schema').all()).toEqual([])
  })

  test('a run repeated on the same database gives the same tables', async () => {
    const input = makeInput()
    await flightDelays.run(input, withoutWaiting())
    await flightDelays.run(input, withoutWaiting())

    expect(loadedRows(input.database).delays).toEqual(byAirportAndMonth)
    expect(loadedRows(input.database).airports).toHaveLength(3_364)
  })

  test('cancelled before a retry: nothing is loaded', async () => {
    const input = makeInput({ outages: 1 })
    const controller = new AbortController()
    const options = withoutWaiting(() => controller.abort())
    const error = await failureOf(flightDelays.run(input, { ...options, signal: controller.signal }))

    expect(error).toMatchObject({ code: 'SC_CANCELLED', step: 'load' })
    expect(input.database.prepare('SELECT name FROM sqlite_schema').all()).toEqual([])
  })

  test('cancelled while a file is read: the reading is given up', async () => {
    const controller = new AbortController()
    const { hooks, ended } = watchSteps()
    const run = flightDelays.with(hooks).run(makeInput(), { signal: controller.signal, logger: null })
    controller.abort()

    expect(await failureOf(run)).toMatchObject({ code: 'SC_CANCELLED', step: 'read airports' })
    expect(ended.map(({ name, status }) => ({ name, status }))).toEqual([
      { name: 'read airports', status: 'cancelled' },
    ])
  })

  test('a file that is missing fails its step at once', async () => {
    const { files } = makeInput()
    const input = makeInput({ files: { ...files, flights: new URL('no-such.json', data) } })
    const error = await failureOf(flightDelays.run(input, { logger: null }))

    expect(error).toMatchObject({ code: 'SC_STEP', step: 'read flights', cause: { code: 'ENOENT' } })
  })

  test('a file that holds something else is refused', async () => {
    const { files } = makeInput()
    const input = makeInput({ files: { ...files, flights: new URL('us-10m.json', data) } })
    const error = await failureOf(flightDelays.run(input, { logger: null }))

    expect(error).toMatchObject({ code: 'SC_VALIDATION', step: 'read flights' })
  })
})
