import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { main } from '../../../src/cli/main.ts'
import { ownVersion } from '../../../src/cli/version.ts'
import { manifest } from '../../support/package-info.ts'
import { settlePromises } from '../../support/virtual-clock.ts'
import { FakeShell, fixture } from './fake-shell.ts'

const folder = mkdtempSync(join(tmpdir(), 'stepchain-commands-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Runs a command in this process. */
async function run(...args: readonly string[]): Promise<FakeShell> {
  const shell = new FakeShell(args)
  await main(shell)
  return shell
}

/** Waits until a command listens to signals, which it does while its chain runs. */
async function started(shell: FakeShell): Promise<void> {
  while (shell.listenerCount('SIGINT') === 0) await settlePromises()
}

/** What a command came to. */
function outcome({ exitCode, stdout, stderr }: FakeShell): unknown {
  return { exitCode, stdout: stdout.text, stderr: stderr.text }
}

describe('run', () => {
  test('a chain that goes well prints nothing of its own', async () => {
    expect(outcome(await run('run', fixture('several.mjs'), '--export', 'first'))).toEqual({
      exitCode: 0,
      stdout: '',
      stderr: '',
    })
  })

  test('a chain that fails: the error, and 1', async () => {
    expect(outcome(await run('run', fixture('failing.mjs')))).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: "stepchain: Step 'try' failed on attempt 2 of 2: no luck\n",
    })
  })

  test('with --json the context is printed, and the input is in it', async () => {
    const shell = await run('run', fixture('preferred.mjs'), '--json', '--input', '{"n": 41}')
    expect(JSON.parse(shell.stdout.text)).toEqual({ n: 41, more: 42 })
    expect(shell.exitCode).toBe(0)
    expect(Object.hasOwn(shell.stdout, 'write')).toBe(false)
  })

  test('with --json nothing is printed for a run that failed', async () => {
    const shell = await run('run', fixture('failing.mjs'), '--json')
    expect(shell.stdout.text).toBe('')
    expect(shell.exitCode).toBe(1)
  })

  test('what JSON has no word for is written all the same', async () => {
    const shell = await run('run', fixture('odd.mjs'), '--export', 'odd', '--json')
    expect(JSON.parse(shell.stdout.text)).toEqual({
      cycle: { name: 'cycle', self: '[circular]', list: ['[circular]', { big: '12' }] },
      pass: '[sensitive]',
      copy: { pass: '[sensitive]' },
    })
  })

  test('a context that cannot be written: why, and 1', async () => {
    expect(outcome(await run('run', fixture('odd.mjs'), '--export', 'unwritable', '--json'))).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: 'stepchain: the context cannot be written as JSON: not this\n',
    })
  })

  test('a timeout', async () => {
    const shell = await run('run', fixture('stuck.mjs'), '--timeout', '1')
    expect(shell.exitCode).toBe(1)
    expect(shell.stderr.text).toMatch(/^stepchain: .*1 ms/)
  })

  test('with --progress, lines with the time; the error is among them', async () => {
    const shell = await run('run', fixture('failing.mjs'), '--progress')
    const lines = shell.stderr.text.replaceAll(/^\S+ /gm, '').trimEnd().split('\n')
    expect(lines[0]).toBe('failing started')
    expect(lines.at(-1)).toMatch(/^failing failed in .*no luck$/)
    expect(shell.stderr.text).not.toContain('stepchain:')
  })

  test('in a terminal progress is shown by itself, and with --quiet not', async () => {
    const shown = new FakeShell(['run', fixture('preferred.mjs')])
    shown.stderr.isTTY = true
    await main(shown)
    expect(shown.stderr.text).toContain('preferred')
    const quiet = new FakeShell(['run', fixture('preferred.mjs'), '--quiet'])
    quiet.stderr.isTTY = true
    await main(quiet)
    expect(quiet.stderr.text).toBe('')
  })

  test('reports and a trace, in folders that are made', async () => {
    const path = (name: string): string => join(folder, 'deep/er', name)
    const html = await run('run', fixture('preferred.mjs'), '--report', path('out.html'), '--trace', path('trace.json'))
    const wrote = `stepchain: wrote ${path('out.html')} and ${path('trace.json')}\n`
    expect(outcome(html)).toEqual({ exitCode: 0, stdout: '', stderr: wrote })
    expect(readFileSync(path('out.html'), 'utf8')).toMatch(/^<!doctype html>/)
    const trace = JSON.parse(readFileSync(path('trace.json'), 'utf8')) as { traceEvents: { name: string }[] }
    expect(trace.traceEvents.some(({ name }) => name.includes('more'))).toBe(true)
    await run('run', fixture('failing.mjs'), '--report', path('out.JSON'))
    expect(JSON.parse(readFileSync(path('out.JSON'), 'utf8'))).toMatchObject({ chain: 'failing', status: 'failed' })
    await run('run', fixture('failing.mjs'), '--trace', path('only.json'))
    expect(existsSync(path('only.json'))).toBe(true)
    const quiet = await run('run', fixture('failing.mjs'), '--report', path('out.txt'), '--quiet')
    expect(quiet.stderr.text).not.toContain('wrote')
    expect(readFileSync(path('out.txt'), 'utf8')).toMatch(/^.*failing.*\n[^]*try/)
  })

  test('a report that cannot be written: before the run where that is plain, after it else', async () => {
    const file = join(folder, 'file')
    writeFileSync(file, '')
    const before = await run('run', fixture('preferred.mjs'), '--report', join(file, 'out.html'))
    expect(before.exitCode).toBe(2)
    expect(before.stderr.text).toMatch(/^stepchain: .*out\.html cannot be written: /)
    const after = await run('run', fixture('preferred.mjs'), '--report', folder)
    expect(after.exitCode).toBe(1)
    expect(after.stderr.text).toContain(`${folder} cannot be written: EISDIR`)
  })

  test('a chain of a copy that knows no reports', async () => {
    const file = join(folder, 'old.mjs')
    writeFileSync(
      file,
      `export const old = { name: 'old', [Symbol.for('stepchain.chain')]: true, safeRun: async (input) => ({ ok: true, context: input }) }`,
    )
    const plain = await run('run', file, '--json', '--input', '{"a": 1}')
    expect(JSON.parse(plain.stdout.text)).toEqual({ a: 1 })
    const report = await run('run', file, '--report', join(folder, 'old.html'))
    expect(report.exitCode).toBe(1)
    expect(report.stderr.text).toBe(
      `stepchain: the copy of stepchain that ${file} imports is too old to give a report\n`,
    )
    expect(existsSync(join(folder, 'old.html'))).toBe(false)
    const graph = await run('graph', file)
    expect(graph.exitCode).toBe(2)
    expect(graph.stderr.text).toContain('is too old to describe a chain')
  })
})

describe('signals', () => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ])('%s cancels the run; compensations finish', async (signal, code) => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => {})
    const shell = new FakeShell(['run', fixture('slow.mjs')])
    const done = main(shell)
    await started(shell)
    await settlePromises()
    expect(log).toHaveBeenCalledWith('waiting')
    shell.emit(signal)
    await done
    expect(log.mock.calls.flat()).toEqual(['waiting', 'undoing', 'undone'])
    expect(shell.exitCode).toBe(code)
    expect(shell.exits).toEqual([])
    expect(shell.stderr.text).toBe(
      `stepchain: ${signal}: cancelling the run; a second signal ends it at once\nstepchain: Chain 'slow' was cancelled in step 'wait'\n`,
    )
    expect(shell.eventNames()).toEqual([])
    log.mockRestore()
  })

  test('a second one ends the process', async () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => {})
    const shell = new FakeShell(['run', fixture('slow.mjs')])
    const done = main(shell)
    await started(shell)
    await settlePromises()
    expect(log).toHaveBeenCalledWith('waiting')
    shell.emit('SIGTERM')
    shell.emit('SIGINT')
    expect(shell.exits).toEqual([130])
    await done
    log.mockRestore()
  })
})

describe('graph', () => {
  test.each([
    ['text', 'double\n  twice\n'],
    ['mermaid', /^flowchart TD\n[^]*twice/],
  ])('as %s', async (format, expected) => {
    const shell = await run('graph', fixture('typed.ts'), '--format', format)
    expect(shell.exitCode).toBe(0)
    expect(shell.stdout.text).toEqual(typeof expected === 'string' ? expected : expect.stringMatching(expected))
  })

  test('as JSON', async () => {
    const shell = await run('graph', fixture('typed.ts'), '--format', 'json')
    expect(JSON.parse(shell.stdout.text)).toMatchObject({ name: 'double', steps: [{ name: 'twice', out: 'twice' }] })
  })
})

describe('the rest', () => {
  test('the version is that of the package, from dist and from src', async () => {
    expect((await run('--version')).stdout.text).toBe(`${manifest.version}\n`)
    const root = new URL('../../../', import.meta.url)
    expect(ownVersion(new URL('dist/cli.js', root).href)).toBe(manifest.version)
    expect(ownVersion('file:///no/where/at/all.js')).toBe('unknown')
    expect(ownVersion(new URL('test/runtimes/node_modules/x.js', root).href)).toBe('unknown')
  })

  test('help goes to standard output; what is not understood to standard error, with 2', async () => {
    expect((await run('--help')).stdout.text).toContain('stepchain run FILE')
    expect(outcome(await run('run'))).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: 'stepchain: run needs a FILE; see stepchain run --help\n',
    })
  })

  test('where nothing is left that could end the run, that is said once', async () => {
    const shell = new FakeShell(['run', fixture('stuck.mjs')])
    const done = main(shell)
    shell.emit('beforeExit')
    shell.emit('beforeExit')
    expect(shell.stderr.text).toBe('stepchain: the run waits for something that nothing is left to settle\n')
    expect(shell.exitCode).toBe(1)
    await started(shell)
    shell.emit('SIGINT')
    await done
  })

  test('a fault of our own is told with its place', async () => {
    const shell = new FakeShell(['--version'])
    shell.stdout.write = () => {
      throw new TypeError('ours')
    }
    await main(shell)
    expect(shell.exitCode).toBe(1)
    expect(shell.stderr.text).toMatch(/^stepchain: TypeError: ours\n {4}at /)
  })

  test('a reader that goes away is no fault', async () => {
    const shell = await run('--version')
    expect(() => shell.stdout.emit('error', new Error('EPIPE'))).not.toThrow()
  })

  test('what keeps the process alive is ended after a while, when all is printed', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout'] })
    try {
      const shell = await run('--version')
      shell.stdout.writableLength = 10
      vi.advanceTimersByTime(6_000)
      expect(shell.exits).toEqual([])
      shell.stdout.writableLength = 0
      vi.advanceTimersByTime(5_000)
      expect(shell.exits).toEqual([0])
      expect(shell.stderr.text).toContain('something keeps the process alive; it was ended after 5 s')
    } finally {
      vi.useRealTimers()
    }
  })
})
