import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { describe, expect, test } from 'vitest'
import { built, entries, manifest, root } from '../support/package-info.ts'

const INSTALL_SCRIPTS = ['preinstall', 'install', 'postinstall', 'prepare']

describe('package.json', () => {
  test('asks for nothing at install time', () => {
    for (const field of ['dependencies', 'optionalDependencies', 'bundleDependencies', 'bundledDependencies']) {
      expect(manifest).not.toHaveProperty(field)
    }
    expect(Object.keys(manifest.scripts).filter((name) => INSTALL_SCRIPTS.includes(name))).toEqual([])
  })

  test('is ESM, free of side effects, for Node 20.19 and later', () => {
    expect(manifest.type).toBe('module')
    expect(manifest.sideEffects).toBe(false)
    expect(manifest.engines).toEqual({ node: '>=20.19' })
  })
})

test('dist holds one bundled file and its types for each entry, the commands, and nothing else', () => {
  const expected = built.map((path) => path.replace('dist/', ''))
  expect(readdirSync(`${root}dist`, { recursive: true, encoding: 'utf8' }).toSorted()).toEqual(expected.toSorted())
})

/** What subpaths import: modules of Node, or an optional peer. */
const IMPORTS: Readonly<Record<string, readonly string[]>> = {
  './diagnostics': ['node:async_hooks', 'node:diagnostics_channel'],
  './otel': ['@opentelemetry/api'],
}

describe.each(entries)('the built entry $subpath', ({ subpath, file, types }) => {
  test('imports nothing but what it is made for, neither statically nor dynamically', async () => {
    const { metafile } = await inspect(file)
    const imports = Object.values(metafile.inputs).flatMap((input) => input.imports.map(({ path }) => path))
    const allowed = IMPORTS[subpath] ?? []
    expect(imports.filter((path) => !allowed.some((start) => path.startsWith(start)))).toEqual([])
  })

  test('generates no code and runs on engines without `using`', async () => {
    const { code } = await inspect(file)
    expect(code).not.toMatch(/\beval\s*\(/)
    // `Function` without `new` compiles text as well.
    expect(code).not.toMatch(/(?<![.\w])Function\s*\(/)
    expect(code).not.toMatch(/\busing\s+[\w$]+\s*=/)
  })

  test.each([
    ['a browser', ['--lib', 'es2022,dom', '--types', '']],
    ['Node', ['--lib', 'es2022', '--types', 'node']],
  ])('has types that stand on their own in %s', async (_platform, libraries) => {
    const strict = ['--strict', '--exactOptionalPropertyTypes', '--skipLibCheck', 'false']
    const compile = [
      '--ignoreConfig',
      '--noEmit',
      '--module',
      'nodenext',
      '--target',
      'es2022',
      ...strict,
      ...libraries,
    ]
    const tsc = `${root}node_modules/.bin/tsc`
    await expect(promisify(execFile)(tsc, [...compile, types], { cwd: root })).resolves.toEqual({
      stdout: '',
      stderr: '',
    })
  })

  test('has no side effect when it is imported', async () => {
    const observer = `${root}test/support/observe-import.ts`
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [observer, pathToFileURL(root + file).href])
    expect(stderr).toBe('')
    expect(JSON.parse(stdout)).toEqual({ globals: [], listeners: [], timers: [] })
  })
})

/** Comments are dropped, so that prose about `eval()` is no finding. */
async function inspect(file: string) {
  const { metafile, outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [file],
    bundle: true,
    external: ['*'],
    format: 'esm',
    legalComments: 'none',
    metafile: true,
    minifyWhitespace: true,
    platform: 'neutral',
    write: false,
  })
  return { metafile, code: outputFiles[0]?.text ?? '' }
}
