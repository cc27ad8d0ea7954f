import { inspect } from 'node:util'
import { afterAll, describe, expect, test } from 'vitest'
import { hideNamed, isUsual } from '../../src/define/key-names.ts'
import { redactorOf } from '../../src/observe/redactor.ts'
import { render } from '../../src/observe/render.ts'
import { hide, scrub } from '../../src/scrub.ts'
import { anything, hostile, throwing } from '../support/hostile.ts'
import { PROMISED } from '../support/leaks.ts'
import fc from '../support/property.ts'

const owners: object[] = []
afterAll(() => void owners.splice(0))

function known(text: string): string {
  const owner = {}
  owners.push(owner)
  hide(text, owner, { mark: '[M]', least: 8, objects: false })
  return text
}

// None that is made of its own mark, or of one letter that everything else is made of, too.
const secrets = fc
  .tuple(fc.string({ unit: 'grapheme', minLength: 6, maxLength: 40 }), fc.integer({ min: 1e6, max: 1e9 }))
  .map(([text, number]) => `${text}${number}`)
  .filter((text) => text.isWellFormed())
const around = fc.string({ unit: 'grapheme', maxLength: 40 })

describe('secrets', () => {
  test('are found in every promised encoding, whatever they are and whatever is around them', () => {
    fc.assert(
      fc.property(
        secrets,
        around,
        around,
        fc.constantFrom(...Object.entries(PROMISED)),
        (secret, before, after, [, encode]) => {
          const { needle, value } = encode(known(secret))
          const text = `${before} ${typeof value === 'string' ? value : inspect(value)} ${after}`
          expect(scrub(text)).not.toContain(secret)
          // What is a text itself is one that can be written in escapes, in which it is no other.
          if (needle.length >= 8) expect(render(value)).not.toContain(secret)
        },
      ),
      { numRuns: 1_500 },
    )
  })

  test('are found wherever a text is cut', () => {
    fc.assert(
      fc.property(secrets, around, fc.nat(120), (secret, before, end) => {
        const text = `${before}${known(secret)}${before}`
        const shown = scrub(text, end)
        // As many of its letters as would tell it.
        if (!before.includes(secret.slice(0, 6))) expect(shown).not.toContain(secret.slice(0, 6))
      }),
    )
  })

  test('that are not there change nothing', () => {
    known('this-is-never-there')
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        const shown = scrub(text)
        if (!shown.includes('[M]')) expect(shown).toBe(text)
      }),
    )
  })
})

describe('names', () => {
  test('hide what is under them in any plain data, and nothing else is lost', () => {
    const hidden = 'under-a-name-that-hides'
    fc.assert(
      fc.property(
        fc.jsonValue({ maxDepth: 4 }),
        fc.constantFrom('password', 'userToken', 'x-api-key', 'Cookie'),
        (value, name) => {
          const data = { before: value, [name]: hidden, deeper: [{ [name]: [hidden, value] }] }
          for (const text of [
            render(data),
            render(JSON.stringify(data)),
            hideNamed(JSON.stringify({ text: JSON.stringify(data) }), isUsual),
          ])
            expect(text).not.toContain(hidden)
        },
      ),
      { numRuns: 500 },
    )
  })

  test('are looked for in linear time', () => {
    const pieces = [
      '"',
      '\\"',
      '\\\\\\"',
      "'",
      ':',
      '=',
      'token',
      'token=',
      '"token":',
      '{',
      '[',
      ']',
      '}',
      '\\',
      ' ',
      'a',
      '%5',
      '://a:',
    ]
    const spent = (text: string): number => {
      const begin = performance.now()
      hideNamed(text, isUsual)
      scrub(text)
      return performance.now() - begin
    }
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 6 }), (unit) => {
        // A hundred times as long may take a thousand times, not ten thousand.
        expect(spent(unit.join('').repeat(16_384 / unit.length))).toBeLessThan(2_000)
      }),
      { numRuns: 100 },
    )
  })
})

test('whatever is printed, rules and texts never throw', () => {
  const { fields, text } = redactorOf({
    hides: isUsual,
    paths: [
      ['a', '*'],
      ['**', 'b'],
    ],
    text: null,
  })
  fc.assert(
    fc.property(anything, fc.array(fc.oneof(hostile, throwing)), (value, makers) => {
      const shown = fields({ value, made: makers.map((make) => make()), a: { b: value } })
      for (const one of Object.values(shown)) expect(text(String(one))).not.toBe('[redaction failed]')
    }),
    { numRuns: 1_000 },
  )
})
