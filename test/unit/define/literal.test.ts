import { literal } from 'stepchain'
import { expect, test } from 'vitest'
import { isLiteral } from '../../../src/define/literal.ts'

test('a literal holds its value, and cannot be changed', () => {
  const value = { a: 1 }
  const made = literal(value)
  expect(made.value).toBe(value)
  expect(Object.isFrozen(made)).toBe(true)
  expect(isLiteral(made)).toBe(true)
})

test.each(['text', undefined, null, 0, [], () => {}])('%o can be one', (value) => {
  expect(literal(value).value).toBe(value)
})

test.each([{ value: 1 }, null, undefined, 'text', Object.create(null)])('%o is none', (value) => {
  expect(isLiteral(value)).toBe(false)
})

test('row 18: a literal of a literal is passed as the inner one', () => {
  const inner = literal('x')
  expect(isLiteral(literal(inner).value)).toBe(true)
})
