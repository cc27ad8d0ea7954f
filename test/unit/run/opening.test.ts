import { describe, expect, test } from 'vitest'
import { promised } from '../../support/promises.ts'
import { never } from '../../support/steps.ts'
import { untyped } from '../../support/untyped.ts'

describe('an input that is refused', () => {
  const redact = (text: string): string => text.replaceAll('hunter2', '[hidden]')
  const cause = new Error('no hunter2')
  const throwing = Object.defineProperty({}, 'a', {
    enumerable: true,
    get() {
      throw cause
    },
  })
  const made = untyped('c', { redact }).next(() => 1, { out: 'made', args: [] })

  for (const [title, definition, input, error] of [
    [
      'no object',
      made,
      'hunter2',
      { code: 'SC_INPUT', message: `Chain 'c': input is "[hidden]"; expected a plain object` },
    ],
    [
      'a reserved key',
      made,
      { $hunter2: 1 },
      {
        code: 'SC_INPUT',
        message: `Chain 'c': a key of the input is "$[hidden]"; expected a name that is not reserved ('$…', __proto__, constructor, prototype, then)`,
      },
    ],
    [
      'a key that is made',
      made,
      { made: 1 },
      {
        code: 'SC_DEFINITION',
        message: `Chain 'c': the input has the key 'made', which the chain makes itself; expected another name, or overwrite: true on that step`,
      },
    ],
    [
      'a getter that throws',
      made,
      throwing,
      { code: 'SC_INPUT', cause, message: `Chain 'c': reading the input threw: no [hidden]` },
    ],
    [
      'one that a function throws at',
      untyped('c', {
        redact,
        input: () => {
          throw cause
        },
      }),
      {},
      {
        code: 'SC_VALIDATION',
        cause,
        message: `Chain 'c': its input was refused: no [hidden]`,
        issues: [{ message: 'no hunter2' }],
      },
    ],
    [
      'one that is false',
      untyped('c', { input: () => false }),
      {},
      { code: 'SC_VALIDATION', message: `Chain 'c': its input was refused: the validator returned false` },
    ],
  ] as const) {
    test(`says so: ${title}`, async () => {
      for (const result of [
        await definition.run(input).catch((thrown: unknown) => thrown),
        await untyped('outer', { logger: null })
          .next(definition, { out: 'i', args: ['given'] })
          .run({ given: input })
          .catch((thrown: unknown) => thrown),
      ])
        expect(result).toMatchObject({ code: error.code })
      expect(await definition.run(input).catch((thrown: unknown) => thrown)).toMatchObject({ ...error, chain: 'c' })
      if (!('cause' in error))
        expect('cause' in ((await definition.run(input).catch((thrown: unknown) => thrown)) as Error)).toBe(false)
    })
  }

  test.each([
    [{}, 'nothing'],
    [{ a: 1, b: 2 }, 'a, b'],
  ])('of %o has nothing that a strict ref leads to', async (input, there) => {
    const strict = untyped('c', { strict: true }).tap(() => 1, { name: 'load', args: ['nokey'] })

    await expect(strict.run(input)).rejects.toMatchObject({
      code: 'SC_REFERENCE',
      step: 'load',
      message: `Chain 'c', step 'load': the ref 'nokey' leads nowhere; there is ${there}`,
    })
  })
})

describe('while an input is judged', () => {
  promised('time goes on, and the caller may leave', async (given) => {
    const slow = untyped('c', { input: () => never() }).tap(() => 1)

    expect((await given.failure(slow, { timeout: 10, ms: 20 })).code).toBe('SC_DEADLINE')
    const running = given.failure(slow)
    await given.clock.advance(5)
    given.controller.abort('left')
    expect(await running).toMatchObject({ code: 'SC_CANCELLED', cause: 'left' })
  })

  promised('nobody is asked where the caller has left already', async (given) => {
    let asked = 0
    given.controller.abort('left')
    const error = await given.failure(untyped('c', { input: () => void asked++ }).tap(() => 1))

    expect([error.code, asked]).toEqual(['SC_CANCELLED', 0])
    expect((await given.failure(untyped('c'))).code).toBe('SC_CANCELLED')
  })
})
