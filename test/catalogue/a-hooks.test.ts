import { describe, expect, vi } from 'vitest'
import { printedLine } from '../support/printed-line.ts'
import { promised, SECRET } from '../support/promises.ts'
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
  const rules: readonly (readonly [string, unknown, RegExp])[] = [
    ['empty text', '', /redact is ""; expected a function, or an object/],
    ['a list', ['password'], /redact is an array of 1; expected a function, or an object/],
    ['a RegExp', /password/, /redact is \[object RegExp\]; expected/],
    ['an empty path', { paths: [''] }, /a path in redact is ""; expected a path such as/],
    ['a path with an empty part', { paths: ['a..b'] }, /a path in redact is "a\.\.b"; expected/],
    ['a path that is no text', { paths: [1] }, /a path in redact is 1; expected/],
    ['a path with ** in front of two names', { paths: ['a.**.b.c'] }, /a path in redact is "a\.\*\*\.b\.c"; expected/],
    ['a path that ends in **', { paths: ['a.**'] }, /a path in redact is "a\.\*\*"; expected/],
    ['a path of ** alone', { paths: ['**.**'] }, /a path in redact is "\*\*\.\*\*"; expected/],
    ['paths that are no list', { paths: 'a.b' }, /redact\.paths is "a\.b"; expected an array/],
    ['keys that are no list', { keys: 'a' }, /redact\.keys is "a"; expected an array/],
    ['an empty key', { keys: ['-'] }, /a name in redact\.keys is "-"; expected a name/],
    ['a key that is no name', { keys: [1] }, /a name in redact\.keys is 1; expected a name/],
    ['a text that is no function', { text: 'x' }, /redact\.text is "x"; expected a function/],
    ['an option that there is not', { key: [] }, /an option of redact is "key"; expected one of keys, paths, text/],
  ]
  for (const [title, redact, message] of rules) {
    promised(`row 26: ${title} is SC_DEFINITION`, async (given) => {
      const error = given.refused(() => given.chain('orders', { redact }), redact)

      expect(error.message).toMatch(message)
      expect((await given.failure(given.chain(), { redact } as object)).code).toBe('SC_INPUT')
    })
  }

  for (const flags of ['g', 'y', 'gy', 'giu']) {
    promised(`row 26: a RegExp with the flags ${flags} is used without its state`, async (given) => {
      const pattern = new RegExp('note', flags)
      const value = { a: { note: SECRET }, b: { note: SECRET }, c: { note: SECRET } }
      const line = await printedLine(given, '{x}', value, { redact: { keys: [pattern] } })

      expect(line).toBe('{"a":{"note":[hidden]},"b":{"note":[hidden]},"c":{"note":[hidden]}}')
      expect(pattern.lastIndex).toBe(0)
    })
  }

  promised('row 27: a key rule that backtracks sees 256 characters of a name, and each name once', async (given) => {
    const seen: string[] = []
    const rule = /^note/
    // Cloned without its flags, so that it is watched where every pattern is asked.
    const watched = vi.spyOn(RegExp.prototype, 'test').mockImplementation(function (this: RegExp, text) {
      if (this.source === rule.source) seen.push(text)
      return this.exec(text) !== null
    })
    const name = `${'a'.repeat(100_000)}!`
    try {
      const line = await printedLine(given, '{x}', [{ [name]: 1, ok: 2 }, { ok: 3 }, { ok: 4 }], {
        redact: { keys: [rule] },
      })
      expect(line).toContain('{"ok":4}')
    } finally {
      watched.mockRestore()
    }

    expect(Math.max(...seen.map(({ length }) => length))).toBe(256)
    expect(seen.filter((text) => text === 'ok')).toHaveLength(1)
  })
})
