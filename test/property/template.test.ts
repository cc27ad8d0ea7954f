import { describe, expect, test } from 'vitest'
import { Place } from '../../src/compile/check.ts'
import { compileTemplate } from '../../src/compile/template.ts'
import { escapeText } from '../../src/observe/render.ts'
import { anything, hostile, throwing } from '../support/hostile.ts'
import fc from '../support/property.ts'
import { recorder } from '../support/recorder.ts'
import { Tally } from '../support/tally.ts'
import { untyped } from '../support/untyped.ts'
import { work } from '../support/work.ts'

const texts = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('{', '}', 'x', '.', '[', ']', '"', '0', ' ', '{x}', '{{', '}}', '{x["a"]}') }),
)

/** The line that a template prints, or the code of what it is refused with. */
function printed(template: string, output: unknown = 1, input: object = {}): string {
  const logger = recorder('info')
  const { hooks, ...tally } = new Tally()
  try {
    untyped('orders')
      .next(() => output, { out: 'x', log: template })
      .runSync(input, { logger, hooks })
  } catch (error) {
    const { code } = error as { code: string }
    if (code !== 'SC_TEMPLATE') throw error
    return code
  }
  expect(logger.lines).toHaveLength(1)
  expect(tally.events.filter(({ hook }) => hook === 'onHookError')).toEqual([])
  return logger.lines[0]?.message ?? ''
}

/** What a template means, by a scanner that knows but two kinds of refs: `{x}` and `{result}`. */
function meaning(template: string): string | null {
  const parts = template.match(/\{\{|\}\}|\{x\}|\{result\}|[^{}]/gsu) ?? []
  if (parts.join('') !== template) return null
  return parts.map((part) => (part === '{{' ? '{' : part === '}}' ? '}' : part.length > 2 ? '1' : part)).join('')
}

describe('a template', () => {
  test('of any text prints a line or is refused with SC_TEMPLATE', () => {
    fc.assert(
      fc.property(texts, (template) => {
        expect(typeof printed(template)).toBe('string')
      }),
      { numRuns: 2_000 },
    )
  })

  test('of any refs, into whatever, prints a line and is no fault', () => {
    const segments = fc.constantFrom('.a', '.0', '.then', '.length', '.name', '["b-c"]', '[1]', '.toString', '.size')
    const refs = fc.array(segments, { maxLength: 3 }).map((path) => `{v${path.join('')}}`)
    fc.assert(
      fc.property(fc.array(refs, { maxLength: 5 }), fc.oneof(hostile, throwing), anything, (parts, make, value) => {
        for (const v of [make(), { a: make(), 0: make() }, [make(), value], value])
          expect(printed(parts.join(' '), 1, { v })).not.toBe('SC_TEMPLATE')
      }),
      { numRuns: 500 },
    )
  })

  test('is taken apart, or refused, in a number of steps that grows as its length does', () => {
    const units = [
      '{',
      '}',
      '{x',
      '{aaaa',
      '{x}',
      '{{',
      '}}',
      'x',
      '.',
      '[',
      ']',
      '"',
      '{x["',
      '{x[0]',
      '0',
      'aaaaaaaa',
    ]
    const place = new Place('orders', 'load')
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom(...units), fc.integer({ min: 1, max: 2_000 })), {
          minLength: 1,
          maxLength: 4,
        }),
        (runs) => {
          const template = runs
            .map(([unit, count]) => unit.repeat(count))
            .join('')
            .slice(0, 65_536)
          const { steps } = work(() => {
            try {
              return compileTemplate(template, place)
            } catch (error) {
              return error
            }
          })
          // A few for each character, and some for the message of a refusal.
          expect(steps).toBeLessThanOrEqual(4 * template.length + 500)
        },
      ),
      { numRuns: 300 },
    )
  })

  test('is filled in with one reading of each ref, however many there are', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), (count) => {
        let reads = 0
        const v = Object.defineProperty({}, 'a', { get: () => ++reads })
        printed('{v.a}'.repeat(count), 1, { v })
        expect(reads).toBe(count)
      }),
    )
  })

  test('of text whose braces are doubled prints that text', () => {
    fc.assert(
      fc.property(texts, (text) => {
        expect(printed(text.replaceAll(/[{}]/g, '$&$&'))).toBe(escapeText(text))
      }),
      { numRuns: 1_000 },
    )
  })

  test('means what a simpler reading says', () => {
    const units = fc.constantFrom('{x}', '{result}', '{{', '}}', 'a', ' ', 'é', '👍')
    fc.assert(
      fc.property(fc.string({ unit: units, maxLength: 30 }), (template) => {
        expect(printed(template)).toBe(meaning(template))
      }),
      { numRuns: 1_000 },
    )
  })

  test('with one brace too few or too many is refused, with a column inside of it', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('{x}', '{{', '}}', 'a'), maxLength: 8 }),
        fc.constantFrom('{', '}'),
        fc.nat(),
        (text, brace, at) => {
          const place = at % (text.length + 1)
          const template = text.slice(0, place) + brace + text.slice(place)
          if (meaning(template) !== null) return
          try {
            untyped('orders').next(() => 1, { out: 'x', log: template })
            expect.unreachable(template)
          } catch (error) {
            const { code, message } = error as Error & { code: string }
            expect(code).toBe('SC_TEMPLATE')
            const column = Number(/column (\d+): /.exec(message)?.[1])
            expect(column).toBeGreaterThanOrEqual(1)
            expect(column).toBeLessThanOrEqual(template.length + 1)
          }
        },
      ),
      { numRuns: 1_000 },
    )
  })

  test('of a list or a map is read by quoted keys, whatever they are', () => {
    const keys = fc
      .string({ unit: 'binary', minLength: 1 })
      .filter((key) => !/["\\]|^__.+__$|^constructor$|^prototype$/.test(key))
    fc.assert(
      fc.property(keys, fc.nat(20), (key, index) => {
        const list = Array.from({ length: index + 1 }, (_, at) => ({ [key]: at }))
        expect(printed(`{x[${index}]["${key}"]}`, list)).toBe(String(index))
      }),
    )
  })
})
