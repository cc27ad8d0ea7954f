import { chain } from 'stepchain'
import { describe, expect, test } from 'vitest'
import { chooseChain, importFailure, loadChain } from '../../../src/cli/load.ts'
import { fixture } from './fake-shell.ts'

const node = { version: 'v24.0.0' }
const first = chain('first')
const second = chain('second')

describe('which export it is', () => {
  test.each([
    [{ first, second, default: second }, undefined, 'second'],
    [{ first, second, default: second }, 'first', 'first'],
    [{ first, n: 1 }, undefined, 'first'],
    [{ first, default: { first } }, undefined, 'first'],
    [{ first, same: first }, undefined, 'first'],
    [{ first, default: second }, 'default', 'second'],
  ])('of %o with --export %s', (exports, exportName, name) => {
    expect(chooseChain(exports, { file: 'job.ts', exportName }).name).toBe(name)
  })

  test('a chain of another copy of the package is known by its brand', () => {
    const other = { name: 'other', [Symbol.for('stepchain.chain')]: true }
    expect(chooseChain({ other }, { file: 'job.ts', exportName: undefined })).toBe(other)
  })

  test.each([
    [
      { first, second },
      undefined,
      'job.ts exports several chains; choose one with --export: it exports first (a chain), second (a chain)',
    ],
    [{}, undefined, 'job.ts exports no chain: it exports nothing'],
    [{ 'module.exports': {}, load() {} }, undefined, 'job.ts exports no chain: it exports load (a function)'],
    [
      { first, n: 1 },
      'n',
      "the export 'n' of job.ts is a number, not a chain: it exports first (a chain), n (a number)",
    ],
    [{ first }, 'toString', "the export 'toString' of job.ts does not exist: it exports first (a chain)"],
  ])('of %o with --export %s it is not plain', (exports, exportName, message) => {
    expect(() => chooseChain(exports, { file: 'job.ts', exportName })).toThrow(message)
  })

  test('what is exported instead is named by its kind', async () => {
    await expect(loadChain({ file: fixture('others.mjs'), exportName: undefined }, node)).rejects.toThrow(
      'it exports Loader (a function), list (an array), load (a function), missing (undefined), nothing (null), object (an object)',
    )
  })
})

describe('a file', () => {
  test('that exists and has one', async () => {
    const { name } = await loadChain({ file: fixture('typed.ts'), exportName: undefined }, node)
    expect(name).toBe('double')
  })

  test('that does not exist', async () => {
    await expect(loadChain({ file: 'no/such.ts', exportName: undefined }, node)).rejects.toMatchObject({
      message: 'there is no file no/such.ts',
      exitCode: 2,
    })
  })

  test('that throws while it is loaded: where, too', async () => {
    await expect(loadChain({ file: fixture('broken.mjs'), exportName: undefined }, node)).rejects.toThrow(
      /^broken\.mjs cannot be imported:\nError: broken while it was loaded\n {4}at .*broken\.mjs/,
    )
  })
})

describe('why a file cannot be imported', () => {
  test.each(['.ts', '.mts', '.cts', '.tsx'])('Node that knows no %s', (extension) => {
    const error = Object.assign(new TypeError(`Unknown file extension "${extension}" for /a/job${extension}`), {
      code: 'ERR_UNKNOWN_FILE_EXTENSION',
    })
    expect(importFailure(error, 'job.ts', '20.19.0')).toBe(
      'job.ts is TypeScript or imports some, which Node 20.19.0 does not run by itself; use Node 22.18 or later (24 is best), or compile it to JavaScript first',
    )
  })

  test('another extension', () => {
    const error = Object.assign(new TypeError('Unknown file extension ".txt" for /a/job.txt'), {
      code: 'ERR_UNKNOWN_FILE_EXTENSION',
    })
    expect(importFailure(error, 'job.txt', '24.0.0')).toContain('job.txt cannot be imported:\nTypeError: Unknown')
  })

  test('TypeScript that is more than types', () => {
    const error = Object.assign(new SyntaxError('enum is not supported'), { code: 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX' })
    expect(importFailure(error, 'job.ts', '24.0.0')).toContain('enum is not supported\nNode only leaves types out')
  })

  test.each([
    [Object.assign(new Error('why'), { stack: undefined }), 'why'],
    ['a text', 'a text'],
    [null, 'null'],
  ])('what was thrown is %o', (error, text) => {
    expect(importFailure(error, 'job.ts', '24.0.0')).toBe(`job.ts cannot be imported:\n${text}`)
  })
})
