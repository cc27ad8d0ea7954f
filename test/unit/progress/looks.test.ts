import { chain } from 'stepchain'
import { describe, expect, test } from 'vitest'
import { createProgress } from '../../../src/progress/create.ts'
import { fit, folded, span, widthOf } from '../../../src/progress/text.ts'
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

describe('the size', () => {
  test('lines that are too long are cut, never broken', async () => {
    const given = setting({}, new FakeTerminal(24))
    const { terminal, clock } = given
    const run = start(given, 1_000, 'a step with a name that is long')
    await clock.advance(550)
    expect(terminal.lines).toEqual(['* job 0.6 s', '  * a step with a name …'])
    await clock.advance(1_000)
    await run
    expect(terminal.lines).toEqual(['✔ job 1.0 s', '  ✔ a step with a name …'])
  })

  test.each([
    ['日本語', 6, '日本語'],
    ['日本語', 5, '日本…'],
    ['日本語', 4, '日…'],
    ['👍👍', 3, '👍…'],
    ['e\u0301e\u0301', 2, 'e\u0301e\u0301'],
    ['abc', 1, '…'],
    ['abc', 0, ''],
    ['가나', 4, '가나'],
  ])('%s in %d columns is %s', (text, width, fitted) => {
    expect(fit([span(text)], { width, color: false, unicode: true })).toBe(fitted)
    expect(widthOf(fitted)).toBeLessThanOrEqual(width)
  })

  test.each([
    ['one two three', 8, ['one two', 'three']],
    ['one two three', 7, ['one two', 'three']],
    ['onetwothree', 5, ['onetw', 'othre', 'e']],
    ['日本語', 4, ['日本', '語']],
    ['日本', 0, ['日', '本']],
    ['ab cdefgh', 5, ['ab', 'cdefg', 'h']],
    ['short', 80, ['short']],
    ['', 80, []],
  ])('%s, folded to %d columns', (text, width, lines) => {
    expect(folded(text, width)).toEqual(lines)
  })

  test('why a run failed is cut while others go on, and whole when it stays', async () => {
    const given = setting({}, new FakeTerminal(30))
    const { terminal, clock, hooks } = given
    const run = chain('job', { clock, logger: null })
      .parallel(
        {
          left: (c) =>
            c.next(
              () => {
                throw new Error('the disk has no room left')
              },
              { name: 'save' },
            ),
          right: (c) => c.next(() => wait(clock, 500), { name: 'other' }),
        },
        { settle: true },
      )
      .run({}, { hooks })
    await clock.advance(300)
    expect(terminal.lines.slice(2)).toEqual([
      '    ✖ left/save failed 0 ms',
      "      Step 'parallel-1 > left…",
      '    * right/other 0.3 s',
    ])
    await clock.advance(1_000)
    await run
    expect(terminal.lines.slice(2)).toEqual([
      '    ✖ left/save failed 0 ms',
      "      Step 'parallel-1 > left",
      "      > save' failed on",
      '      attempt 1 of 1: the disk',
      '      has no room left',
      '    ✔ right/other 500 ms',
    ])
  })

  test('a terminal that becomes narrower breaks the frame, and it is taken away all the same', async () => {
    const given = setting({}, new FakeTerminal(60))
    const { terminal, clock } = given
    const run = start(given, 3_000, 'a step with a name that is long')
    await clock.advance(1_000)
    terminal.resize(16)
    await clock.advance(1_000)
    expect(terminal.lines).toEqual(['* job 2.0 s', '  * a step with…'])
    terminal.resize(60)
    await clock.advance(2_000)
    await run
    expect(terminal.lines).toEqual(['✔ job 3.0 s', '  ✔ a step with a name that is long 3.0 s'])
  })

  test('of more lines than there is room for, those that matter most are shown', async () => {
    const given = setting({}, new FakeTerminal(60, 8))
    const { terminal, clock, hooks } = given
    let job = chain('job', { clock, logger: null }) as unknown as {
      next(fn: unknown, options: object): typeof job
      run(input: object, options: object): Promise<unknown>
    }
    for (let step = 1; step <= 9; step++) job = job.next(() => {}, { name: `done ${step}` })
    const inner = chain('inner').next(() => wait(clock, 1_000), { name: 'deep' })
    const run = job.next(inner, { name: 'nested' }).run({}, { hooks })
    await clock.advance(300)
    expect(terminal.lines).toEqual([
      '* job 0.3 s',
      '  ✔ done 7 0 ms',
      '  ✔ done 8 0 ms',
      '  ✔ done 9 0 ms',
      '  * nested 0.3 s',
      '    * deep 0.3 s',
      '  … 6 more lines',
    ])
    await clock.advance(1_000)
    await run
    expect(terminal.lines).toHaveLength(12)
  })

  test.each([
    [0, ['']],
    [1, ['* job 0.3 s']],
    [2, ['* job 0.3 s', '  * long en…']],
  ])('of which there may be %d', async (height, lines) => {
    const given = setting({ width: 12, height })
    const { terminal, clock } = given
    const run = start(given, 1_000, 'long enough')
    await clock.advance(300)
    expect(terminal.lines).toEqual(lines)
    await clock.advance(1_000)
    await run
  })

  test('a terminal that does not know its size has 80 columns and 24 rows', async () => {
    const terminal = new FakeTerminal()
    const given = setting({}, Object.assign(terminal, { columns: 80 }))
    const { clock } = given
    const run = start(given, 1_000, 'x'.repeat(90))
    const names = ['columns', 'rows'] as const
    for (const name of names) Object.defineProperty(terminal, name, { value: 0 })
    terminal.write = (text) => terminal.written.push(String(text)) > 0
    await clock.advance(1_000)
    await run
    expect(terminal.written.join('')).toContain(`✔ ${'x'.repeat(75)}…`)
  })
})

describe('the looks', () => {
  test('with colours', async () => {
    const given = setting({ color: true })
    const { terminal, clock } = given
    const run = start(given, 1_000)
    await clock.advance(1_000)
    await run
    expect(terminal.written.join('')).toContain('\u001b[32m✔\u001b[0m \u001b[1mjob\u001b[0m \u001b[2m1.0 s\u001b[0m\n')
  })

  test.each([
    { env: { NO_COLOR: '1' }, color: false },
    { env: { NO_COLOR: '' }, color: true },
    { env: {}, color: true },
  ])('colours by themselves: $env', async ({ env, color }) => {
    const terminal = new FakeTerminal()
    const { clock } = setting()
    const hooks = createProgress({ stream: terminal, clock }, new FakePlatform(env))
    await chain('job', { clock, logger: null }).run({}, { hooks })
    expect(terminal.written.join('').includes('\u001b[1mjob')).toBe(color)
  })

  test.each([
    { env: { LANG: 'de_DE.utf8' }, platform: 'linux', sign: '✔' },
    { env: { LANG: 'de_DE.UTF-8', LC_ALL: 'C' }, platform: 'linux', sign: '+' },
    { env: { LANG: 'C.UTF-8', TERM: 'linux' }, platform: 'linux', sign: '+' },
    { env: {}, platform: 'linux', sign: '+' },
    { env: {}, platform: 'darwin', sign: '✔' },
    { env: {}, platform: 'win32', sign: '✔' },
  ])('signs by themselves: $env on $platform', async ({ env, platform, sign }) => {
    const terminal = new FakeTerminal()
    const { clock } = setting()
    const hooks = createProgress({ stream: terminal, clock }, Object.assign(new FakePlatform(env), { platform }))
    await chain('job', { clock, logger: null }).run({}, { hooks })
    expect(terminal.lines).toEqual([`${sign} job 0 ms`])
  })

  test('in ASCII', async () => {
    const given = setting({ unicode: false }, new FakeTerminal(40, 5))
    const { terminal, clock, hooks } = given
    const run = chain<{ items: number[] }>('job', { clock, logger: null })
      .tap(() => {}, { name: 'one' })
      .tap(() => {}, { name: 'two' })
      .tap(() => {}, { name: 'three' })
      .map('items', () => wait(clock, 500), { out: 'done', concurrency: 1 })
      .run({ items: [1, 2, 3, 4] }, { hooks })
    await clock.advance(1_050)
    expect(terminal.lines.slice(1)).toEqual([
      '  + three 0 ms',
      expect.stringMatching(/^ {2}[|/\\-] done ####---- 2 of 4, 1\.9\/s, ETA 2 s$/),
      '  ... 2 more lines',
    ])
    await clock.advance(1_000)
    await run
  })
})
