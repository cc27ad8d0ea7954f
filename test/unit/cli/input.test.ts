import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { readInput } from '../../../src/cli/input.ts'
import { FakeShell } from './fake-shell.ts'

const folder = mkdtempSync(join(tmpdir(), 'stepchain-input-'))
afterAll(() => rmSync(folder, { recursive: true }))

test('nothing is an empty object', async () => {
  expect(await readInput(undefined, new FakeShell([]))).toEqual({})
})

test('JSON on the command line', async () => {
  expect(await readInput('{"n": 1}', new FakeShell([]))).toEqual({ n: 1 })
})

test('a file, with or without a byte order mark', async () => {
  const file = join(folder, 'input.json')
  writeFileSync(file, '\uFEFF{"n": 2}\n')
  expect(await readInput(`@${file}`, new FakeShell([]))).toEqual({ n: 2 })
})

test('standard input, in pieces that cut a character', async () => {
  const bytes = Buffer.from('{"name": "Zoë"}')
  const shell = new FakeShell([], [bytes.subarray(0, 13), bytes.subarray(13)])
  expect(await readInput('-', shell)).toEqual({ name: 'Zoë' })
  expect(await readInput('-', new FakeShell([], ['{"n"', ': 3}']))).toEqual({ n: 3 })
})

test.each([
  ['{n: 1}', [], /^the input of --input is no JSON: /],
  ['', [], /^the input of --input is no JSON: /],
  ['-', [''], /^the input of standard input is no JSON: /],
  ['@no/such.json', [], /^the input cannot be read from no\/such\.json: ENOENT/],
  ['[1]', [], 'the input of --input is an array; expected an object, such as {"id": 1}'],
  ['null', [], 'the input of --input is null; expected an object'],
  ['-', ['7'], 'the input of standard input is a number; expected an object'],
])('%s %j is refused', async (source, input, message) => {
  await expect(readInput(source, new FakeShell([], input))).rejects.toThrow(message)
})

test('a file that holds no JSON is named', async () => {
  const file = join(folder, 'text.txt')
  writeFileSync(file, 'text')
  await expect(readInput(`@${file}`, new FakeShell([]))).rejects.toThrow(`the input in ${file} is no JSON`)
})
