import { describe, expect, test } from 'vitest'
import { aggregate } from '../../examples/flight-delays/aggregate.ts'
import { joinFlights, siftAirports } from '../../examples/flight-delays/rows.ts'

const AIRPORT = {
  iata: 'GUM',
  name: 'Guam Intl',
  city: 'Agana',
  state: 'GU',
  country: 'USA',
  latitude: '13.48',
  longitude: '144.79',
}
const FLIGHT = { date: '2001/02/28 23:59', delay: -3, distance: 100, origin: 'GUM', destination: 'HNL' }
const AIRPORTS = siftAirports([AIRPORT, { ...AIRPORT, iata: 'HNL' }]).accepted

describe('airports', () => {
  test.each([
    ['a city that is not known', { city: 'NA' }, 'city: not known'],
    ['an empty latitude, which is not 0', { latitude: '' }, /^latitude: Too small/],
    ['a longitude that is no number', { longitude: 'east' }, /^longitude: Invalid input/],
    ['a latitude beyond the pole', { latitude: '90.1' }, /^latitude: Too big/],
    ['a code that is none', { iata: 'gum' }, /^iata: Invalid string/],
    ['a missing name', { name: undefined }, /^name: Invalid input/],
  ])('%s is kept aside', (_, own, reason) => {
    const row = { ...AIRPORT, ...own }
    const { accepted, rejected } = siftAirports([AIRPORT, row])

    expect(accepted).toEqual([{ ...AIRPORT, latitude: 13.48, longitude: 144.79 }])
    expect(rejected).toEqual([
      { source: 'airports', row: 2, reason: expect.stringMatching(reason), data: JSON.stringify(row) },
    ])
  })
})

describe('flights', () => {
  test('are joined with both airports', () => {
    const [flight] = joinFlights([FLIGHT], AIRPORTS).accepted

    expect(flight).toEqual({ date: '2001-02-28T23:59', delay: -3, origin: AIRPORTS[0], destination: AIRPORTS[1] })
  })

  test.each([
    ['a cancelled flight, which has no delay', { ...FLIGHT, delay: null }, /^delay: Invalid input/],
    ['a day that there was not', { ...FLIGHT, date: '2001/02/29 10:00' }, /^date: Invalid/],
    ['an airport that is not known', { ...FLIGHT, origin: 'ROR' }, /^origin: ROR is not among the airports$/],
    ['both of them', { ...FLIGHT, origin: 'A', destination: 'B' }, /^origin: A is not .*, destination: B is not/],
    ['something else', 'GUM to HNL', /^Invalid input/],
    ['nothing', null, /^Invalid input/],
  ])('%s is kept aside', (_, row, reason) => {
    const { accepted, rejected } = joinFlights([row, FLIGHT], AIRPORTS)

    expect(accepted).toHaveLength(1)
    expect(rejected).toEqual([
      { source: 'flights', row: 1, reason: expect.stringMatching(reason), data: JSON.stringify(row) },
    ])
  })

  test('are aggregated by their first airport and month, early ones too', () => {
    const rows = [
      FLIGHT,
      { ...FLIGHT, delay: -9 },
      { ...FLIGHT, date: '2001/03/01 00:00' },
      { ...FLIGHT, origin: 'HNL' },
    ]

    expect(aggregate(joinFlights(rows, AIRPORTS).accepted)).toEqual([
      { airport: 'GUM', month: '2001-02', flights: 2, total: -12, worst: -3 },
      { airport: 'GUM', month: '2001-03', flights: 1, total: -3, worst: -3 },
      { airport: 'HNL', month: '2001-02', flights: 1, total: -3, worst: -3 },
    ])
  })
})
