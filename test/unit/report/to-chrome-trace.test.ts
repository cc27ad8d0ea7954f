import type { Report } from 'stepchain'
import { toChromeTrace } from 'stepchain/report'
import { expect, test } from 'vitest'
import { EVERYTHING, reported } from '../../support/reports.ts'
import { wait } from '../../support/steps.ts'
import { checkTrace } from '../../support/traces.ts'
import type { Loose } from '../../support/untyped.ts'

test('a trace has every step in a lane of what runs one after the other', () => {
  const events = checkTrace(toChromeTrace(EVERYTHING))
  expect(events).toHaveLength(22)
  const lanes = Object.fromEntries(
    events.map(({ tid, args }) => [typeof args['path'] === 'string' ? args['path'] : '', tid]),
  )
  expect(lanes).toMatchObject({ '': 1, rows: 1, 'in/y': 1, 'both/a/p': 1, 'both/a/q': 1, 'both/b/p': 2, 'list/l': 1 })
  expect(lanes).toMatchObject({ 'list/m': 2, 'list/n': 1 })
  expect(events.find(({ name }) => name === 'y')).toMatchObject({ ts: 20_000, dur: 10_250, cat: 'step' })
  expect(events.find(({ name }) => name === 'enrich')?.args).toMatchObject({ items: { count: 20 } })
  expect(events[0]).toMatchObject({
    name: EVERYTHING.chain,
    args: { runId: 'run-1', status: 'failed', error: { code: 'SC_STEP' } },
  })
})

test('groups inside of groups have lanes of their own, which are used again', async () => {
  const { report } = await reported((chain, clock) => {
    const leaf = (out: string) => (branch: Loose) => branch.next(() => wait(clock, 5), { out, args: [] })
    const twice = (name: string) => (branch: Loose) => branch.parallel([leaf(`${name}1`), leaf(`${name}2`)], { name })
    return chain
      .parallel([twice('a'), twice('b')], { name: 'first' })
      .parallel([leaf('x'), leaf('y')], { name: 'second' })
  })
  const events = checkTrace(toChromeTrace(report))
  const atOnce = events.filter(({ args }) => /^first\/[ab]\/[ab][12]$/.test(String(args['path'])))
  expect(new Set(atOnce.map(({ tid }) => tid)).size).toBe(4)
  expect(events.find(({ name }) => name === 'y')?.tid).toBe(2)
})

test('a parallel of nothing is an event', () => {
  const [step] = EVERYTHING.steps
  const trace = toChromeTrace({ ...EVERYTHING, steps: [{ ...step, kind: 'parallel' } as never], compensations: [] })
  expect(checkTrace(trace)).toHaveLength(2)
})

test('what was still going on when the run was over, or ran beside, is told as far as a lane can', () => {
  const [step] = EVERYTHING.steps
  if (step === undefined) throw new Error('no step')
  const { error: _, ...ok } = EVERYTHING
  const late: Report = {
    ...ok,
    status: 'ok',
    duration: 5,
    compensations: [],
    steps: [
      { ...step, start: 0, duration: 9 },
      { ...step, start: 3, duration: 1 },
    ],
  }
  const events = checkTrace(toChromeTrace(late))
  expect(events.map(({ ts, dur }) => [ts, dur])).toEqual([
    [0, 9_000],
    [0, 9_000],
    [9_000, 0],
  ])
  expect(events[0]?.args).toEqual({ runId: 'run-1', status: 'ok' })
})
