import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { root } from '../support/package-info.ts'
import { compileProject, type Diagnostic, writeProject } from '../support/types-compiler.ts'

const folder = join(root, 'test/types')
const TSCONFIG = JSON.stringify({
  extends: '../../tsconfig.json',
  compilerOptions: { noUnusedLocals: false, noUnusedParameters: false },
  include: ['*.ts'],
  exclude: [],
})

describe('what the compiler says', () => {
  test('of each negative case is as it was', async () => {
    const source = readFileSync(new URL('./fixtures/negative-cases.ts', import.meta.url), 'utf8')
    const project = writeProject('negative-cases', { 'cases.ts': source, 'tsconfig.json': TSCONFIG })
    const { diagnostics } = await compileProject(project)
    const said = diagnostics.filter(({ path }) => path === 'cases.ts')
    const cases = casesOf(source).map(({ name, first, last }) => {
      const own = said.filter(({ row }) => row >= first && row <= last)
      return `${name}\n${own.map((one) => `  ${firstLine(one)}`).join('\n') || '  it compiles'}\n`
    })
    await expect(cases.join('\n')).toMatchFileSnapshot('fixtures/messages.txt')
  }, 60_000)

  test('of each line of the type tests that does not compile has the code that the line claims', async () => {
    const names = readdirSync(folder).filter((name) => name.endsWith('.test-d.ts'))
    const sources = names.map((name): [string, string] => [name, expecting(readFileSync(join(folder, name), 'utf8'))])
    const project = writeProject('type-tests', { ...Object.fromEntries(sources), 'tsconfig.json': TSCONFIG })
    const { diagnostics } = await compileProject(project)
    const claimed = sources.flatMap(([name, source]) => claimsOf(source).map((claim) => `${name}:${claim}`))
    const own = diagnostics.filter(({ path }) => names.includes(path))
    const found = new Set(own.map(({ path, row, code }) => `${path}:${row} ${code.toLowerCase()}`))
    expect([...found].toSorted()).toEqual(claimed.toSorted())
    expect(claimed.length).toBeGreaterThan(80)
  }, 60_000)
})

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

/** Each line that follows an expectation, and the code that it claims. */
function claimsOf(source: string): string[] {
  return source.split('\n').flatMap((line, index) => {
    const code = /^\s*\/\/ expected \[(ts\d+)\] -- \S/.exec(line)?.[1]
    if (code === undefined && line.includes('// expected')) throw new Error(`line ${index + 1} gives no code: ${line}`)
    return code === undefined ? [] : [`${index + 2} ${code}`]
  })
}
