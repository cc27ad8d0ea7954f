import { inspect } from 'node:util'
import {
  CancelledError,
  DeadlineExceededError,
  DefinitionError,
  InputError,
  isStepchainError,
  LimitError,
  NonRetryableError,
  StepchainError,
  StepFailedError,
  StepTimeoutError,
  UnresolvedReferenceError,
  ValidationFailedError,
} from 'stepchain'
import { describe, expect, test, vi } from 'vitest'
import { codeOf } from '../../src/errors.ts'
import { failureOf } from '../support/outcome.ts'
import { untyped } from '../support/untyped.ts'

const secret = 'correct horse battery staple'
const attempt = { attempt: 1, error: new Error(secret), duration: 5, abandoned: false }
const details = {
  chain: 'orders',
  runId: 'r1',
  step: 'outer > load',
  attempts: [attempt],
  context: { password: secret },
  issues: [{ message: secret, path: ['a'] }],
  suppressed: [new Error(secret)],
}

const CLASSES = [
  ['StepFailedError', StepFailedError, 'SC_STEP', [StepchainError]],
  ['StepTimeoutError', StepTimeoutError, 'SC_TIMEOUT', [StepchainError, StepFailedError]],
  ['ValidationFailedError', ValidationFailedError, 'SC_VALIDATION', [StepchainError]],
  ['DeadlineExceededError', DeadlineExceededError, 'SC_DEADLINE', [StepchainError]],
  ['CancelledError', CancelledError, 'SC_CANCELLED', [StepchainError]],
  ['UnresolvedReferenceError', UnresolvedReferenceError, 'SC_REFERENCE', [StepchainError]],
  ['DefinitionError', DefinitionError, 'SC_DEFINITION', [StepchainError]],
  ['InputError', InputError, 'SC_INPUT', [StepchainError]],
  ['LimitError', LimitError, 'SC_LIMIT', [StepchainError]],
] as const

describe.each(CLASSES)('%s', (name, Type, code, bases) => {
  const error = new Type('what happened', details)

  test('has its name, its code and what it knows', () => {
    expect([error.name, error.code, error.message]).toEqual([name, code, 'what happened'])
    expect([error.chain, error.runId, error.step]).toEqual(['orders', 'r1', 'outer > load'])
    expect(error.attempts).toEqual([attempt])
    expect(error.context).toBe(details.context)
    expect(error.issues).toBe(details.issues)
    expect(error.suppressed).toBe(details.suppressed)
  })

  test('is an Error of its bases, with a stack that begins with its name', () => {
    for (const base of [Error, ...bases]) expect(error).toBeInstanceOf(base)
    expect(error.stack?.startsWith(`${name}: what happened\n`)).toBe(true)
    expect(String(error)).toBe(`${name}: what happened`)
    expect(Object.prototype.toString.call(error)).toBe('[object Error]')
  })

  test('is known as ours', () => {
    expect(isStepchainError(error)).toBe(true)
    expect(codeOf(error)).toBe(code)
  })

  test('as JSON is plain data without values', () => {
    const json = { name, code, message: 'what happened', chain: 'orders', runId: 'r1', step: 'outer > load' }
    expect(JSON.parse(JSON.stringify(error))).toEqual(json)
    expect(JSON.stringify({ nested: error })).not.toContain(secret)
  })

  test('G7: printed shows neither context nor attempts nor issues', () => {
    for (const option of [{}, { showHidden: true }]) expect(inspect(error, option)).not.toContain(secret)
    for (const text of [
      String(error),
      error.stack,
      inspect([error]),
      Object.keys(error).join(' '),
      JSON.stringify(Object.entries(error)),
    ])
      expect(text).not.toContain(secret)
    expect(inspect(error)).toContain(`code: '${code}'`)
  })

  test('knows nothing of what it was not told', () => {
    const bare = new Type('x', { chain: 'orders' })
    expect([bare.attempts, bare.context, bare.issues, bare.suppressed]).toEqual([[], {}, [], []])
    expect([bare.runId, bare.step]).toEqual([undefined, undefined])
    expect('cause' in bare).toBe(false)
    expect(JSON.parse(JSON.stringify(bare))).toEqual({ name, code, message: 'x', chain: 'orders' })
    expect(inspect(bare)).not.toContain('undefined')
  })
})

describe('a cause', () => {
  test.each([undefined, null, 0, '', 'text', Symbol('s'), Object.freeze(new Error('frozen')), () => {}])(
    'row 44: %o is kept, the very same',
    (cause) => {
      const error = new StepFailedError('x', { chain: 'orders', cause })
      expect('cause' in error).toBe(true)
      expect(error.cause).toBe(cause)
      expect(Object.keys(error)).not.toContain('cause')
    },
  )

  test('is no cause where none was given', () => {
    expect('cause' in new StepFailedError('x', { chain: 'orders' })).toBe(false)
  })

  test('row 45: G4: of a run is what the step threw, untouched', async () => {
    const cause = Object.freeze(Object.assign(new Error('frozen'), { extra: 1 }))
    const error = await failureOf(
      untyped('orders', { logger: null })
        .next(() => Promise.reject(cause), { out: 'x' })
        .run(),
    )
    expect(error.cause).toBe(cause)
    expect(Object.keys(cause)).toEqual(['extra'])
  })
})

describe('a code', () => {
  test('tells templates from other definitions', () => {
    expect(new DefinitionError('x', { chain: 'orders' }, 'SC_TEMPLATE').code).toBe('SC_TEMPLATE')
    expect(new StepFailedError('x', { chain: 'orders' }, 'SC_ASYNC_IN_SYNC').code).toBe('SC_ASYNC_IN_SYNC')
    expect(new StepchainError('x', { chain: 'orders' }, 'SC_LIMIT').name).toBe('StepchainError')
  })
})

describe('NonRetryableError', () => {
  const cause = new Error('why')
  const error = new NonRetryableError('no use', { cause })

  test('is an Error of its own, and not one of a run', () => {
    expect([error.name, error.code, error.message, error.cause]).toEqual([
      'NonRetryableError',
      'SC_NON_RETRYABLE',
      'no use',
      cause,
    ])
    expect(error).toBeInstanceOf(Error)
    expect(isStepchainError(error)).toBe(false)
    expect(codeOf(error)).toBe('SC_NON_RETRYABLE')
  })
})

describe('recognition', () => {
  test('row 146: works across copies of the package, in both directions', async () => {
    vi.resetModules()
    const other = await import('../../src/errors.ts')
    expect(other.DefinitionError).not.toBe(DefinitionError)
    const theirs = new other.DefinitionError('x', { chain: 'orders' })
    expect(theirs).not.toBeInstanceOf(DefinitionError)
    expect(isStepchainError(theirs)).toBe(true)
    expect(other.isStepchainError(new DefinitionError('x', { chain: 'orders' }))).toBe(true)
    expect(codeOf(new other.NonRetryableError('x'))).toBe('SC_NON_RETRYABLE')
    expect(isStepchainError(new other.NonRetryableError('x'))).toBe(false)
  })

  test('row 146: a copy’s NonRetryableError is not retried', async () => {
    vi.resetModules()
    const other = await import('../../src/errors.ts')
    let calls = 0
    const chain = untyped('orders', { logger: null }).next(
      () => {
        calls++
        throw new other.NonRetryableError('no use')
      },
      { out: 'x', retry: { retries: 3, initialDelay: 0 } },
    )
    expect((await failureOf(chain.run())).code).toBe('SC_STEP')
    expect(calls).toBe(1)
  })

  test('row 147: depends on no name', () => {
    class Renamed extends StepFailedError {}
    Object.defineProperty(Renamed, 'name', { value: 'a' })
    expect(isStepchainError(new Renamed('x', { chain: 'orders' }))).toBe(true)
  })

  test.each([
    ['undefined', undefined],
    ['null', null],
    ['text', 'SC_STEP'],
    ['an Error with a code', Object.assign(new Error('x'), { code: 'SC_STEP' })],
    ['an object with a code', { code: 'SC_STEP', chain: 'orders' }],
    ['a function', () => {}],
    ['a class of ours', StepFailedError],
    [
      'what throws when it is looked at',
      new Proxy(
        {},
        {
          get: () => {
            throw new Error('no')
          },
        },
      ),
    ],
  ])('%s is not ours', (_, value) => {
    expect(isStepchainError(value)).toBe(false)
    expect(codeOf(value)).toBeUndefined()
  })

  test('G6: marks no prototype but our own', () => {
    for (const prototype of [Object.prototype, Error.prototype])
      expect(Reflect.has(prototype, Symbol.for('stepchain.error'))).toBe(false)
    expect(Object.getOwnPropertySymbols(new DefinitionError('x', { chain: 'orders' }))).toEqual([])
  })
})

test('a function is no error, whatever it is branded with', () => {
  const branded = Object.assign(() => {}, { [Symbol.for('stepchain.error')]: true, code: 'SC_STEP' })
  expect([codeOf(branded), isStepchainError(branded)]).toEqual([undefined, false])
})
