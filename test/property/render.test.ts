import { describe, expect, test } from 'vitest'
import { USUAL } from '../../src/compile/redaction.ts'
import { escapeText, render, View } from '../../src/observe/render.ts'
import { anything, hostile, throwing } from '../support/hostile.ts'
import fc from '../support/property.ts'

const json = fc.jsonValue({ maxDepth: 5 })
/** Names say nothing here: some of those that are drawn are names of secrets. */
const everything = new View({ ...USUAL, hides: () => false })

// oxlint-disable-next-line no-control-regex -- these are what must not be there
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/

describe('rendering', () => {
  test('anything never throws, forges no line and stays within its bounds', () => {
    fc.assert(
      fc.property(anything, fc.array(fc.oneof(hostile, throwing)), (value, makers) => {
        const made = makers.map((make) => make())
        const text = render([value, made]) + render(value) + made.map((one) => render(one)).join('')
        expect(text).not.toMatch(UNSAFE)
        expect(text.isWellFormed()).toBe(true)
        // Each of 4,096 characters may become an escape of six.
        expect(text.length).toBeLessThan((6 * 4_096 + 40) * (made.length + 2))
      }),
      { numRuns: 3_000 },
    )
  })

  test('plain data is JSON that can be read back', () => {
    fc.assert(
      fc.property(json, (value) => {
        if (typeof value === 'string' || JSON.stringify(value).length > 4_000) return
        expect(JSON.parse(render(value, everything))).toEqual(value)
      }),
      { numRuns: 1_000 },
    )
  })

  test('looks at no more of a value than it prints, however large that is', () => {
    const counted = (value: unknown, count: () => void): unknown => {
      if (typeof value !== 'object' || value === null) return value
      const get = (target: object, key: PropertyKey): unknown => {
        count()
        return counted(Reflect.get(target, key), count)
      }
      return new Proxy(value, { get })
    }
    const large = fc
      .tuple(json, fc.integer({ min: 1, max: 20_000 }))
      .map(([value, copies]) => [
        Array.from({ length: copies }, () => value),
        Object.fromEntries(Array.from({ length: copies % 500 }, (_, key) => [`key${key}`, value])),
      ])
    fc.assert(
      fc.property(fc.oneof(json, large), (value) => {
        let reads = 0
        const text = render(counted(value, () => reads++))
        // An object, of two characters at least, is asked what it is made of and how it wants to be shown.
        expect(reads).toBeLessThanOrEqual(6 * text.length + 20)
      }),
    )
  })

  test('twice gives the same', () => {
    fc.assert(
      fc.property(anything, (value) => {
        expect(render(value)).toBe(render(value))
      }),
    )
  })

  test('changes nothing', () => {
    fc.assert(
      fc.property(json, (value) => {
        const before = JSON.stringify(value)
        render(value)
        expect(JSON.stringify(value)).toBe(before)
      }),
    )
  })
})

describe('escaping', () => {
  const text = fc.string({ unit: 'binary' })

  test('leaves nothing unsafe and is done once', () => {
    fc.assert(
      fc.property(text, (given) => {
        const escaped = escapeText(given)
        expect(escaped).not.toMatch(UNSAFE)
        expect(escaped.isWellFormed()).toBe(true)
        expect(escapeText(escaped)).toBe(escaped)
      }),
      { numRuns: 1_000 },
    )
  })

  test('can be undone where there is no backslash', () => {
    fc.assert(
      fc.property(
        text.filter((given) => !given.includes('\\')),
        (given) => {
          const back = escapeText(given).replaceAll(/\\u([0-9a-f]{4})/g, (_, code: string) =>
            String.fromCharCode(Number.parseInt(code, 16)),
          )
          expect(back).toBe(given)
        },
      ),
      { numRuns: 1_000 },
    )
  })
})
