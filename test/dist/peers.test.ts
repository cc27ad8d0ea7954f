import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { entries, root } from '../support/package-info.ts'

// Far from any node_modules.
const folder = mkdtempSync(join(tmpdir(), 'stepchain-peers-'))
beforeAll(() => cpSync(`${root}dist`, folder, { recursive: true }))
afterAll(() => rmSync(folder, { recursive: true }))

/** What Node says where an entry cannot be imported. */
async function importing(file: string): Promise<string> {
  const url = pathToFileURL(join(folder, file.replace('./dist/', ''))).href
  const args = ['--input-type=module', '-e', `await import('${url}')`]
  const { stderr } = await promisify(execFile)(process.execPath, args).catch((error: { stderr: string }) => error)
  return stderr
}

test.each(entries)('$subpath needs no package, or says which', async ({ subpath, file }) => {
  const said = await importing(file)
  if (subpath === './otel') expect(said).toContain("Cannot find package '@opentelemetry/api'")
  else expect(said).toBe('')
})
