import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { root } from '../support/package-info.ts'
import {
  type Compilation,
  type Compiler,
  compileProject,
  currentCompiler,
  type Diagnostic,
  olderCompilers,
  writeProject,
} from '../support/types-compiler.ts'

const CASES = 'cases.ts'
const folder = join(root, 'test/types')
const cases = readFileSync(new URL('./fixtures/negative-cases.ts', import.meta.url), 'utf8')
const names = readdirSync(folder).filter((name) => name.endsWith('.test-d.ts'))
const typeTests = names.map((name): [string, string] => [name, expecting(readFileSync(join(folder, name), 'utf8'))])
const claims = typeTests.flatMap(([name, source]) => claimsOf(name, source))
const TSCONFIG = JSON.stringify({
  extends: '../../tsconfig.json',
  compilerOptions: { noUnusedLocals: false, noUnusedParameters: false },
  // The cases first: older compilers list the members of a union in the order in which they met them.
  files: [CASES, ...names],
  include: [],
  exclude: [],
})

const said = new Map<Compiler, readonly Diagnostic[]>()
beforeAll(async () => {
  await Promise.all(
    [currentCompiler, ...olderCompilers].map(async (compiler) => {
      said.set(compiler, (await compileAll(compiler)).diagnostics)
    }),
  )
}, 240_000)

describe('what the compiler says', () => {
  test('of each negative case is as it was', async () => {
    await expect(linesOfCases(currentCompiler)).toMatchFileSnapshot('fixtures/messages.txt')
    expect(linesOfCases(currentCompiler)).not.toContain(COMPILES)
  })

  test('of each line of the type tests that does not compile has the code that the line claims', () => {
    const found = saidOf(currentCompiler, names).map(({ path, row, code }) => `${path}:${row} ${code.toLowerCase()}`)
    expect([...new Set(found)].toSorted()).toEqual(claims.map(({ place, code }) => `${place} ${code}`).toSorted())
    expect(claims.length).toBeGreaterThan(80)
  })
})

describe.each(olderCompilers)('what $name says', (compiler) => {
  // One snapshot for all of them. They print a type in other words than the current compiler, such as `\u26A0` for ⚠.
  test('of each negative case is as it was', async () => {
    await expect(linesOfCases(compiler)).toMatchFileSnapshot('fixtures/messages-of-older-compilers.txt')
  })

  test('of the negative cases is about the same lines', () => {
    expect(saidOf(compiler, [CASES]).map(({ row }) => row)).toEqual(
      saidOf(currentCompiler, [CASES]).map(({ row }) => row),
    )
  })

  // The code may be another, and none is promised.
  test('of the type tests is about the lines that do not compile, and no others', () => {
    const found = saidOf(compiler, names).map(({ path, row }) => `${path}:${row}`)
    expect([...new Set(found)].toSorted()).toEqual(claims.map(({ place }) => place).toSorted())
  })
})

/** Compiles cases and type tests together, since most of the time goes into what they import. */
async function compileAll(compiler: Compiler): Promise<Compilation> {
  const files = { [CASES]: cases, ...Object.fromEntries(typeTests), 'tsconfig.json': TSCONFIG }
  return await compileProject(writeProject(`type-tests-${compiler.package}`, files), compiler)
}

function saidOf(compiler: Compiler, paths: readonly string[]): Diagnostic[] {
  return (said.get(compiler) ?? []).filter(({ path }) => paths.includes(path))
}

const COMPILES = '  it compiles'

/** Each negative case by its name, with the first lines of what is said of it. */
function linesOfCases(compiler: Compiler): string {
  const all = saidOf(compiler, [CASES])
  const lines = casesOf(cases).map(({ name, first, last }) => {
    const own = all.filter(({ row }) => row >= first && row <= last)
    return `${name}\n${own.map((one) => `  ${firstLine(one)}`).join('\n') || COMPILES}\n`
  })
  return lines.join('\n')
}

/** Its first line; of one that names no type in it, the reason as well. */
function firstLine({ code, message, reasons }: Diagnostic): string {
  return `${code}: ${message === 'This expression is not callable.' ? `${message} ${reasons[0]}` : message}`
}

/** The cases of a file, from the line behind the comment that names each to the one before the next. */
function casesOf(source: string): { name: string; first: number; last: number }[] {
  const lines = source.split('\n')
  const starts = lines.flatMap((line, index) => (line.startsWith('// case: ') ? [index + 1] : []))
  return starts.map((start, index) => ({
    name: lines[start - 1]?.slice('// case: '.length) ?? '',
    first: start + 1,
    last: (starts[index + 1] ?? lines.length + 1) - 1,
  }))
}

/** A type test whose negative lines are let through to the compiler, for another place in the repository. */
function expecting(source: string): string {
  return source.replaceAll('@ts-expect-error', 'expected').replaceAll("'../support/", "'../../test/support/")
}

/** Each line of a type test that follows an expectation, and the code that it claims. */
function claimsOf(name: string, source: string): { place: string; code: string }[] {
  return source.split('\n').flatMap((line, index) => {
    const code = /^\s*\/\/ expected \[(ts\d+)\] -- \S/.exec(line)?.[1]
    if (code === undefined && line.includes('// expected')) {
      throw new Error(`line ${index + 1} of ${name} gives no code: ${line}`)
    }
    return code === undefined ? [] : [{ place: `${name}:${index + 2}`, code }]
  })
}
