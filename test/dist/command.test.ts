import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { afterAll, expect, test } from 'vitest'
import { manifest, root } from '../support/package-info.ts'

const file = join(root, manifest.bin['stepchain'] ?? '')
const folder = mkdtempSync(join(tmpdir(), 'stepchain-command-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Bytes, minified and gzipped, with the report and the progress in it. */
const BUDGET = 17_500

test('the command can be executed, and names its interpreter', async () => {
  expect(readFileSync(file, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/)
  expect(statSync(file).mode & 0o111).toBe(0o111)
  const { stdout } = await promisify(execFile)(file, ['--version'])
  expect(stdout).toBe(`${manifest.version}\n`)
})

test('it imports modules of Node alone, and nothing of the core', async () => {
  const { metafile, outputFiles } = await build({
    entryPoints: [file],
    bundle: true,
    external: ['node:*'],
    format: 'esm',
    metafile: true,
    minify: true,
    target: 'es2022',
    write: false,
  })
  const imports = Object.values(metafile.inputs).flatMap((input) => input.imports.map(({ path }) => path))
  expect(imports.filter((path) => !path.startsWith('node:'))).toEqual([])
  const size = gzipSync(outputFiles[0]?.contents ?? '', { level: 9 }).byteLength
  console.log(`command: ${size} bytes gzipped, budget ${BUDGET}`)
  expect(size).toBeLessThanOrEqual(BUDGET)
})

test('the built command runs a chain of the built package', async () => {
  const job = join(folder, 'job.mjs')
  writeFileSync(
    job,
    `import { chain } from ${JSON.stringify(join(root, 'dist/index.js'))}
export const job = chain('job').next(({ n }) => n + 1, { out: 'more', log: 'more={more}' })`,
  )
  const { stdout, stderr } = await promisify(execFile)(file, ['run', job, '--input', '{"n": 1}', '--json'])
  expect(JSON.parse(stdout)).toEqual({ n: 1, more: 2 })
  expect(stderr).toBe('more=2\n')
})
