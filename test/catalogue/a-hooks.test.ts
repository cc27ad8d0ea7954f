import { describe, expect } from 'vitest'
import { promised } from '../support/promises.ts'
import { flaky } from '../support/steps.ts'
import { expectRefusal } from '../support/untyped.ts'

const at = "Chain 'orders': "
const NAMES =
  'onRunStart beforeStep beforeAttempt onRetry afterStep onProgress onSlowStep onLateSettle onRunEnd onHookError wrap'.split(
    ' ',
  )

describe('hooks', () => {
  for (const name of NAMES) {
    promised(`row 25: ${name} that is no function is SC_DEFINITION; given to a run, SC_INPUT`, async (given) => {
      const step = flaky(0, 1)
      for (const [hook, value] of [
        [null, 'null'],
        ['log', '"log"'],
        [{}, '[object Object]'],
        [true, 'true'],
      ] as const) {
        const hooks = { [name]: hook }
        const refusal = { at, option: `hooks.${name}`, value, expected: 'a function' }
        expectRefusal(
          given.refused(() => given.chain('orders', { hooks }), hooks),
          refusal,
        )
        expectRefusal(
          given.refused(() => given.chain('orders').with(hooks), hooks),
          refusal,
        )
        const run = given.chain('orders').tap(step).run({}, { hooks })
        await expect(run).rejects.toMatchObject({
          code: 'SC_INPUT',
          message: expect.stringContaining(`hooks.${name} is`),
        })
      }
      expect(step.calls).toBe(0)
    })
  }

  for (const [name, expected] of [
    ['beforestep', "did you mean 'beforeStep'?"],
    ['onRetries', "did you mean 'onRetry'?"],
    ['somethingElseAltogether', 'one of onRunStart'],
  ] as const) {
    promised(`row 25: ${name} is no hook: SC_DEFINITION`, (given) => {
      const hooks = { [name]: () => {} }
      const refusal = { at, option: 'an option of hooks', value: `"${name}"`, expected }
      expectRefusal(
        given.refused(() => given.chain('orders').with(hooks), hooks),
        refusal,
      )
      expectRefusal(
        given.refused(() => given.chain('orders', { hooks }), hooks),
        refusal,
      )
    })
  }
})

describe('redaction', () => {
  const rules: readonly (readonly [string, unknown])[] = [
    ['empty text', ''],
    ['an empty path in a list', ['']],
    ['a path with an empty part', ['a..b']],
    ['a path with ** inside', ['**.password']],
    ['a global RegExp', /password/g],
    ['a sticky RegExp', /password/y],
    ['a number', 1],
  ]
  for (const [title, redact] of rules) {
    // Only functions redact so far. Whoever gives a rule learns that at once: it is not taken, to hide nothing afterwards.
    promised(`row 26: ${title} is SC_DEFINITION`, async (given) => {
      const error = given.refused(() => given.chain('orders', { redact }), redact)

      expect(error.message).toMatch(/^Chain 'orders': redact is .*; expected a function$/)
      expect((await given.failure(given.chain(), { redact } as object)).code).toBe('SC_INPUT')
    })
  }
})
