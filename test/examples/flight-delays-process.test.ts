import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'
import { text } from 'node:stream/consumers'
import { afterAll, expect, test } from 'vitest'
import { manifest, root } from '../support/package-info.ts'
import { byAirport, byAirportAndMonth } from './flight-delays-expected.ts'
import { loadedRows } from './flight-delays-tables.ts'

const folder = mkdtempSync(join(tmpdir(), 'flight-delays-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** What `npm start` runs, with a file to load into. */
function start(database: string): ChildProcessWithoutNullStreams {
  const [, ...command] = manifest.scripts['start']?.split(' ') ?? []
  return spawn(process.execPath, [...command, '--database', database], { cwd: root })
}

test('npm start loads the file, reports and warns of nothing', async () => {
  const file = join(folder, 'delays.db')
  const child = start(file)
  const [output, warnings, [exitCode]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ])

  expect(warnings).toMatch(/^Step 'load' failed on attempt 1 of 5: .* \(simulated\); retrying in \d+ ms\n$/)
  expect(exitCode).toBe(0)
  const worst = byAirport.filter(({ flights }) => flights >= 100).slice(0, 10)
  expect(output.match(/^[A-Z]{3}(?= )/gm)).toEqual(worst.map(({ key }) => key))
  expect(output).toMatch(/^check and join flights +1 +\d+\.\d$/m)
  expect(output).toMatch(/^load +2 +\d+\.\d$/m)
  using database = new DatabaseSync(file, { readOnly: true })
  expect(loadedRows(database).delays).toEqual(byAirportAndMonth)
})

test('an interruption ends the wait for a locked database at once', async () => {
  const file = join(folder, 'locked.db')
  using database = new DatabaseSync(file)
  database.exec('BEGIN EXCLUSIVE')
  const child = start(file)
  const warnings = createInterface(child.stderr)
  const lines: string[] = []
  warnings.on('line', (line) => {
    // Its retries would go on for seconds.
    if (lines.length === 0) child.kill('SIGINT')
    lines.push(line)
  })
  const [exitCode, signal] = await once(child, 'close')

  expect({ exitCode, signal }).toEqual({ exitCode: 130, signal: null })
  expect(lines[0]).toContain('database is locked; retrying in')
  expect(lines.at(-1)).toBe("Chain 'flight-delays' was cancelled in step 'load'")
  expect(database.prepare('SELECT name FROM sqlite_schema').all()).toEqual([])
})
