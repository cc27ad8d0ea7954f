import { chain } from 'stepchain'
import { describe, expect, test } from 'vitest'
import { createProgress } from '../../../src/progress/create.ts'
import { viewOf } from '../../../src/progress/platform.ts'
import { Screen } from '../../../src/progress/screen.ts'
import { wait } from '../../support/steps.ts'
import { setting } from './setting.ts'

describe('several runs', () => {
  test('share a stream; those of one name have their ids', async () => {
    const { terminal, clock, hooks, platform } = setting()
    const others = createProgress({ stream: terminal, clock, color: false }, platform)
    const job = chain<{ ms: number }>('job', { clock, logger: null }).next(({ ms }) => wait(clock, ms), { name: 'a' })
    const runs = [
      job.run({ ms: 1_000 }, { hooks, runId: 'first' }),
      job.run({ ms: 2_000 }, { hooks: others, runId: 'second' }),
      chain('other', { clock, logger: null })
        .next(() => wait(clock, 3_000), { name: 'b' })
        .run({}, { hooks }),
    ]
    await clock.advance(500)
    expect(terminal.lines).toEqual([
      '* job first 0.5 s',
      '  * a 0.5 s',
      '* job second 0.5 s',
      '  * a 0.5 s',
      '* other 0.5 s',
      '  * b 0.5 s',
    ])
    await clock.advance(1_000)
    expect(terminal.lines[0]).toBe('✔ job first 1.0 s')
    expect(terminal.lines[2]).toBe('* job 1.5 s')
    await clock.advance(2_000)
    await Promise.all(runs)
    expect(terminal.lines).toEqual([
      '✔ job first 1.0 s',
      '  ✔ a 1.0 s',
      '✔ job 2.0 s',
      '  ✔ a 2.0 s',
      '✔ other 3.0 s',
      '  ✔ b 3.0 s',
    ])
    expect(platform.eventNames()).toEqual([])
  })

  test.each([true, false])('with two sets of hooks on one run it is shown once; in place: %s', async (interactive) => {
    const { terminal, clock, hooks, platform } = setting({ interactive })
    const others = createProgress({ stream: terminal, clock, color: false, interactive }, platform)
    const job = chain('job', { clock, logger: null })
      .with(others)
      .next(() => 1, { out: 'a' })
    await job.run({}, { hooks })
    expect(terminal.lines).toHaveLength(interactive ? 2 : 4)
    await job.run({}, { hooks })
    expect(terminal.lines).toHaveLength(interactive ? 4 : 8)
  })

  test('may have one id, of several chains', async () => {
    const { terminal, clock, hooks } = setting()
    const runs = ['one', 'two'].map((name) =>
      chain(name, { clock, logger: null })
        .next(() => wait(clock, 100), { name: 'a' })
        .run({}, { hooks, runId: 'same' }),
    )
    await clock.advance(200)
    await Promise.all(runs)
    expect(terminal.lines).toEqual(['✔ one 100 ms', '  ✔ a 100 ms', '✔ two 100 ms', '  ✔ a 100 ms'])
  })
})

describe('frames', () => {
  test('are at most twenty a second, however much happens', async () => {
    const { terminal, clock, hooks } = setting()
    const run = chain<{ items: number[] }>('job', { clock, logger: null })
      .map('items', () => wait(clock, 1), { out: 'done', concurrency: 1 })
      .run({ items: Array.from({ length: 1_000 }, () => 0) }, { hooks })
    await clock.advance(1_000)
    const frames = terminal.written.length
    expect(frames).toBeGreaterThanOrEqual(15)
    expect(frames).toBeLessThanOrEqual(24)
    await clock.advance(1_000)
    await run
  })

  test('are left out while the stream takes no more', async () => {
    const { terminal, clock, hooks } = setting()
    const run = chain('job', { clock, logger: null })
      .next(() => wait(clock, 2_000), { name: 'a' })
      .run({}, { hooks })
    await clock.advance(500)
    terminal.writableNeedDrain = true
    const before = terminal.written.length
    await clock.advance(1_000)
    expect(terminal.written).toHaveLength(before)
    terminal.writableNeedDrain = false
    await clock.advance(2_000)
    await run
    expect(terminal.lines).toEqual(['✔ job 2.0 s', '  ✔ a 2.0 s'])
  })

  test('that would be the same are not written again', () => {
    const { terminal, platform } = setting()
    const screen = new Screen(viewOf({ stream: terminal }, platform), () => {})
    screen.draw(['a', 'b'])
    const before = terminal.written.length
    screen.draw(['a', 'b'])
    expect(terminal.written).toHaveLength(before)
    screen.draw(['a', 'c'])
    screen.end()
    expect(terminal.lines).toEqual(['a', 'c'])
  })

  test('end where the stream throws in a hook, which is told once', async () => {
    const { terminal, clock, hooks, platform } = setting()
    const told: unknown[] = []
    terminal.broken = true
    await chain('job', { clock, logger: null })
      .next(() => 1, { out: 'a' })
      .next(() => 1, { out: 'b' })
      .with({ onHookError: ({ source, error }) => told.push([source, String(error)]) })
      .run({}, { hooks })
    expect(told).toEqual([['onRunStart', 'Error: gone']])
    expect(platform.eventNames()).toEqual([])
    expect(clock.pending).toBe(0)
  })

  test('end quietly where the stream throws, and the run goes on', async () => {
    const { terminal, clock, hooks, platform } = setting()
    const run = chain('job', { clock, logger: null })
      .next(() => wait(clock, 2_000, 'done'), { out: 'a' })
      .run({}, { hooks })
    await clock.advance(500)
    terminal.broken = true
    await clock.advance(2_000)
    expect(await run).toEqual({ a: 'done' })
    expect(platform.eventNames()).toEqual([])
    expect(clock.pending).toBe(0)
  })
})
