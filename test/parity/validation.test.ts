import { chain, StepchainError, ValidationFailedError } from 'stepchain'
import { describe, expect, test } from 'vitest'
import { failureOf } from '../support/outcome.ts'

function requireNonEmpty(rows: readonly unknown[]): void {
  if (rows.length === 0) throw new RangeError('empty')
}

describe('validate', () => {
  test('sync: a validator that throws fails the run with ValidationFailedError', async () => {
    const definition = chain().next((): string[] => [], { out: 'bad', args: [], validate: requireNonEmpty })

    const failed = await failureOf(() => definition.runSync())

    expect(failed).toBeInstanceOf(ValidationFailedError)
    expect(failed).toBeInstanceOf(StepchainError)
    expect(failed).toMatchObject({ code: 'SC_VALIDATION', step: 'bad', issues: [{ message: 'empty' }] })
    expect(failed.message).toBe("Step 'bad' gave output that was refused: empty")
    expect(failed.cause).toBeInstanceOf(RangeError)
    expect(failed.context).toEqual({})
  })

  test('async: a validator that throws fails the run with ValidationFailedError', async () => {
    const definition = chain().next(async (): Promise<string[]> => [], {
      out: 'x',
      args: [],
      validate: requireNonEmpty,
    })

    const failed = await failureOf(definition.run())

    expect(failed).toBeInstanceOf(ValidationFailedError)
    expect(failed).toMatchObject({ step: 'x', issues: [{ message: 'empty' }] })
  })

  test('output that is refused is not asked for again', async () => {
    let calls = 0
    const make = (): string[] => {
      calls++
      return []
    }

    const failed = await failureOf(() =>
      chain().next(make, { out: 'bad', args: [], retry: 3, validate: requireNonEmpty }).runSync(),
    )

    expect(failed).toBeInstanceOf(ValidationFailedError)
    expect(calls).toBe(1)
  })

  test('output that is accepted goes into the context as it is', () => {
    const rows = ['a']

    const context = chain()
      .next(() => rows, { out: 'rows', validate: requireNonEmpty })
      .runSync()

    expect(context.rows).toBe(rows)
  })

  // There what a validator returned was not looked at.
  test('a validator that returns false fails too (repaired)', async () => {
    const definition = chain().next((): string[] => [], { out: 'bad', args: [], validate: (rows) => rows.length > 0 })

    const failed = await failureOf(() => definition.runSync())

    expect(failed).toBeInstanceOf(ValidationFailedError)
    expect(failed.message).toContain('the validator returned false')
  })

  // There nobody awaited an async validator, so that it accepted everything.
  test('async: an async validator is waited for (repaired)', async () => {
    const definition = chain().next(async () => -1, {
      out: 'x',
      validate: async (count) => {
        if (count < 0) throw new RangeError('negative')
      },
    })

    expect(await failureOf(definition.run())).toMatchObject({
      code: 'SC_VALIDATION',
      issues: [{ message: 'negative' }],
    })
  })
})
