import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
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

/** What `npm start` runs, with a file to load into and a place for the report. */
function start(database: string): ChildProcessWithoutNullStreams {
  const [, ...command] = manifest.scripts['start']?.split(' ') ?? []
  const more = ['--input', JSON.stringify({ file: database }), '--report', `${database}.html`]
  return spawn(process.execPath, [...command, ...more], { cwd: root })
}

/** What is printed beside the lines of the progress, which begin with the time. */
function withoutProgress(lines: readonly string[]): string[] {
  return lines.filter((line) => !/^\d{4}-\d\d-\d\dT/.test(line))
}

test('npm start loads the file, reports and warns of nothing', async () => {
  const file = join(folder, 'delays.db')
  const child = start(file)
  const [output, warnings, [exitCode]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ])

  const lines = warnings.trimEnd().split('\n')
  expect(withoutProgress(lines)).toEqual([
    expect.stringMatching(/^Step 'load' failed on attempt 1 of 5: .* \(simulated\); retrying in \d+ ms$/),
    `stepchain: wrote ${file}.html`,
  ])
  expect(lines).toContainEqual(expect.stringMatching(/^\S+Z flight-delays load: ok in .* on attempt 2 of 5$/))
  expect(readFileSync(`${file}.html`, 'utf8')).toMatch(/^<!doctype html>[^]*check and join flights/)
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
  let isLocked = false
  warnings.on('line', (line) => {
    // Its retries would go on for seconds.
    if (!isLocked && line.includes('database is locked; retrying in')) child.kill('SIGINT')
    isLocked ||= line.includes('database is locked; retrying in')
    lines.push(line)
  })
  const [exitCode, signal] = await once(child, 'close')

  expect({ exitCode, signal }).toEqual({ exitCode: 130, signal: null })
  expect(withoutProgress(lines)).toEqual([
    expect.stringContaining('database is locked; retrying in'),
    'stepchain: SIGINT: cancelling the run; a second signal ends it at once',
    `stepchain: wrote ${file}.html`,
  ])
  expect(lines.at(-2)).toMatch(/ flight-delays cancelled in .*: Chain 'flight-delays' was cancelled in step 'load'$/)
  expect(database.prepare('SELECT name FROM sqlite_schema').all()).toEqual([])
})
