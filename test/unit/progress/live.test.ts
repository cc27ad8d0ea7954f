import { chain } from 'stepchain'
import { expect, test } from 'vitest'
import { wait } from '../../support/steps.ts'
import { setting } from './setting.ts'

const exponential = { backoff: 'constant', jitter: 'none', initialDelay: 2_000 } as const

test('shows a step while it runs, and its time when it is done', async () => {
  const { terminal, clock, hooks } = setting()
  const run = chain('job', { clock, logger: null })
    .next(() => wait(clock, 300), { name: 'read' })
    .next(() => wait(clock, 1_500), { name: 'write' })
    .run({}, { hooks })
  await clock.advance(250)
  expect(terminal.lines).toEqual(['* job 0.3 s', '  * read 0.3 s'])
  expect(terminal.cursor).toBe(false)

  await clock.advance(1_050)
  expect(terminal.lines).toEqual(['* job 1.3 s', '  ✔ read 300 ms', '  * write 0.9 s'])

  await clock.advance(1_000)
  await run
  expect(terminal.lines).toEqual(['✔ job 1.8 s', '  ✔ read 300 ms', '  ✔ write 1.5 s'])
  expect(terminal.cursor).toBe(true)
  expect(clock.pending).toBe(0)
})

test('counts down to the next attempt, and says which it is', async () => {
  const { terminal, clock, hooks } = setting()
  let calls = 0
  const run = chain('job', { clock, logger: null })
    .next(
      async () => {
        if (++calls === 1) throw Object.assign(new TypeError('with a password in it'), { code: 'ECONNRESET' })
        await wait(clock, 1_000)
      },
      { name: 'fetch', retry: { retries: 3, ...exponential } },
    )
    .run({}, { hooks })
  await clock.advance(750)
  expect(terminal.lines[1]).toBe('  ↻ fetch attempt 2 of 4 in 1.3 s (TypeError ECONNRESET)')
  await clock.advance(1_700)
  expect(terminal.lines[1]).toMatch(/^ {2}\* fetch attempt 2 of 4 2\.5 s$/)
  await clock.advance(700)
  await run
  expect(terminal.lines[1]).toBe('  ✔ fetch attempt 2 of 4 3.0 s')
  expect(terminal.written.join('')).not.toContain('password')
})

test('has a bar, a rate and the time that is left for a map', async () => {
  const { terminal, clock, hooks } = setting()
  const items = Array.from({ length: 40 }, (_, index) => index)
  const run = chain<{ items: number[] }>('job', { clock, logger: null })
    .map('items', () => wait(clock, 200), { out: 'done', concurrency: 2 })
    .run({ items }, { hooks })
  await clock.advance(1_050)
  expect(terminal.lines[1]).toBe(`  * done ${'━'.repeat(8)}${'─'.repeat(22)} 10 of 40, 9.5/s, ETA 4 s`)
  await clock.advance(3_000)
  await run
  expect(terminal.lines).toEqual(['✔ job 4.0 s', '  ✔ done 40 of 40 4.0 s'])
})

test('shows what a step says of its progress, with or without a total', async () => {
  const { terminal, clock, hooks } = setting()
  const run = chain('job', { clock, logger: null })
    .next(
      async (_context, step) => {
        step.progress(1_234)
        await wait(clock, 1_000)
        step.progress(3, 4)
        await wait(clock, 1_000)
        step.progress(2_000)
        await wait(clock, 1_000)
      },
      { name: 'copy' },
    )
    .run({}, { hooks })
  await clock.advance(400)
  expect(terminal.lines[1]).toBe('  * copy 1,234')
  await clock.advance(1_000)
  expect(terminal.lines[1]).toContain('3 of 4')
  await clock.advance(1_000)
  expect(terminal.lines[1]).toContain('2,000')
  await clock.advance(1_000)
  await run
  expect(terminal.lines[1]).toBe('  ✔ copy 2,000 3.0 s')
})

test('shows items only when they wait or are slow, and at most four', async () => {
  const { terminal, clock, hooks } = setting()
  const run = chain<{ items: number[] }>('job', { clock, logger: null })
    .map(
      'items',
      async (item, _index, step) => {
        if (item === 0 && step.attempt === 1) throw new Error('once')
        await wait(clock, item === 1 ? 100 : 3_000)
      },
      { out: 'done', retry: { retries: 1, ...exponential } },
    )
    .run({ items: [0, 1, 2, 3, 4, 5, 6] }, { hooks })
  await clock.advance(550)
  expect(terminal.lines.slice(2)).toEqual(['    ↻ 0 attempt 2 of 2 in 1.4 s (Error)'])
  await clock.advance(1_000)
  expect(terminal.lines.slice(2).map((line) => line.trim().slice(2, 3))).toEqual(['0', '2', '3', '4', 'd'])
  expect(terminal.lines.at(-1)).toBe('    and 2 more')
  await clock.advance(9_000)
  await run
  expect(terminal.lines).toHaveLength(2)
})

test('shows branches, nested chains, what was skipped and what fell back', async () => {
  const { terminal, clock, hooks } = setting()
  const inner = chain('inner').next(() => wait(clock, 100), { name: 'deep' })
  const run = chain('job', { clock, logger: null })
    .parallel({
      left: (c) => c.next(() => wait(clock, 500), { name: 'one' }),
      right: (c) => c.next(() => wait(clock, 1_000), { name: 'two' }),
    })
    .next(inner, { name: 'nested' })
    .tap(() => {}, { name: 'never', when: () => false })
    .next(
      (): number => {
        throw new Error('no')
      },
      { out: 'n', fallback: 1 },
    )
    .safeRun({}, { hooks })
  await clock.advance(700)
  expect(terminal.lines).toEqual([
    '* job 0.7 s',
    '  * parallel-1 0.7 s',
    '    ✔ left/one 500 ms',
    '    * right/two 0.7 s',
  ])
  await clock.advance(1_000)
  expect((await run).ok).toBe(true)
  expect(terminal.lines.slice(3)).toEqual([
    '    ✔ right/two 1.0 s',
    '  ✔ nested 100 ms',
    '    ✔ deep 100 ms',
    '  ↓ never skipped',
    '  ✔ n fallback 0 ms',
  ])
})

test('says once why a run failed, and what was undone', async () => {
  const { terminal, clock, hooks } = setting()
  const inner = chain('inner').next(
    () => {
      throw new Error('disk full')
    },
    { name: 'save' },
  )
  const result = await chain('job', { clock, logger: null })
    .next(() => 1, { out: 'n', compensate: () => {} })
    .next(inner, { name: 'nested' })
    .safeRun({}, { hooks })
  expect(result.ok).toBe(false)
  expect(terminal.lines).toEqual([
    '✖ job failed 0 ms',
    '  ✔ n 0 ms',
    '  ✖ nested failed 0 ms',
    '    ✖ save failed 0 ms',
    "      Step 'nested > save' failed on attempt 1 of 1: disk full",
    '  ✔ n.compensate 0 ms',
  ])
})

test('shows what a cancelled run was at', async () => {
  const { terminal, clock, hooks } = setting()
  const controller = new AbortController()
  const run = chain('job', { clock, logger: null })
    .parallel([(c) => c.next(() => wait(clock, 9_000), { name: 'one' })])
    .safeRun({}, { hooks, signal: controller.signal })
  await clock.advance(1_000)
  controller.abort()
  await clock.advance(1_000)
  await run
  expect(terminal.lines[0]).toMatch(/^■ job cancelled/)
  expect(terminal.lines[2]).toMatch(/^ {4}■ one cancelled/)
  expect(terminal.cursor).toBe(true)
  await clock.advance(9_000)
})

test('counts the items that failed', async () => {
  const { terminal, clock, hooks } = setting()
  const run = chain<{ items: number[] }>('job', { clock, logger: null })
    .each(
      'items',
      async (item) => {
        await wait(clock, 1_000)
        if (item < 2) throw new Error('no')
      },
      { tolerate: Infinity, concurrency: 3 },
    )
    .run({ items: [0, 1, 2, 3] }, { hooks })
  await clock.advance(1_500)
  expect(terminal.lines[1]).toContain('3 of 4, 2.1/s, ETA 1 s 2 failed')
  await clock.advance(1_000)
  await run
  expect(terminal.lines[1]).toBe('  ✔ each-1 4 of 4 2 failed 2.0 s')
})

test('shows a run that could not begin', async () => {
  const { terminal, hooks, clock } = setting()
  await chain('job', { clock, logger: null }).safeRun({ then: 1 }, { hooks })
  expect(terminal.lines[0]).toBe('✖ job failed 0 ms')
  expect(terminal.lines[1]).toContain('a key of the input is "then"')
})

test('shows a synchronous run, too', () => {
  const { terminal, clock, hooks } = setting()
  chain('job', { clock, logger: null })
    .next(() => clock.block(500), { name: 'a' })
    .next(() => expect(terminal.lines).toEqual(['* job 0.5 s', '  ✔ a 500 ms']), { name: 'b' })
    .runSync({}, { hooks })
  expect(terminal.lines).toEqual(['✔ job 500 ms', '  ✔ a 500 ms', '  ✔ b 0 ms'])
})
