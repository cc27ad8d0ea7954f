import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { root } from '../../support/package-info.ts'
import { fixture } from './fake-shell.ts'

/** Starts the command in a process of its own. */
function start(args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcessWithoutNullStreams {
  const { CI: _ci, FORCE_COLOR: _color, NODE_OPTIONS: _options, ...rest } = process.env
  const command = ['--conditions=@stepchain/source', `${root}src/cli/index.ts`, ...args]
  return spawn(process.execPath, command, { cwd: root, env: { ...rest, NO_COLOR: '1', ...env } })
}

interface Ended {
  readonly exitCode: number | null
  readonly signal: string | null
  readonly stdout: string
  readonly stderr: string
}

async function ended(child: ChildProcessWithoutNullStreams): Promise<Ended> {
  const [stdout, stderr, close] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  const [exitCode, signal] = close as [number | null, string | null]
  return { exitCode, signal, stdout, stderr }
}

/** Sends a signal at each line of standard output that is named. Gives the lines, and how it ended. */
async function interrupt(
  child: ChildProcessWithoutNullStreams,
  at: Readonly<Record<string, NodeJS.Signals>>,
): Promise<{ exitCode: number | null; lines: string[]; stderr: string }> {
  const lines: string[] = []
  createInterface(child.stdout).on('line', (line) => {
    lines.push(line)
    const signal = at[line]
    if (signal !== undefined) child.kill(signal)
  })
  const [stderr, close] = await Promise.all([text(child.stderr), once(child, 'close')])
  return { exitCode: close[0] as number | null, lines, stderr }
}

test('a TypeScript file: the log of the chain, and 0', async () => {
  expect(await ended(start(['run', fixture('typed.ts'), '--input', '{"n": 21}']))).toEqual({
    exitCode: 0,
    signal: null,
    stdout: 'twice=42\n',
    stderr: '',
  })
})

test('with --json standard output is JSON alone, and the input may come from there', async () => {
  const child = start(['run', fixture('typed.ts'), '--input', '-', '--json', '--progress'])
  child.stdin.end('{"n": 4}')
  const { exitCode, stdout, stderr } = await ended(child)
  expect(exitCode).toBe(0)
  expect(JSON.parse(stdout)).toEqual({ n: 4, twice: 8 })
  expect(stderr).toMatch(/ double started\n[^]*twice=8\n[^]* double ok in /)
})

test('a chain that fails: 1', async () => {
  const { exitCode, stdout, stderr } = await ended(start(['run', fixture('failing.mjs')]))
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: 'loaded\n' })
  expect(stderr).toBe("stepchain: Step 'try' failed on attempt 2 of 2: no luck\n")
})

test('a file that is more than types: what can be done about it, and 2', async () => {
  const { exitCode, stderr } = await ended(start(['run', fixture('enum.ts')]))
  expect(exitCode).toBe(2)
  expect(stderr).toContain('enums, namespaces with code and parameter properties need a build')
})

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)('%s: compensations finish, and %d', async (signal, code) => {
  const { exitCode, lines, stderr } = await interrupt(start(['run', fixture('slow.mjs')]), { waiting: signal })
  expect({ exitCode, lines }).toEqual({ exitCode: code, lines: ['waiting', 'undoing', 'undone'] })
  expect(stderr.trimEnd().split('\n')).toEqual([
    `stepchain: ${signal}: cancelling the run; a second signal ends it at once`,
    "stepchain: Chain 'slow' was cancelled in step 'wait'",
  ])
})

test('a second signal ends it at once', async () => {
  const child = start(['run', fixture('slow.mjs')], { UNDO_MS: '60000' })
  const { exitCode, lines } = await interrupt(child, { waiting: 'SIGINT', undoing: 'SIGTERM' })
  expect({ exitCode, lines }).toEqual({ exitCode: 143, lines: ['waiting', 'undoing'] })
})

test('a run that nothing can end any more is told, and 1', async () => {
  expect(await ended(start(['run', fixture('stuck.mjs')]))).toMatchObject({
    exitCode: 1,
    stderr: 'stepchain: the run waits for something that nothing is left to settle\n',
  })
})

test('what keeps the process alive is ended, and nothing that was printed is lost', async () => {
  const { exitCode, stdout, stderr } = await ended(start(['run', fixture('lingering.mjs'), '--json']))
  expect(exitCode).toBe(0)
  expect((JSON.parse(stdout) as { text: string }).text).toHaveLength(100_000)
  expect(stderr).toContain('something keeps the process alive')
})

test('a reader that goes away early is no fault', async () => {
  const child = start(['run', fixture('several.mjs'), '--export', 'first', '--json'])
  child.stdout.destroy()
  const [stderr, close] = await Promise.all([text(child.stderr), once(child, 'close')])
  expect({ exitCode: close[0] as unknown, stderr }).toEqual({ exitCode: 0, stderr: '' })
})
