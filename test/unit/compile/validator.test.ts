import { type } from 'arktype'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { describeIssues } from '../../../src/compile/validator.ts'
import { failureOf } from '../../support/outcome.ts'
import { expectRefusal, type Loose, thrownBy, untyped } from '../../support/untyped.ts'

const later = async <T>(value: T): Promise<T> => value

function validating(validate: unknown, output: unknown, options: object = {}): Loose {
  return untyped('orders', { logger: null }).next(() => output, { out: 'user', validate, ...options })
}

/** The same schema in three libraries: an object with a list of users, whose age is a text that becomes a number. */
const SYNC = {
  zod: z.object({ users: z.array(z.object({ age: z.string().regex(/^\d+$/).transform(Number) })) }),
  valibot: v.object({ users: v.array(v.object({ age: v.pipe(v.string(), v.regex(/^\d+$/), v.transform(Number)) })) }),
  arktype: type({ users: type({ age: type('string.integer.parse') }).array() }),
}

const ASYNC = {
  zod: z.object({
    users: z.array(
      z.object({
        age: z
          .string()
          .refine((text) => later(/^\d+$/.test(text)))
          .transform((text) => later(Number(text))),
      }),
    ),
  }),
  valibot: v.objectAsync({
    users: v.arrayAsync(
      v.objectAsync({
        age: v.pipeAsync(
          v.string(),
          v.checkAsync((text) => later(/^\d+$/.test(text))),
          v.transformAsync((text) => later(Number(text))),
        ),
      }),
    ),
  }),
}

const good = { users: [{ age: '7' }, { age: '8' }] }
const bad = { users: [{ age: '7' }, { age: 'x' }] }
const parsed = { users: [{ age: 7 }, { age: 8 }] }

describe.each(Object.entries(SYNC))('a schema of %s', (_, schema) => {
  test('gives its output, in both kinds of run', async () => {
    expect(validating(schema, good).runSync()).toEqual({ user: parsed })
    expect(await validating(schema, good).run()).toEqual({ user: parsed })
    expect(await validating(schema, later(good)).run()).toEqual({ user: parsed })
  })

  test('refuses with its issues, their paths and the step', async () => {
    for (const error of [
      thrownBy(() => validating(schema, bad).runSync()),
      await failureOf(validating(schema, later(bad)).run()),
    ]) {
      expect([error.name, error.code, error.step]).toEqual(['ValidationFailedError', 'SC_VALIDATION', 'user'])
      expect(error.issues).toHaveLength(1)
      const path = Array.from(error.issues[0]?.path ?? [], (part) => (typeof part === 'object' ? part.key : part))
      expect(path).toEqual(['users', 1, 'age'])
      expect(error.message).toContain("Step 'user'")
      expect(error.message).toContain('users.1.age: ')
      expect(error.context).toEqual({})
    }
  })

  test('judges the input of a chain', async () => {
    const chain = untyped('orders', { input: schema }).next(({ users }: typeof parsed) => users[1]?.age, {
      out: 'second',
    })
    expect(chain.runSync(good)).toEqual({ ...parsed, second: 8 })
    expect(await chain.run(good)).toEqual({ ...parsed, second: 8 })
    for (const error of [thrownBy(() => chain.runSync(bad)), await failureOf(chain.run(bad))]) {
      expect([error.code, error.step]).toEqual(['SC_VALIDATION', undefined])
      expect(error.message).toContain("Chain 'orders'")
      expect(error.message).toContain('users.1.age: ')
      expect(error.issues).toHaveLength(1)
    }
  })
})

describe.each(Object.entries(ASYNC))('an asynchronous schema of %s', (_, schema) => {
  test('is awaited', async () => {
    expect(await validating(schema, good).run()).toEqual({ user: parsed })
    const error = await failureOf(validating(schema, bad).run())
    expect(error.code).toBe('SC_VALIDATION')
    expect(error.message).toContain('users.1.age: ')
  })

  test('row 98: is SC_DEFINITION in a synchronous run', () => {
    const error = thrownBy(() => validating(schema, good).runSync())
    expect(error.code).toBe('SC_DEFINITION')
    expect(error.message).toMatch(/validate is asynchronous; use run\(\)/)
    expect(error.step).toBe('user')
  })

  test('row 98: also as the input of a chain', async () => {
    const chain = untyped('orders', { input: schema })
    expect(thrownBy(() => chain.runSync(good)).code).toBe('SC_DEFINITION')
    expect(await chain.run(good)).toEqual(parsed)
    expect((await failureOf(chain.run(bad))).code).toBe('SC_VALIDATION')
  })
})

describe('a function', () => {
  test.each([true, undefined, null, 0, '', 'text', {}])(
    'that returns %o lets the output pass as it is',
    async (verdict) => {
      const output = { a: 1 }
      expect(validating(() => verdict, output).runSync()['user']).toBe(output)
      expect((await validating(() => later(verdict), output).run())['user']).toBe(output)
    },
  )

  test('row 98: that returns false refuses, now or later', async () => {
    for (const error of [
      thrownBy(() => validating(() => false, 1).runSync()),
      await failureOf(validating(() => false, 1).run()),
      await failureOf(validating(() => later(false), 1).run()),
    ]) {
      expect([error.code, error.step]).toEqual(['SC_VALIDATION', 'user'])
      expect(error.message).toMatch(/: the validator returned false$/)
      expect(error.issues).toHaveLength(1)
      expect('cause' in error).toBe(false)
    }
  })

  test.each([new Error('too old'), 'text', undefined, null, 0, Object.freeze({ a: 1 })])(
    'row 98: that throws %o refuses with it as the cause, now or later',
    async (thrown) => {
      const throwing = (): never => {
        throw thrown
      }
      const rejecting = (): Promise<never> => Promise.reject(thrown)
      for (const error of [
        thrownBy(() => validating(throwing, 1).runSync()),
        await failureOf(validating(throwing, 1).run()),
        await failureOf(validating(rejecting, 1).run()),
      ]) {
        expect(error.code).toBe('SC_VALIDATION')
        expect('cause' in error).toBe(true)
        expect(error.cause).toBe(thrown)
      }
    },
  )

  test('row 98: a thenable that is no promise is awaited too', async () => {
    const thenable = (value: unknown): object => ({ then: (resolve: (given: unknown) => void) => resolve(value) })
    expect((await failureOf(validating(() => thenable(false), 1).run())).code).toBe('SC_VALIDATION')
    expect(await validating(() => thenable(true), 1).run()).toEqual({ user: 1 })
  })

  test('is given the output alone', () => {
    const seen: unknown[] = []
    validating((...given: unknown[]) => void seen.push(given), 'x').runSync()
    expect(seen).toEqual([['x']])
  })
})

test.each([
  [undefined, 'no'],
  [[], 'no'],
  [['a', 0, { key: 'b' }], 'a.0.b: no'],
])('an issue at %o is described', (path, text) => {
  expect(describeIssues([{ message: 'no', ...(path === undefined ? {} : { path }) }])).toBe(text)
})

describe('any validator', () => {
  test.each([
    [null, 'null'],
    ['zod', '"zod"'],
    [{}, '[object Object]'],
    [{ '~standard': {} }, '[object Object]'],
    [{ '~standard': null }, '[object Object]'],
    [/x/, '[object RegExp]'],
  ])('that is %o is refused', (validate, value) => {
    expectRefusal(
      thrownBy(() => validating(validate, 1)),
      { at: "Chain 'orders', step 'user': ", option: 'validate', value, expected: 'a Standard Schema' },
    )
    expectRefusal(
      thrownBy(() => untyped('orders', { input: validate })),
      { at: /^Chain 'orders': /, option: 'input', value, expected: 'a Standard Schema' },
    )
  })

  test('row 99: what it refuses is retried only where that is asked for', async () => {
    for (const [retry, calls] of [
      [{ retries: 2, initialDelay: 0 }, 1],
      [{ retries: 2, initialDelay: 0, retryOnInvalid: true }, 3],
      [2, 1],
    ] as const) {
      let count = 0
      const chain = untyped('orders', { logger: null }).next(() => ++count, { out: 'x', validate: () => false, retry })
      expect((await failureOf(chain.run())).code).toBe('SC_VALIDATION')
      expect(count).toBe(calls)
    }
  })

  test('row 99: output that is good the second time is taken', () => {
    let count = 0
    const retry = { retries: 2, initialDelay: 0, retryOnInvalid: true }
    const validate = (value: number): boolean => value > 1
    expect(
      untyped('orders', { logger: null })
        .next(() => ++count, { out: 'x', validate, retry })
        .runSync(),
    ).toEqual({ x: 2 })
  })

  test('issues without a path have none in the message, and eight are all printed', () => {
    const issues = Array.from({ length: 8 }, (_, index) => ({
      message: `issue ${index}`,
      ...(index === 0 ? { path: [] } : {}),
    }))
    const schema = { '~standard': { version: 1, vendor: 'test', validate: () => ({ issues }) } }
    const error = thrownBy(() => validating(schema, 1).runSync())
    expect(error.message).toMatch(/: issue 0; issue 1; .*; issue 7$/)
  })

  test('many issues are counted, not all printed', () => {
    const issues = Array.from({ length: 100 }, (_, index) => ({
      message: `issue ${index}`,
      path: [{ key: 'rows' }, index],
    }))
    const schema = { '~standard': { version: 1, vendor: 'test', validate: () => ({ issues }) } }
    const error = thrownBy(() => validating(schema, 1).runSync())
    expect(error.issues).toHaveLength(100)
    expect(error.message).toContain('rows.0: issue 0')
    expect(error.message).toContain('and 92 more')
    expect(error.message).not.toContain('issue 8')
  })

  test('a schema that throws, or answers nonsense, refuses', () => {
    const fault = new Error('broken schema')
    for (const validate of [
      () => {
        throw fault
      },
      () => undefined,
      () => null,
      () => ({ issues: null }),
      () => ({ issues: [null] }),
      () => ({ issues: [{ message: 'x', path: [null] }] }),
      () => ({ issues: 'no' }),
    ]) {
      const error = thrownBy(() => validating({ '~standard': { version: 1, vendor: 'test', validate } }, 1).runSync())
      expect(error.code).toBe('SC_VALIDATION')
      expect(error.cause).toBeInstanceOf(Error)
    }
  })
})
