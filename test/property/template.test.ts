import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { escapeText } from '../../src/observe/render.ts'
import { recorder } from '../support/recorder.ts'
import { untyped } from '../support/untyped.ts'

const texts = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('{', '}', 'x', '.', '[', ']', '"', '0', ' ', '{x}', '{{', '}}', '{x["a"]}') }),
)

/** The line that a template prints, or the code of what it is refused with. */
function printed(template: string, output: unknown = 1): string {
  const logger = recorder('info')
  try {
    untyped('orders')
      .next(() => output, { out: 'x', log: template })
      .runSync({}, { logger })
  } catch (error) {
    const { code } = error as { code: string }
    if (code !== 'SC_TEMPLATE') throw error
    return code
  }
  expect(logger.lines).toHaveLength(1)
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
