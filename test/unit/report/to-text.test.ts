import type { Report } from 'stepchain'
import { toText } from 'stepchain/report'
import { describe, expect, test } from 'vitest'
import { cut, plain, widthOf } from '../../../src/report/terminal.ts'
import { time } from '../../../src/report/walk.ts'
import { EVERYTHING } from '../../support/reports.ts'

// oxlint-disable-next-line no-control-regex -- colours are what is looked for.
const COLOR = /\u001b\[\d+m/g

test('a report is a waterfall, a line for each step, with what went wrong below it', () => {
  expect(toText({ ...EVERYTHING, steps: EVERYTHING.steps.filter(({ name }) => name !== 'enrich') }))
    .toMatchInlineSnapshot(`
    "✗ orders <b>"&': failed in 200 ms
      run run-1, 2026-01-01T00:00:01.000Z
    ✓ rows                  10 ms ━━━
    ✓ in (chain)            20 ms   ━━━━━
    ✓   x                    9 ms   ━━
    ✓   y                   10 ms      ━━━
    ✓ both (parallel)       60 ms        ━━━━━━━━━━━━━━━
    ✓   a/p                 40 ms        ━━━━━━━━━━
    ✓   b/p                 60 ms        ━━━━━━━━━━━━━━━
    ✓   a/q                 10 ms                  ━━━
    ✓ list (parallel)       30 ms                       ━━━━━━━━
    ✓   l                   10 ms                       ━━━
    ✓   m                   30 ms                       ━━━━━━━━
    ✓   n                   10 ms                          ━━━
    ✓ one (1 item)           0 ms                                ━
    ✓ retried (3 attempts)  60 ms                                ━━━━━━━━━━━━━━━
        attempt 1 failed after 10 ms, abandoned: TypeError: xxxxxxxxxxxxxxxxxxxxxxx…
        attempt 2 failed: TypeError: 漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢…
    - s
    ✓ f (fallback)           1 ms                                               ━
        Error: instead
    ■ stopped (abandoned)    1 ms                                               ━
    ✗ z                      2 ms                                                ━
        SC_STEP: Step 'z' failed:\\u001b[31m <script>alert("x")</script>
    ✓ ↶ both/b/p.compensate  5 ms                                                ━
    ✓ ↶ rows.release         5 ms                                                 ━
    SC_STEP: Step 'z' failed:\\u001b[31m <script>alert("x")</script>
    "
  `)
})

describe.each([20, 21, 33, 44, 60, 80, 121, 400])('in %i columns', (width) => {
  const lines = toText(EVERYTHING, { width }).trimEnd().split('\n')

  test('no line is longer', () => {
    for (const line of lines) expect(widthOf(line), line).toBeLessThanOrEqual(width)
  })

  test('every step has its line', () => {
    const marked = lines.filter((line) => /^[✓✗■-] /.test(line))
    expect(marked).toHaveLength(22)
  })
})

test('where there is no room for bars there are none', () => {
  const long = { ...EVERYTHING, duration: 4e7, steps: EVERYTHING.steps.map((step) => ({ ...step, duration: 4e7 })) }
  const lines = toText(long, { width: 20 }).trimEnd().split('\n')
  expect(lines.filter((line) => line.includes('11 h 6 min'))).toHaveLength(EVERYTHING.steps.length - 1)
  for (const line of lines) expect(widthOf(line), line).toBeLessThanOrEqual(20)
})

test('colours change nothing else, and are there only where they are asked for', () => {
  const text = toText(EVERYTHING)
  expect(text).not.toMatch(COLOR)
  const colored = toText(EVERYTHING, { color: true })
  expect(colored.match(COLOR)?.length).toBeGreaterThan(40)
  expect(colored.replace(COLOR, '')).toBe(text)
})

test('what a message holds steers no terminal, and makes no line', () => {
  expect(toText(EVERYTHING)).not.toMatch(/[^\P{Cc}\n]/u)
  expect(toText(EVERYTHING)).toContain("Step 'z' failed:\\u001b[31m <script>")
})

test('a run that took no time, or did nothing, is told as well', () => {
  const nothing: Report = { ...EVERYTHING, status: 'ok', duration: 0, steps: [], compensations: [] }
  const { error: _, ...ok } = nothing
  expect(toText(ok)).toBe('✓ orders <b>"&\': ok in 0 ms\n  run run-1, 2026-01-01T00:00:01.000Z\n')
  const [first] = EVERYTHING.steps
  if (first === undefined) throw new Error('no step')
  expect(toText({ ...ok, steps: [{ ...first, duration: 0 }] })).toContain('✓ rows     0 ms ━\n')
  const { code: __, ...uncoded } = { ...EVERYTHING.error, name: 'Error', message: 'no' }
  expect(toText({ ...ok, error: uncoded })).toContain('Error: no')
})

test('times are for people', () => {
  const times = [0, 0.04, 9.96, 12.4, 999.6, 1234, 59_990, 60_000, 125_000, 12_000_000]
  expect(times.map(time)).toEqual([
    '0 ms',
    '0 ms',
    '10 ms',
    '12 ms',
    '1 s',
    '1.23 s',
    '59.99 s',
    '1 min 0 s',
    '2 min 5 s',
    '3 h 20 min',
  ])
})

test('letters are as wide as a terminal shows them', () => {
  expect(['abc', '漢字', 'e\u0301', '🎉', ''].map(widthOf)).toEqual([3, 4, 1, 2, 0])
  expect(cut('漢字漢字', 6)).toBe('漢字…')
  expect(cut('abc', 3)).toBe('abc')
  expect(plain('a\tb\nc\u2028d\u202ee')).toBe('a b c\\u2028d\\u202ee')
})
