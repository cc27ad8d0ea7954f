import type { Report, ReportedError, ReportedStep } from 'stepchain'
import { toChromeTrace, toHtml, toMermaid, toText } from 'stepchain/report'
import { describe, expect, test } from 'vitest'
import { widthOf } from '../../src/report/terminal.ts'
import fc from '../support/property.ts'
import { checkTrace } from '../support/traces.ts'

const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 60 }), fc.string({ unit: 'grapheme', maxLength: 60 }))
const name = fc.string({
  unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
  minLength: 1,
  maxLength: 40,
})
const ms = fc.oneof(
  fc.integer({ min: 0, max: 1e8 }),
  fc.integer({ min: 0, max: 1e7 }).map((us) => us / 1000),
)
const error: fc.Arbitrary<ReportedError> = fc.record(
  { name: text, message: text, code: text },
  { noNullPrototype: true, requiredKeys: ['name', 'message'] },
)
const attempt = fc.record(
  { attempt: fc.nat(9), error, duration: ms, delay: ms, abandoned: fc.constant(true as const) },
  { noNullPrototype: true, requiredKeys: ['attempt', 'error'] },
)
const items = fc.record(
  {
    count: fc.nat(1e6),
    ok: fc.nat(1e6),
    failed: fc.nat(1e6),
    slowest: fc.record({ path: name, duration: ms }, { noNullPrototype: true }),
    failures: fc.array(fc.record({ path: name, error }, { noNullPrototype: true }), { maxLength: 16 }),
  },
  { noNullPrototype: true },
)

// What no run makes, too: what shows a report takes it as it is.
const { step } = fc.letrec<{ step: ReportedStep }>((tie) => ({
  step: fc.record(
    {
      path: name,
      name,
      kind: fc.constantFrom('step', 'chain', 'parallel', 'map', 'each', 'when'),
      status: fc.constantFrom('ok', 'failed', 'cancelled', 'skipped'),
      start: ms,
      duration: ms,
      attempts: fc.nat(20),
      failures: fc.array(attempt, { maxLength: 3 }),
      fallback: fc.constant(true as const),
      abandoned: fc.constant(true as const),
      error,
      steps: fc.array(tie('step'), { maxLength: 3, depthIdentifier: 'steps' }),
      items,
    },
    { noNullPrototype: true, requiredKeys: ['path', 'name', 'kind', 'status', 'start', 'duration', 'attempts'] },
  ),
}))
const report: fc.Arbitrary<Report> = fc.record(
  {
    version: fc.constant(1 as const),
    chain: name,
    runId: text,
    status: fc.constantFrom('ok', 'failed', 'cancelled'),
    startedAt: fc.constantFrom('', '2026-01-01T00:00:00.000Z'),
    duration: ms,
    error,
    steps: fc.array(step, { maxLength: 5 }),
    compensations: fc.array(step, { maxLength: 2 }),
  },
  {
    noNullPrototype: true,
    requiredKeys: ['version', 'chain', 'runId', 'status', 'startedAt', 'duration', 'steps', 'compensations'],
  },
)

describe('any report', () => {
  test('fits a terminal of any width', () => {
    fc.assert(
      fc.property(report, fc.integer({ min: 20, max: 200 }), (given, width) => {
        for (const line of toText(given, { width }).split('\n')) {
          expect(widthOf(line), line).toBeLessThanOrEqual(width)
          expect(line).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u)
        }
      }),
    )
  })

  test('is a page of which all tags are its own', () => {
    fc.assert(
      fc.property(report, (given) => {
        const page = toHtml(given)
        const tags = [...page.matchAll(/<\/?([a-z]\w*)/g)].map(([, tag]) => tag)
        const own = 'html head meta link title style body main h1 span p time code div svg g rect circle line text'
        const known = new Set(`${own} details summary table thead tbody tr th td`.split(' '))
        expect(tags.filter((tag) => !known.has(tag ?? ''))).toEqual([])
        expect(page).not.toMatch(/NaN|Infinity(?![\w ])|undefined|="[^"]*</)
      }),
    )
  })

  test('is a trace that nests, and a diagram of known lines', () => {
    fc.assert(
      fc.property(report, (given) => {
        checkTrace(toChromeTrace(given))
        for (const line of toMermaid(given).trimEnd().split('\n'))
          expect(line).toMatch(
            /^(?:flowchart TD|\s*(?:subgraph )?n\d+\["[^"`<>]*(?:<br\/>[^"`<>]*)*"\]|\s*end|\s*n\d+ --> n\d+|class(?:Def)? .*)$/,
          )
      }),
    )
  })
})
