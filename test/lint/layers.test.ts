import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { root } from '../support/package-info.ts'

/** What each folder of src may import from the others, by value or by type; DESIGN section 6. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  define: ['define', 'errors.ts'],
  compile: ['define', 'compile', 'errors.ts'],
  run: ['define', 'compile', 'run', 'errors.ts'],
  observe: ['define', 'compile', 'observe', 'errors.ts'],
  chain: ['define', 'compile', 'run', 'observe', 'chain', 'errors.ts'],
}
/** What each subpath may import, beside itself. */
const NODE = ['define', 'report/index.ts', 'progress/index.ts', 'node:fs']
const SUBPATHS: Readonly<Record<string, readonly string[]>> = {
  report: ['define'],
  cli: NODE,
  diagnostics: NODE,
  progress: NODE,
  otel: ['define', '@opentelemetry/api', 'diagnostics/open-steps.ts'],
}
const SUBPATH_PACKAGES = [
  'node:fs',
  'zod',
  'nodemailer',
  'node',
  '@opentelemetry/api',
  '@opentelemetry/core',
  '@scope/name',
]
const TARGETS = ['define', 'compile', 'run', 'observe', 'chain', 'subpath', 'index.ts', 'errors.ts']
const PACKAGES = ['node:fs', 'zod']

// A pattern that oxlint cannot read matches nothing and says nothing, so the rules are tried on files that break them.
const folder = mkdtempSync(join(tmpdir(), 'stepchain-layers-'))
let refused: ReadonlyMap<string, readonly string[]>

beforeAll(async () => {
  const config = JSON.parse(readFileSync(join(root, '.oxlintrc.json'), 'utf8'))
  write('.oxlintrc.json', JSON.stringify({ ...config, plugins: [], categories: {}, options: { typeAware: false } }))
  for (const layer of Object.keys(ALLOWED)) {
    write(`src/${layer}/probe.ts`, importing(targetsFrom('..')))
    write(`src/${layer}/inner/probe.ts`, importing([...targetsFrom('../..'), '../sibling.ts']))
  }
  for (const subpath of Object.keys(SUBPATHS)) {
    write(`src/${subpath}/probe.ts`, imports([...subpathTargets(subpath, '..'), './sibling.ts']))
    write(`src/${subpath}/inner/probe.ts`, imports([...subpathTargets(subpath, '../..'), '../sibling.ts']))
  }
  write(
    'src/errors.ts',
    `${importing(targetsFrom('.'))}import type { T } from './define/types.ts'\nexport type { T }\n`,
  )
  write('src/index.ts', importing(targetsFrom('.')))
  refused = await lint()
}, 30_000)

afterAll(() => rmSync(folder, { recursive: true }))

test.each(Object.entries(ALLOWED))('%s imports the layers below it only', (layer, allowed) => {
  const forbidden = TARGETS.filter((target) => !allowed.includes(target))
  for (const [file, up] of Object.entries({ 'probe.ts': '..', 'inner/probe.ts': '../..' })) {
    expect(refused.get(`src/${layer}/${file}`)).toEqual([...PACKAGES, ...forbidden.map((target) => pathTo(target, up))])
  }
})

test('errors.ts imports types of define only', () => {
  expect(refused.get('src/errors.ts')).toEqual([...PACKAGES, ...targetsFrom('.')])
})

test('index.ts imports every layer, but no package', () => {
  expect(refused.get('src/index.ts')).toEqual(PACKAGES)
})

test.each(Object.entries(SUBPATHS))('%s imports define, itself and what it is made for', (subpath, allowed) => {
  for (const [file, up] of Object.entries({ 'probe.ts': '..', 'inner/probe.ts': '../..' })) {
    const open = allowed.flatMap((target) => [target, pathTo(target, up)])
    const forbidden = subpathTargets(subpath, up).filter((path) => !open.includes(path))
    expect(refused.get(`src/${subpath}/${file}`)).toEqual(forbidden)
  }
})

/** What a subpath is tried with: but for `define`, whole folders are closed to it. */
function subpathTargets(subpath: string, up: string): string[] {
  const files = ['report/index.ts', 'progress/index.ts', 'diagnostics/open-steps.ts', 'otel/spans.ts']
  const others = files.filter((file) => !file.startsWith(subpath))
  return [...SUBPATH_PACKAGES, ...targetsFrom(up), ...others.map((file) => pathTo(file, up))]
}

function pathTo(target: string, up: string): string {
  return target.endsWith('.ts') ? `${up}/${target}` : `${up}/${target}/module.ts`
}

function targetsFrom(up: string): string[] {
  return TARGETS.map((target) => pathTo(target, up))
}

function importing(paths: readonly string[]): string {
  return imports([...PACKAGES, ...paths])
}

function imports(paths: readonly string[]): string {
  return paths.map((path, index) => `export { x as x${index} } from '${path}'\n`).join('')
}

function write(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), text)
}

/** The imports that the linter refuses, by file and in their order. */
async function lint(): Promise<ReadonlyMap<string, readonly string[]>> {
  const oxlint = join(root, 'node_modules/.bin/oxlint')
  const { stdout } = await promisify(execFile)(oxlint, ['--format', 'unix'], { cwd: folder }).catch((error) => error)
  const found = new Map<string, string[]>()
  for (const [, file = '', path = ''] of String(stdout).matchAll(/^([^:]+):.*?'([^']+)' import is restricted/gm)) {
    found.set(file, [...(found.get(file) ?? []), path])
  }
  return found
}
