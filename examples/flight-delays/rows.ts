import { z } from 'zod'

/** What a file must be. Whether its rows are any good is judged one by one. */
export const Rows = z.array(z.unknown()).min(1, 'it has no rows')

// The file writes a place that nobody knows as NA.
const Known = z
  .string()
  .min(1)
  .refine((text) => text !== 'NA', 'not known')

// Number('') is 0, so an empty field must not get that far.
const Degrees = z.string().min(1).transform(Number)

const Airport = z.object({
  iata: z.string().regex(/^[A-Z0-9]{3,4}$/),
  name: Known,
  city: Known,
  state: Known,
  country: Known,
  latitude: Degrees.pipe(z.number().min(-90).max(90)),
  longitude: Degrees.pipe(z.number().min(-180).max(180)),
})

export type Airport = z.infer<typeof Airport>

/** The schema of a flight, whose airports must be among those that are known. */
function flightBetween(airports: readonly Airport[]) {
  const byCode = new Map(airports.map((airport) => [airport.iata, airport]))
  const KnownAirport = z.string().transform((code, context) => {
    const airport = byCode.get(code)
    if (airport === undefined) context.addIssue(`${code} is not among the airports`)
    return airport ?? z.NEVER
  })
  return z.object({
    date: z
      .string()
      .transform((text) => text.replaceAll('/', '-').replace(' ', 'T'))
      .pipe(z.iso.datetime({ local: true })),
    delay: z.int(),
    origin: KnownAirport,
    destination: KnownAirport,
  })
}

export type Flight = z.infer<ReturnType<typeof flightBetween>>

/** A row that was kept aside, and why. */
export type Rejected = {
  readonly source: string
  /** Its number in the file, from 1. */
  readonly row: number
  readonly reason: string
  readonly data: string
}

/** Rows of which none is lost. */
export interface Sifted<Row> {
  readonly accepted: readonly Row[]
  readonly rejected: readonly Rejected[]
}

function sift<Row>(source: string, rows: readonly unknown[], schema: z.ZodType<Row>): Sifted<Row> {
  const accepted: Row[] = []
  const rejected: Rejected[] = []
  for (const [index, row] of rows.entries()) {
    const { success, data, error } = schema.safeParse(row)
    if (success) accepted.push(data)
    else rejected.push({ source, row: index + 1, reason: reasonOf(error), data: JSON.stringify(row) })
  }
  return { accepted, rejected }
}

function reasonOf({ issues }: z.ZodError): string {
  return issues.map(({ path, message }) => [...path, message].join(': ')).join(', ')
}

export function siftAirports(rows: readonly unknown[]): Sifted<Airport> {
  return sift('airports', rows, Airport)
}

/** Joins each flight with its two airports. */
export function joinFlights(rows: readonly unknown[], airports: readonly Airport[]): Sifted<Flight> {
  return sift('flights', rows, flightBetween(airports))
}
