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

function pathTo(target: string, up: string): string {
  return target.endsWith('.ts') ? `${up}/${target}` : `${up}/${target}/module.ts`
}

function targetsFrom(up: string): string[] {
  return TARGETS.map((target) => pathTo(target, up))
}

function importing(paths: readonly string[]): string {
  return [...PACKAGES, ...paths].map((path, index) => `export { x as x${index} } from '${path}'\n`).join('')
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
