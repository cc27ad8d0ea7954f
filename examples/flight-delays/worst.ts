import type { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'

const WORST = `
  SELECT iata, city, sum(flights) AS count, CAST(sum(total) AS REAL) / sum(flights) AS average,
         max(worst) AS longest, json_group_object(month, mean) AS months
  FROM delays JOIN airports ON iata = airport
  GROUP BY iata HAVING count >= :minimum ORDER BY average DESC LIMIT 10
`

const WorstAirport = z.object({
  iata: z.string(),
  city: z.string(),
  count: z.int(),
  average: z.number(),
  longest: z.int(),
  months: z
    .string()
    .transform((text): unknown => JSON.parse(text))
    .pipe(z.record(z.string(), z.number())),
})

export type WorstAirport = z.infer<typeof WorstAirport>

/** What the query gives, which TypeScript cannot know. */
export const WorstAirports = z.array(WorstAirport)

/** The ten airports with the worst average delay. With a minimum, one late flight does not make an airport the worst. */
export function findWorst(database: DatabaseSync, minimum: number) {
  return database.prepare(WORST).all({ minimum })
}
