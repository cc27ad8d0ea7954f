import type { ChainDescription } from 'stepchain'
import { toMermaid } from 'stepchain/report'
import { expect, test } from 'vitest'
import { EVERYTHING } from '../../support/reports.ts'
import { type Loose, untyped } from '../../support/untyped.ts'

// Mermaid's own parser needs a browser: test/runtimes/report.ts has it read these. Here each line is one of the few kinds that are written.
const LABEL = String.raw`"(?:[\p{L}\p{N} .,:()/+-]|#\d+;|<br/>)*"`
const LINES = [
  String.raw`flowchart TD`,
  String.raw`\s*n\d+\[${LABEL}\]`,
  String.raw`\s*subgraph n\d+\[${LABEL}\]`,
  String.raw`\s*end`,
  String.raw`\s*n\d+ --> n\d+`,
  String.raw`classDef \w+ [\w:#,-]+`,
  String.raw`class n\d+ (?:ok|failed|cancelled|skipped)`,
].map((line) => new RegExp(`^${line}$`, 'u'))

function check(text: string): void {
  const boxes = new Set<string>()
  let depth = 0
  for (const line of text.trimEnd().split('\n')) {
    expect(
      LINES.some((kind) => kind.test(line)),
      line,
    ).toBe(true)
    if (/^\s*subgraph/.test(line)) depth++
    if (/^\s*end$/.test(line)) depth--
    const id = /(n\d+)\[/.exec(line)?.[1]
    if (id !== undefined) {
      expect(boxes.has(id)).toBe(false)
      boxes.add(id)
    } else for (const [used] of line.matchAll(/\bn\d+\b/g)) expect(boxes.has(used), line).toBe(true)
  }
  expect(depth).toBe(0)
}

const x = (branch: Loose): Loose => branch.next(() => 1, { out: 'x' })
const chain = untyped('c "d" end')
  .next(x(untyped('inner')), { out: 'in', name: 'in #1; `code` <b>', retry: 2, timeout: 1_500 })
  .parallel({ one: x, two: (branch: Loose) => branch }, { name: 'both', concurrency: 2 })
  .parallel([x, (branch: Loose) => branch], { name: 'list' })
  .map('rows', () => 1, { out: 'm', settle: true, fallback: 5, when: () => true, compensate: () => {} })
const { describe: described } = chain as unknown as { describe(): ChainDescription }

test('a definition is a flowchart', () => {
  const text = toMermaid(described.call(chain))
  check(text)
  expect(text).toMatchInlineSnapshot(`
    "flowchart TD
    n0["c #34;d#34; end"]
    subgraph n1["in #35;1#59; #96;code#96; #60;b#62;, chain, 2 retries, exponential, timeout 1.5 s"]
      n2["x"]
    end
    subgraph n3["both, parallel, 2 at once"]
      subgraph n4["one"]
        n5["x"]
      end
      n6["two"]
    end
    subgraph n7["list, parallel"]
      n9["x"]
      n10["nothing"]
    end
    n11["m<br/>map over rows, 16 at once<br/>when, fallback, compensate, settle"]
    n1 --> n3
    n3 --> n7
    n7 --> n11
    n0 --> n1
    "
  `)
})

test('a run is a flowchart with what became of each step', () => {
  const text = toMermaid(EVERYTHING)
  check(text)
  expect(text.match(/^class n/gm)).toHaveLength(21)
  expect(text).toContain('n8["b/p<br/>ok, 60 ms"]')
  expect(text).toContain('skipped"]')
  expect(text).toContain('20 items, 18 failed')
})

test('a parallel of nothing is a box', () => {
  const [step] = EVERYTHING.steps
  const text = toMermaid({ ...EVERYTHING, steps: [{ ...step, kind: 'parallel' } as never], compensations: [] })
  check(text)
  expect(text).toContain('n1["rows<br/>ok, 10 ms<br/>parallel"]')
})

test('a definition, or a run, of nothing is its name', () => {
  expect(toMermaid({ name: 'empty', steps: [] })).toBe('flowchart TD\nn0["empty"]\n')
  const text = toMermaid({ ...EVERYTHING, chain: 'empty', steps: [], compensations: [] })
  check(text)
  expect(text).toContain('n0["empty"]\n')
})
