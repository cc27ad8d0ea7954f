import { expect, test } from 'vitest'
import { divert } from '../../../src/cli/divert.ts'
import { FakeShell } from './fake-shell.ts'

test('what is printed goes to standard error until it is called back', () => {
  const shell = new FakeShell([])
  const restore = divert(shell)
  shell.stdout.write('a')
  restore()
  shell.stdout.write('b')
  expect([shell.stdout.text, shell.stderr.text]).toEqual(['b', 'a'])
  expect(Object.hasOwn(shell.stdout, 'write')).toBe(false)
})

test('what somebody has put in place of the method is put back', () => {
  const shell = new FakeShell([])
  const own = (): boolean => true
  shell.stdout.write = own
  divert(shell)()
  expect(shell.stdout.write).toBe(own)
})
