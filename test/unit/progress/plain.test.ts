import { chain } from 'stepchain'
import { progress } from 'stepchain/progress'
import { expect, test } from 'vitest'
import { createProgress } from '../../../src/progress/create.ts'
import { FakeTerminal } from '../../support/fake-terminal.ts'
import { wait } from '../../support/steps.ts'
import { VirtualClock } from '../../support/virtual-clock.ts'
import { FakePlatform } from './fake-platform.ts'
import { setting } from './setting.ts'

const constant = { backoff: 'constant', jitter: 'none', initialDelay: 2_000 } as const

/** The lines without their times. */
function said(terminal: FakeTerminal): string[] {
  return terminal.lines.map((line) => line.replace(/^2026-\S+ /, ''))
}

test.each([
  { isTTY: false, env: {}, live: false },
  { isTTY: true, env: {}, live: true },
  { isTTY: true, env: { CI: 'true' }, live: false },
  { isTTY: true, env: { CI: 'false' }, live: true },
  { isTTY: true, env: { CI: '0' }, live: true },
  { isTTY: true, env: { CI: '' }, live: true },
  { isTTY: true, env: { TERM: 'dumb' }, live: false },
])('a terminal: $isTTY, with $env: in place: $live', async ({ isTTY, env, live }) => {
  const platform = new FakePlatform(env)
  platform.stderr.isTTY = isTTY
  const clock = new VirtualClock()
  await chain('job', { clock, logger: null }).run({}, { hooks: createProgress({ clock }, platform) })
  expect(platform.stderr.written.join('').includes('\u001b[?25l')).toBe(live)
})

test('a line for each thing that happens, with its time', async () => {
  const { terminal, clock, hooks } = setting({ interactive: false }, new FakeTerminal(200))
  let calls = 0
  const run = chain('job', { clock, logger: null })
    .next(
      () => {
        if (++calls === 1) throw new RangeError('hidden')
      },
      { name: 'load', retry: { retries: 2, ...constant } },
    )
    .tap(() => {}, { name: 'never', when: () => false })
    .next(
      (): number => {
        throw new Error('no')
      },
      { out: 'n', fallback: 1 },
    )
    .next(
      () => {
        throw new Error('bad\nluck')
      },
      { name: 'last' },
    )
    .safeRun({}, { hooks })
  await clock.advance(2_000)
  expect((await run).ok).toBe(false)
  expect(terminal.lines[0]).toBe('2026-01-01T00:00:01.000Z job started')
  expect(said(terminal)).toEqual([
    'job started',
    'job load: started',
    'job load: attempt 1 of 3 failed (RangeError), the next in 2.0 s',
    'job load: ok in 2.0 s on attempt 2 of 3',
    'job never: skipped',
    'job n: started',
    "job n: fallback in 0 ms: Step 'n' failed on attempt 1 of 1: no",
    'job last: started',
    "job last: failed in 0 ms: Step 'last' failed on attempt 1 of 1: bad\\u000aluck",
    "job failed in 2.0 s: Step 'last' failed on attempt 1 of 1: bad\\u000aluck",
  ])
  expect(clock.pending).toBe(0)
})

test('of a loop: how far it is, every ten seconds, and the first items that fail', async () => {
  const { terminal, clock, hooks } = setting({ interactive: false }, new FakeTerminal(200))
  const run = chain<{ items: number[] }>('job', { clock, logger: null })
    .each(
      'items',
      async (item) => {
        await wait(clock, 100)
        if (item % 10 === 0) throw new Error('no')
      },
      { name: 'send', concurrency: 1, tolerate: Infinity },
    )
    .run({ items: Array.from({ length: 250 }, (_, index) => index) }, { hooks })
  await clock.advance(30_000)
  await run
  const lines = said(terminal)
  expect(lines.filter((line) => line.startsWith('job send:'))).toEqual([
    'job send: started',
    'job send: 100 of 250 (40 %), 10/s, ETA 15 s',
    'job send: 200 of 250 (80 %), 10/s, ETA 5 s',
    'job send: ok in 25.0 s (250 done, 25 failed)',
  ])
  const failed = lines.filter((line) => /^job send\/\d+:/.test(line))
  expect(failed).toHaveLength(16)
  expect(failed[0]).toBe("job send/0: failed in 100 ms: Step 'send > 0' failed on attempt 1 of 1: no")
})

test('of progress without a total', async () => {
  const { terminal, clock, hooks } = setting({ interactive: false }, new FakeTerminal(200))
  const run = chain('job', { clock, logger: null })
    .next(
      async (_context, step) => {
        await wait(clock, 11_000)
        step.progress(0, 3)
        await wait(clock, 10_000)
        step.progress(7)
        await wait(clock, 1_000)
      },
      { name: 'copy' },
    )
    .run({}, { hooks })
  await clock.advance(30_000)
  await run
  expect(said(terminal)).toContain('job copy: 0 of 3 (0 %)')
  expect(said(terminal)).toContain('job copy: 7, 42/min')
  expect(said(terminal)).toContain('job copy: ok in 22.0 s (7 done)')
})

test('of a run that says nothing: what it is at', async () => {
  const { terminal, clock, hooks } = setting({ interactive: false }, new FakeTerminal(200))
  const inner = chain('inner').next(() => wait(clock, 35_000), { name: 'deep' })
  const run = chain('job', { clock, logger: null })
    .tap(() => {}, { name: 'first' })
    .parallel([(c) => c.next(inner, { name: 'nested' }), (c) => c.next(() => wait(clock, 12_000), { name: 'other' })])
    .run({}, { hooks })
  await clock.advance(40_000)
  await run
  expect(said(terminal).filter((line) => line.includes('still'))).toEqual([
    'job parallel-2/nested/deep and 1 more: still running after 10.0 s',
    'job parallel-2/nested/deep: still running after 30.0 s',
  ])
  expect(clock.pending).toBe(0)
})

test('several runs of one name have their ids', async () => {
  const { terminal, clock, hooks } = setting({ interactive: false }, new FakeTerminal(200))
  const job = chain<{ ms: number }>('job', { clock, logger: null }).tap(({ ms }) => wait(clock, ms), { name: 'a' })
  const runs = [job.run({ ms: 1 }, { hooks, runId: 'first' }), job.run({ ms: 20_000 }, { hooks, runId: 'second' })]
  await clock.advance(20_000)
  await Promise.all(runs)
  expect(said(terminal)).toEqual([
    'job started',
    'job a: started',
    'job second started',
    'job second a: started',
    'job first a: ok in 1 ms',
    'job first ok in 1 ms',
    'job a: still running after 10.0 s',
    'job a: ok in 20.0 s',
    'job ok in 20.0 s',
  ])
})

test('a stream that throws is given nothing more by itself, and the run goes on', async () => {
  const { terminal, clock, hooks } = setting({ interactive: false })
  const run = chain('job', { clock, logger: null })
    .next(() => wait(clock, 30_000, 1), { out: 'n' })
    .run({}, { hooks })
  await clock.advance(5_000)
  terminal.broken = true
  await clock.advance(30_000)
  expect(await run).toEqual({ n: 1 })
  expect(clock.pending).toBe(0)
})

test('the usual hooks write on standard error, and leave nothing behind', async () => {
  const { write } = process.stderr
  const lines: string[] = []
  process.stderr.write = (text: unknown) => lines.push(String(text)) > 0
  try {
    await chain('job', { logger: null })
      .next(async () => 1, { out: 'n' })
      .run({}, { hooks: progress({ interactive: false }) })
    await chain('job', { logger: null })
      .next(async () => 1, { out: 'n' })
      .run({}, { hooks: progress({ interactive: true, unicode: true }) })
  } finally {
    process.stderr.write = write
  }
  const all = lines.join('')
  expect(all).toMatch(/^\d{4}-\d\d-\d\dT\S+Z job started\n/)
  expect(all).toContain('✔ job')
  expect(all.endsWith('\u001b[?25h')).toBe(true)
})
