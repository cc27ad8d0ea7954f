import { chain } from 'stepchain'
import { describe, expect, test } from 'vitest'
import { FakeTerminal } from '../../support/fake-terminal.ts'
import { wait } from '../../support/steps.ts'
import { FakePlatform } from './fake-platform.ts'
import { type Setting, setting } from './setting.ts'

/** Starts a run of one step that takes `ms`. */
function start({ clock, hooks }: Setting, ms: number, name = 'a'): Promise<unknown> {
  return chain('job', { clock, logger: null })
    .next(() => wait(clock, ms), { name })
    .safeRun({}, { hooks })
}

describe('what others write', () => {
  test('goes above the frame, line by line', async () => {
    const given = setting()
    const { terminal, clock } = given
    const { write } = terminal
    const run = start(given, 2_000)
    await clock.advance(500)
    terminal.write('one\n')
    await clock.advance(10)
    terminal.write('two\nthree\n')
    await clock.advance(200)
    expect(terminal.lines).toEqual(['one', 'two', 'three', '* job 0.7 s', '  * a 0.7 s'])
    await clock.advance(2_000)
    await run
    expect(terminal.lines).toEqual(['one', 'two', 'three', '✔ job 2.0 s', '  ✔ a 2.0 s'])
    expect(terminal.write).toBe(write)
  })

  test('may be half a line, bytes, or nothing', async () => {
    const given = setting()
    const { terminal, clock } = given
    const run = start(given, 2_000)
    await clock.advance(500)
    terminal.write('half')
    terminal.write('')
    terminal.write(' a line')
    await clock.advance(500)
    expect(terminal.lines.slice(0, 2)).toEqual(['half', ' a line'])
    terminal.write('')
    await clock.advance(100)
    terminal.write(new TextEncoder().encode('bytes\n'))
    await clock.advance(100)
    expect(terminal.lines).toEqual(['half', ' a line', 'bytes', '* job 1.1 s', '  * a 1.1 s'])
    await clock.advance(2_000)
    await run
  })

  test('is written where the frame cannot be taken away', async () => {
    const given = setting()
    const { terminal, clock, platform } = given
    platform.stdout.isTTY = true
    const run = start(given, 2_000)
    await clock.advance(500)
    terminal.broken = true
    platform.stdout.write('one\n')
    expect(platform.stdout.lines).toEqual(['one'])
    expect(platform.eventNames()).toEqual([])
    await clock.advance(2_000)
    await run
  })

  test('is seen on the other streams of the terminal, too, but not on a pipe', async () => {
    const given = setting()
    const { terminal, clock, platform } = given
    platform.stdout.isTTY = true
    const piped = new FakePlatform().stdout
    const run = start(given, 2_000)
    await clock.advance(500)
    platform.stdout.write('from standard output\n')
    expect(platform.stdout.lines).toEqual(['from standard output'])
    // It is the same screen, so the frame has made room.
    expect(terminal.lines.at(0)).toBe('* job 0.5 s')
    expect(terminal.written.filter((text) => text.endsWith('\u001b[2A')).length).toBe(1)
    expect(Object.hasOwn(piped, 'write')).toBe(false)
    await clock.advance(2_000)
    await run
    expect(Object.hasOwn(platform.stdout, 'write')).toBe(false)
    expect(Object.hasOwn(terminal, 'write')).toBe(false)
  })

  test('goes on to the stream where somebody else has put something around it', async () => {
    const given = setting()
    const { terminal, clock } = given
    const run = start(given, 1_000)
    await clock.advance(500)
    const ours = terminal.write
    terminal.write = (chunk) => ours.call(terminal, String(chunk).toUpperCase())
    await clock.advance(1_000)
    await run
    terminal.write('later\n')
    expect(terminal.lines.at(-1)).toBe('LATER')
    expect(clock.pending).toBe(0)
  })
})

describe('the cursor comes back', () => {
  test('when the process exits', async () => {
    const given = setting()
    const { terminal, platform, clock } = given
    const run = start(given, 1_000)
    await clock.advance(100)
    expect(terminal.cursor).toBe(false)
    platform.emit('exit')
    expect(terminal.cursor).toBe(true)
    expect(terminal.lines.at(-1)).toBe('  * a 0.1 s')
    expect(platform.eventNames()).toEqual([])
    await clock.advance(1_000)
    await run
  })

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'])(
    'at %s, which then ends the process as it would without us',
    async (signal) => {
      const given = setting()
      const { terminal, platform, clock } = given
      const run = start(given, 1_000)
      await clock.advance(100)
      platform.emit(signal)
      expect(terminal.cursor).toBe(true)
      expect(platform.killed).toEqual([`42 ${signal}`])
      expect(platform.eventNames()).toEqual([])
      await clock.advance(1_000)
      await run
    },
  )

  test('a signal that somebody else listens to is left to them', async () => {
    const given = setting()
    const { terminal, platform, clock } = given
    platform.on('SIGINT', () => {})
    const run = start(given, 1_000)
    await clock.advance(100)
    platform.emit('SIGINT')
    expect(terminal.cursor).toBe(false)
    expect(platform.killed).toEqual([])
    await clock.advance(1_000)
    await run
    expect(terminal.cursor).toBe(true)
    expect(platform.listenerCount('SIGINT')).toBe(1)
    expect(terminal.listeners.size).toBe(0)
  })
})

describe('what could steer a terminal', () => {
  test('is escaped, in lines and in messages', async () => {
    const given = setting({}, new FakeTerminal(200))
    const { terminal, clock, hooks } = given
    const run = chain('job', { clock, logger: null })
      .next(
        () => {
          throw new Error('\u001b[31mred\u001b[0m\nnext\r\u009b2J \u202egnp \u2028 \ud800')
        },
        { name: 'a' },
      )
      .safeRun({}, { hooks })
    await run
    expect(terminal.lines[2]).toContain(
      '\\u001b[31mred\\u001b[0m\\u000anext\\u000d\\u009b2J \\u202egnp \\u2028 \\ud800',
    )
    expect(terminal.lines).toHaveLength(3)
  })

  test('numbers of a step may be anything', async () => {
    const given = setting()
    const { terminal, clock, hooks } = given
    const run = chain('job', { clock, logger: null })
      .next(
        async (_context, step) => {
          const progress = step.progress.bind(step) as unknown as (done: unknown, total?: unknown) => void
          progress('\u001b[2J', '\u001b[2J')
          await wait(clock, 600)
          progress(Number.NaN, -1)
          progress(10, 5)
          await wait(clock, 600)
          progress(2, 5)
          await wait(clock, 600)
        },
        { name: 'a' },
      )
      .run({}, { hooks })
    await clock.advance(300)
    expect(terminal.lines[1]).toBe('  * a 0')
    await clock.advance(600)
    expect(terminal.lines[1]).toContain('━━━ 10 of 5, ')
    await clock.advance(600)
    expect(terminal.lines[1]).toMatch(/─ 2 of 5$/)
    await clock.advance(600)
    await run
  })
})
