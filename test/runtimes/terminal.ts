import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { CheckResult, Runtime } from './runtime.ts'
import { type Session, Tmux, tmuxVersion } from './tmux.ts'

const JOB = 'terminal-job.mjs'
const LONG = 'write a report with a name that is rather long for a terminal'

/** What was seen in a terminal while a command ran in it. */
interface Seen {
  /** Different screens, one after the other. */
  readonly screens: readonly string[]
  /** Whether the cursor could ever be seen before the end. */
  readonly cursorBefore: boolean
  readonly cursorAfter: boolean
  /** All that is there in the end. */
  readonly lines: readonly string[]
}

type During = (terminal: Tmux, screen: string) => void

/** Watches a command until it ends. */
async function watch(session: Session, during: During = () => {}): Promise<Seen> {
  const terminal = new Tmux(session)
  try {
    const screens: string[] = []
    let cursorBefore = false
    for (const end = performance.now() + 60_000; performance.now() < end; await wait(20)) {
      const screen = terminal.lines().join('\n')
      if (/^exit \d+$/m.test(screen)) break
      const { cursor } = terminal
      // It may have begun, or ended, in between.
      const running = [screen, terminal.lines().join('\n')].every((one) => / nightly \d/.test(one))
      cursorBefore ||= cursor && running
      if (screen !== screens.at(-1)) screens.push(screen)
      during(terminal, screen)
    }
    await terminal.until(/^exit \d+$/)
    return { screens, cursorBefore, cursorAfter: terminal.cursor, lines: terminal.lines({ scrolled: true }) }
  } finally {
    terminal.close()
  }
}

function check(name: string, failure: string | null): CheckResult {
  return { name: `terminal: ${name}`, failure }
}

/** Checks that a screen was seen that matches. */
function saw(name: string, { screens }: Seen, pattern: RegExp): CheckResult {
  const found = screens.some((screen) => pattern.test(screen))
  return check(name, found ? null : `never on the screen: ${String(pattern)}; the last:\n${screens.at(-1)}`)
}

/** Checks that a text is in all that is left, as often as it is to be. */
function left(name: string, { lines }: Seen, wanted: readonly RegExp[]): CheckResult {
  const missing = wanted.find((pattern) => lines.filter((line) => pattern.test(line)).length !== 1)
  return check(name, missing === undefined ? null : `not there once: ${String(missing)}, in\n${lines.join('\n')}`)
}

function sessionIn(folder: string, given: Partial<Session> & { readonly env?: string } = {}): Session {
  const { columns = 100, rows = 30, env = '' } = given
  return { columns, rows, cwd: folder, command: `${env} node_modules/.bin/stepchain run ${JOB}` }
}

async function whole(folder: string): Promise<CheckResult[]> {
  const seen = await watch(sessionIn(folder))
  const names = [
    'read customers',
    'log in',
    'prices/fetch prices',
    'stock/fetch stock',
    'enrich',
    'weekly only',
    'reserve',
  ]
  return [
    saw('a bar, n of total, rate and ETA', seen, /[⠋-⠿] enrich ━+─+ \d+ of 40, [\d.]+\/s, ETA \d+ s/),
    saw('a retry counts down', seen, /↻ log in attempt 2 of 4 in [01]\.\d s \(Error ECONNRESET\)/),
    saw(
      'branches at the same time',
      seen,
      /[⠋-⠿] parallel-3 .*\n +[⠋-⠿] prices\/fetch prices .*\n +[⠋-⠿] stock\/fetch stock /,
    ),
    saw('what is printed goes above', seen, /^enriched all of them\n[⠋-⠿] nightly/),
    left('a failure, and what was undone', seen, [
      /^✖ nightly failed /,
      new RegExp(`^ {2}✖ ${LONG} failed `),
      /^ {2}✔ reserve\.compensate \d/,
      /^exit 1$/,
    ]),
    left('nothing is left of what was redrawn', seen, [
      ...names.map((name) => new RegExp(`^ +[✔↓] ${name}( |$)`)),
      /^enriched all of them$/,
    ]),
    check(
      'the cursor is hidden, and back at the end',
      !seen.cursorBefore && seen.cursorAfter ? null : JSON.stringify([seen.cursorBefore, seen.cursorAfter]),
    ),
  ]
}

async function narrow(folder: string): Promise<CheckResult> {
  const seen = await watch(sessionIn(folder, { columns: 24, rows: 8 }))
  const broken = seen.screens.find((screen) => screen.split('\n').filter((line) => line.includes('nightly')).length > 1)
  const cut = seen.screens.some(
    (screen) => screen.includes('write a report wit…') || screen.includes('write a report with…'),
  )
  const why =
    broken === undefined ? (cut ? null : `no line was cut:\n${seen.screens.at(-1)}`) : `a line was broken:\n${broken}`
  return check('narrow and low: lines are cut, and the last are shown', why)
}

async function resized(folder: string): Promise<CheckResult> {
  let before = false
  const seen = await watch(sessionIn(folder), (terminal, screen) => {
    if (before || !screen.includes('enrich ━')) return
    before = true
    terminal.resize(40, 30)
  })
  return left('a terminal that becomes narrower', seen, [/^✖ nightly failed /, /^ {2}✔ enrich /, /^ {2}✔ log in /])
}

async function interrupted(folder: string): Promise<CheckResult> {
  let pressed = false
  const seen = await watch(sessionIn(folder, { env: 'PATIENT=1' }), (terminal, screen) => {
    if (pressed || !screen.includes('write a report')) return
    pressed = true
    terminal.press('C-c')
  })
  const found = left('Ctrl+C: compensations finish, and 130', seen, [
    /SIGINT: cancelling the run/,
    /^■ nightly cancelled /,
    /^ {2}✔ reserve\.compensate \d/,
    /^exit 130$/,
  ])
  return seen.cursorAfter ? found : { ...found, failure: 'the cursor is hidden' }
}

async function exited(folder: string): Promise<CheckResult> {
  const seen = await watch(sessionIn(folder, { env: 'EXIT=3' }))
  const found = left('a step that ends the process: the cursor is back', seen, [/^exit 3$/])
  return seen.cursorAfter ? found : { ...found, failure: 'the cursor is hidden' }
}

/** A program that has the hooks, and does nothing else about signals and errors. */
const PROGRAM = `node --input-type=module -e '
import { progress } from "stepchain/progress"
import job from "./${JOB}"
await job.run({}, { hooks: progress() })'`

async function killed(folder: string): Promise<CheckResult> {
  let pressed = false
  const seen = await watch({ columns: 100, rows: 30, cwd: folder, command: PROGRAM }, (terminal, screen) => {
    if (pressed || !screen.includes('↻ log in')) return
    pressed = true
    terminal.press('C-c')
  })
  const found = left('a program that Ctrl+C ends: the cursor is back', seen, [/↻ log in/, /^exit 130$/])
  return seen.cursorAfter ? found : { ...found, failure: 'the cursor is hidden' }
}

async function crashed(folder: string): Promise<CheckResult> {
  const seen = await watch({ columns: 100, rows: 60, cwd: folder, command: PROGRAM })
  const found = left('a program that crashes: what Node says is below', seen, [
    /^✖ nightly failed/,
    /code: 'SC_STEP'/,
    /^exit 1$/,
  ])
  return seen.cursorAfter ? found : { ...found, failure: 'the cursor is hidden' }
}

/** A real terminal, in which the command of the packed package shows its progress. */
export const terminal: Runtime = {
  name: 'terminal',
  async run(folder) {
    copyFileSync(join(import.meta.dirname, JOB), join(folder, JOB))
    const results = await whole(folder)
    for (const one of [narrow, resized, interrupted, exited, killed, crashed]) results.push(await one(folder))
    return { version: tmuxVersion(), results }
  },
}
