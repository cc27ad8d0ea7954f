import { readFile } from 'node:fs/promises'
import { parse } from 'csv-parse/sync'

export async function readCsv(file: URL, signal: AbortSignal): Promise<unknown> {
  return parse(await readFile(file, { signal }), { columns: true })
}

export async function readJson(file: URL, signal: AbortSignal): Promise<unknown> {
  return JSON.parse(await readFile(file, { encoding: 'utf8', signal }))
}
