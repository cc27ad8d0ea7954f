import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { expect, test } from 'vitest'
import { entries, root } from '../support/package-info.ts'

/**
 * What the whole entry was measured at, rounded up. The design aims at 6 kB; with every check, message, template, serialiser and the host seam in it,
 * the code is this large, and a check or a clear message is not given up for bytes. A change that needs more says why here:
 * 1.2 kB were `freeze`, `slowStepWarning`, `strictHooks` and the limit on runs inside of runs, which the catalogue of faults promises;
 * 9 kB are flow: groups, loops, branches, fallbacks, compensation, and their part of the host seam. They are methods of the chain, which no bundler leaves out;
 * 3.2 kB are what `safeRun` records for its report (2.3) and `describe` (0.9), methods of the chain too;
 * 5.9 kB are secrets: every text that is printed has to pass through what finds them (2.2, with their encodings), rules for names and paths (1.9), and the serialiser that asks those while it walks.
 */
const CORE = 42_800

/** The budget of each entry, in bytes. What a subpath was measured at is rounded up; no subpath holds the core. */
const BUDGETS: Readonly<Record<string, number>> = {
  '.': CORE,
  './diagnostics': 1_600,
  './otel': 3_000,
  './report': 6_000,
  './progress': 6_500,
}

test.each(entries)('the entry $subpath is within its budget, minified and gzipped', async ({ subpath, file }) => {
  const budget = BUDGETS[subpath] ?? 0
  const { outputFiles } = await build({
    entryPoints: [root + file],
    bundle: true,
    external: ['@opentelemetry/api', 'node:*'],
    minify: true,
    format: 'esm',
    target: 'es2022',
    write: false,
  })
  const code = outputFiles[0]?.contents ?? new Uint8Array()
  const size = gzipSync(code, { level: 9 }).byteLength
  console.log(`entry ${subpath}: ${size} bytes gzipped, ${code.byteLength} minified, budget ${budget}`)
  expect(size).toBeGreaterThan(0)
  expect(size).toBeLessThanOrEqual(budget)
})
