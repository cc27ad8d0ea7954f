import { chain, ValidationFailedError } from 'stepchain'
import { describe, expect } from 'vitest'
import { promised } from '../../support/promises.ts'
import { flaky, wait } from '../../support/steps.ts'
import { Tally } from '../../support/tally.ts'
import { untyped } from '../../support/untyped.ts'

/** A Standard Schema that answers what it is told to, at once or later. */
function schema(answer: (value: unknown) => unknown, isAsync = false): never {
  const validate = (value: unknown): unknown => (isAsync ? Promise.resolve(answer(value)) : answer(value))
  return { '~standard': { version: 1, vendor: 'test', validate } } as never
}

const issues = [{ message: 'too small', path: ['rows', { key: 3 }, 'age'] }, { message: 'no rows' }]

for (const isAsync of [false, true]) {
  describe(`a schema that answers ${isAsync ? 'later' : 'at once'}`, () => {
    promised('puts its output in the place of the step’s', async (given) => {
      const tally = new Tally()
      const definition = untyped('c')
        .next(() => '5', { out: 'n', args: [], validate: schema((value) => ({ value: Number(value) }), isAsync) })
        .next((n: number) => n + 1, { out: 'm', args: ['n'] })

      expect(await given.run(definition, {}, { hooks: tally.hooks })).toEqual({ ok: true, context: { n: 5, m: 6 } })
      expect(tally.of('afterStep')[0]).toMatchObject({ output: 5 })
    })

    promised(
      'that refuses: ValidationFailedError with its issues, the step not retried, nothing stored',
      async (given) => {
        const step = flaky(0, 1)
        const definition = untyped('c')
          .put('kept', 1)
          .next(step, { out: 'a', args: [], retry: 5, validate: schema(() => ({ issues }), isAsync) })
        const error = await given.failure(definition)

        expect(error).toBeInstanceOf(ValidationFailedError)
        expect(error).toMatchObject({ code: 'SC_VALIDATION', step: 'a', issues, context: { kept: 1 } })
        expect(error.message).toBe("Step 'a' gave output that was refused: rows.3.age: too small; no rows")
        expect('cause' in error).toBe(false)
        expect(step.calls).toBe(1)
      },
    )

    promised('judges the input of a chain, before anything else', async (given) => {
      const tally = new Tally()
      const good = untyped('c', { input: schema((value) => ({ value: { ...(value as object), id: 7 } }), isAsync) })
      const bad = untyped('c', { input: schema(() => ({ issues }), isAsync) }).tap(() => {})
      const outcome = await given.run(
        good.next((_: unknown, s: unknown) => s, { out: 'x', args: [0, '$input'] }),
        { a: 1 },
      )

      expect(outcome).toEqual({ ok: true, context: { a: 1, id: 7, x: { a: 1, id: 7 } } })
      const error = await given.failure(bad, { hooks: tally.hooks })
      expect(error).toMatchObject({
        code: 'SC_VALIDATION',
        issues,
        message: "Chain 'c': its input was refused: rows.3.age: too small; no rows",
      })
      expect(error.step).toBeUndefined()
      expect(tally.order).toEqual(['onRunEnd'])
    })

    for (const garbage of [
      null,
      5,
      undefined,
      {},
      { issues: null },
      { issues: 'nope' },
      { issues: [null] },
      { issues: [{ message: 'm', path: [null] }] },
    ]) {
      promised(
        `and gives ${JSON.stringify(garbage)}, which is no answer, still ends in one of our outcomes`,
        async (given) => {
          await given.run(untyped('c').next(() => 1, { out: 'a', args: [], validate: schema(() => garbage, isAsync) }))
          await given.run(untyped('c', { input: schema(() => garbage, isAsync) }))
        },
      )
    }
  })
}

describe('a function', () => {
  promised('that returns false refuses; anything else it returns accepts, and changes nothing', async (given) => {
    for (const answer of [true, undefined, null, 0, '', 'text']) {
      expect(await given.run(untyped('c').next(() => 1, { out: 'a', args: [], validate: () => answer }))).toEqual({
        ok: true,
        context: { a: 1 },
      })
    }
    for (const validate of [() => false, async () => false]) {
      const error = await given.failure(untyped('c').next(() => 1, { out: 'a', args: [], validate }))

      expect(error.message).toBe("Step 'a' gave output that was refused: the validator returned false")
    }
  })

  const thrown = [new Error('bad row'), 'text', undefined, null, 5]
  for (const fault of thrown) {
    promised(`that throws ${String(fault)} refuses, and that is the cause`, async (given) => {
      const throwing = (): never => {
        throw fault
      }
      for (const validate of [throwing, async () => throwing()]) {
        const error = await given.failure(untyped('c').next(() => 1, { out: 'a', args: [], validate }))

        expect(error.code).toBe('SC_VALIDATION')
        expect('cause' in error).toBe(true)
        expect(error.cause).toBe(fault)
        expect(error.issues).toHaveLength(1)
      }
    })
  }

  promised('gets the output, once for each attempt', async (given) => {
    const seen: unknown[] = []
    const validate = (value: unknown): boolean => seen.push(value) > 2
    const retry = { retries: 5, initialDelay: 0, retryOnInvalid: true }
    let calls = 0

    expect(await given.run(untyped('c').next(() => ++calls, { out: 'a', args: [], validate, retry }))).toEqual({
      ok: true,
      context: { a: 3 },
    })
    expect(seen).toEqual([1, 2, 3])
  })

  promised('that is refused is not asked in a synchronous run if it is asynchronous', (given) => {
    const definition = untyped('c').next(() => 1, { out: 'a', args: [], validate: async () => false, retry: 3 })
    const outcome = given.runSync(definition)

    expect(outcome).toMatchObject({ ok: false, error: { code: 'SC_DEFINITION', step: 'a' } })
    expect(outcome.ok || outcome.error.message).toBe(
      "Step 'a': validate is asynchronous; use run() instead of runSync()",
    )
  })
})

promised('a synchronous run refuses an asynchronous schema of its input', (given) => {
  const outcome = given.runSync(untyped('c', { input: schema(() => ({ issues }), true) }))

  expect(outcome).toMatchObject({ ok: false, error: { code: 'SC_DEFINITION' } })
  expect(outcome.ok || outcome.error.message).toContain('the schema of its input is asynchronous')
})

promised('a validator that takes long is waited for', async (given) => {
  const validate = (): Promise<boolean> => wait(given.clock, 60_000, true)
  const running = given.run(chain('c').next(() => 1, { out: 'a', args: [], validate }))
  await given.clock.advance(60_000)

  expect(await running).toEqual({ ok: true, context: { a: 1 } })
})
