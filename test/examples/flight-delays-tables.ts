import type { DatabaseSync } from 'node:sqlite'

/** What the main job left in its tables, in the form and order of what was expected. */
export function loadedRows(database: DatabaseSync) {
  const airports = database.prepare('SELECT iata FROM airports ORDER BY iata').all()
  const delays = database
    .prepare("SELECT airport || ' ' || month AS key, flights, total, worst, mean FROM delays ORDER BY key")
    .all()
  const rejected = database.prepare('SELECT * FROM rejected ORDER BY source, row').all()
  return {
    airports: airports.map(({ iata }) => iata),
    delays: delays.map((row) => ({ ...row, flights: Number(row['flights']) })),
    rejected: rejected.map((row) => ({ ...row })),
  }
}
