import { chain, isStepchainError } from 'stepchain'
import { expect, test } from 'vitest'
import { codeOf, errorType, messageOf } from '../../../src/otel/error-type.ts'

class PaymentError extends Error {
  override name = 'PaymentError'
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

const unreadable = {
  get code(): string {
    throw new Error('no')
  },
  get name(): string {
    throw new Error('no')
  },
}

test.each([
  ['a class', new TypeError('text'), 'TypeError'],
  ["a class of one's own", new PaymentError('text'), 'PaymentError'],
  ['a code', Object.assign(new Error('text'), { code: 'ECONNRESET' }), 'ECONNRESET'],
  // What is no constant, or no name, could be anything.
  ['a text as code', Object.assign(new Error('text'), { code: 'it failed: hunter2' }), 'Error'],
  ['a number as code', Object.assign(new Error('text'), { code: 404 }), 'Error'],
  ['a text as name', Object.assign(new Error('text'), { name: 'it failed: hunter2' }), '_OTHER'],
  ['no error', {}, '_OTHER'],
  ['getters that throw', unreadable, '_OTHER'],
  ['a revoked proxy', revoked(), '_OTHER'],
  ['a string', 'text', 'string'],
  ['undefined', undefined, 'undefined'],
  ['null', null, 'object'],
])('of %s there is told the code or the class, and no text', (_what, error, type) => {
  expect(errorType(error)).toBe(type)
  expect(messageOf(error)).toBeUndefined()
})

async function errorOf(thrown: unknown): Promise<unknown> {
  const result = await chain('shop', { logger: null })
    .next(() => Promise.reject(thrown), { out: 'a' })
    .safeRun()
  return result.ok ? undefined : result.error
}

test('of a step that failed there is told what it threw, and the message that was redacted', async () => {
  const error = await errorOf(new RangeError('text'))
  expect([codeOf(error), errorType(error), messageOf(error)]).toEqual([
    'SC_STEP',
    'RangeError',
    "Step 'a' failed on attempt 1 of 1: text",
  ])
  expect(errorType(await errorOf(undefined))).toBe('undefined')
  expect(errorType(await errorOf(await errorOf('text')))).toBe('SC_STEP')
})

test('of our other errors there is told the code', async () => {
  const result = await chain('shop', { logger: null })
    .next(() => 1, { out: 'a' })
    .safeRun({}, { signal: AbortSignal.abort() })
  expect(result.ok || errorType(result.error)).toBe('SC_CANCELLED')
})

test('what only looks like one of ours is taken for what it says', () => {
  const forged = { code: 'SC_STEP', message: 1 }
  expect(isStepchainError(forged)).toBe(false)
  expect(errorType(forged)).toBe('SC_STEP')
  expect(messageOf(forged)).toBeUndefined()
})
