import { toHtml } from 'stepchain/report'
import { expect, test } from 'vitest'
import { EVERYTHING, reported } from '../../support/reports.ts'
import { flaky } from '../../support/steps.ts'

// What a browser shows is looked at in test/runtimes/report.ts, where there is one; here it is the file.
const html = toHtml(EVERYTHING)

test('the page needs nothing but itself, and runs nothing', () => {
  expect(html).toContain(`content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"`)
  expect(html).not.toMatch(/<(script|iframe|object|embed|form|base|img)\b/i)
  expect(html).not.toMatch(/\son\w+=|@import|url\(|https?:|javascript:/i)
  for (const [, target] of html.matchAll(/\s(?:href|src)="([^"]*)"/g)) expect(target).toBe('data:,')
  expect(html).toContain('prefers-color-scheme: dark')
})

test('every element is closed', () => {
  const open: string[] = []
  for (const [, close, tag = '', end] of html.matchAll(/<(\/?)([a-z]\w*)(?:\s[^<>]*?)?(\/?)>/g)) {
    if (close === '/') expect(open.pop()).toBe(tag)
    else if (end === '' && !['meta', 'link'].includes(tag)) open.push(tag)
  }
  expect(open).toEqual([])
})

test('every step is in the drawing and in the table, with what is to be known of it', () => {
  expect(html.match(/<g class="row">/g)).toHaveLength(21)
  expect(html.match(/<tr><td>/g)).toHaveLength(21)
  for (const path of ['rows', 'in/x', 'both/a/p', 'list/l', 'enrich', 'retried', 's', 'both/b/p.compensate'])
    expect(html).toContain(`<td>${path}</td>`)
  expect(html).toContain('<title>both/b/p: ok\nfrom 31 ms on, for 60 ms</title>')
  expect(html).toContain('20 items, 18 failed')
  expect(html).toContain('and 17 more that failed')
  expect(html.match(/<rect class="waiting"/g)).toHaveLength(1)
})

test('text is text', () => {
  expect(html).toContain('<h1>orders &lt;b&gt;&quot;&amp;&#39; ')
  expect(html).toContain('Step &#39;z&#39; failed:\ufffd[31m\n&lt;script&gt;')
})

test('bars are inside of the drawing, whatever the times', () => {
  const odd = [0, 1e-9, 1, 1e9].flatMap((start) => [0, 5, 1e9].map((duration) => ({ start, duration })))
  const [step] = EVERYTHING.steps
  if (step === undefined) throw new Error('no step')
  const { error: _, ...report } = EVERYTHING
  for (const duration of [0, 1e-7, 3, 1e9]) {
    const page = toHtml({ ...report, duration, steps: odd.map((times) => ({ ...step, ...times })) })
    expect(page).not.toMatch(/NaN|Infinity/)
    for (const [, x = '', width = ''] of page.matchAll(/<rect class="ok" x="([^"]+)" y="[^"]+" width="([^"]+)"/g)) {
      expect(Number(x)).toBeGreaterThanOrEqual(320)
      expect(Number(x) + Number(width)).toBeLessThanOrEqual(910.2)
    }
  }
  expect(toHtml({ ...report, duration: 0, steps: [], compensations: [] })).not.toMatch(/class="(grid|row)"/)
  expect(toHtml({ ...report, error: { name: 'Error', message: 'no' } })).toContain('<p class="error">Error: no</p>')
})

test('a page is small, and a name that is long is cut', () => {
  const name = 'n'.repeat(128)
  const page = toHtml({ ...EVERYTHING, steps: [{ ...EVERYTHING.steps[0], path: name, name } as never] })
  expect(page).toMatch(/>n{20,60}…<\/text>/)
  expect(html.length).toBeLessThan(25_000)
})

test('no secret is in it', async () => {
  const redact = (text: string): string => text.replaceAll('hunter2', '***')
  const { report } = await reported(
    (chain) => chain.next(flaky(9, 1, new Error('hunter2')), { out: 'a', args: [], retry: 1 }),
    { redact },
  )
  expect(toHtml(report)).toContain('***')
  expect(toHtml(report)).not.toContain('hunter2')
})
