import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { built, manifest, root } from '../support/package-info.ts'

const run = promisify(execFile)
const folder = mkdtempSync(join(tmpdir(), 'stepchain-pack-'))
const tarball = join(folder, `${manifest.name}-${manifest.version}.tgz`)
let packed: string[] = []

beforeAll(async () => {
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder], { cwd: root })
  packed = filesOf(JSON.parse(stdout))
}, 30_000)

afterAll(() => rmSync(folder, { recursive: true }))

test('the package holds the built entries and its papers, and nothing else', () => {
  expect(packed.toSorted()).toEqual(['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json', ...built].toSorted())
})

test('publint finds nothing', async () => {
  const { buffer } = new Uint8Array(readFileSync(tarball))
  const { messages, pkg } = await publint({ pack: { tarball: buffer }, strict: true })
  expect(messages.map((message) => formatMessage(message, pkg))).toEqual([])
})

test('are-the-types-wrong finds nothing for ESM users', async () => {
  const attw = join(root, 'node_modules/.bin/attw')
  await expect(run(attw, [tarball, '--profile', 'esm-only', '--quiet'])).resolves.toBeDefined()
}, 30_000)

/** npm 11 and earlier print an array of packages; npm 12 prints them by name. */
function filesOf(report: unknown): string[] {
  const [pack] = Object.values(report as Record<string, { files: { path: string }[] }>)
  return (pack?.files ?? []).map(({ path }) => path)
}
