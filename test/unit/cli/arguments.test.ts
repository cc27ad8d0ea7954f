import { expect, test } from 'vitest'
import { parseCommand } from '../../../src/cli/arguments.ts'
import { GRAPH_HELP, HELP, RUN_HELP } from '../../../src/cli/help.ts'

test('a run, with nothing said', () => {
  expect(parseCommand(['run', 'job.ts'])).toEqual({
    kind: 'run',
    file: 'job.ts',
    exportName: undefined,
    input: undefined,
    timeout: undefined,
    report: undefined,
    trace: undefined,
    progress: false,
    quiet: false,
    json: false,
  })
})

test('a run, with everything said, in any order', () => {
  const args = '--input - --timeout 1500 --report a.html job.ts --trace=b.json --progress --json --export main'
  expect(parseCommand(['run', ...args.split(' ')])).toEqual({
    kind: 'run',
    file: 'job.ts',
    exportName: 'main',
    input: '-',
    timeout: 1_500,
    report: 'a.html',
    trace: 'b.json',
    progress: true,
    quiet: false,
    json: true,
  })
})

test('a graph', () => {
  expect(parseCommand(['graph', 'job.ts'])).toEqual({
    kind: 'graph',
    file: 'job.ts',
    exportName: undefined,
    format: 'text',
  })
  expect(parseCommand(['graph', '--format', 'mermaid', 'job.ts'])).toMatchObject({ format: 'mermaid' })
})

test.each([
  [['--help'], HELP],
  [['-h'], HELP],
  [['help'], HELP],
  [['run', '--help'], RUN_HELP],
  [['run', 'job.ts', '-h'], RUN_HELP],
  [['graph', '--help'], GRAPH_HELP],
])('%j prints help', (args, text) => {
  expect(parseCommand(args)).toEqual({ kind: 'print', text })
})

test.each(['--version', '-v'])('%s', (option) => {
  expect(parseCommand([option])).toEqual({ kind: 'version' })
})

test('help fits a terminal, and tells every option and every code', () => {
  for (const text of [HELP, RUN_HELP, GRAPH_HELP])
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(110)
  for (const option of ['export', 'input', 'timeout', 'report', 'trace', 'progress', 'quiet', 'json'])
    expect(RUN_HELP).toContain(`--${option}`)
  expect(RUN_HELP.match(/^ {2}\d+(?= )/gm)?.map(Number)).toEqual([0, 1, 2, 129, 130, 143])
  expect(GRAPH_HELP).not.toMatch(/^ {2}1 /m)
})

test.each([
  [[], /^a command is missing\n\nRuns chains/],
  [['walk'], /^there is no command 'walk'\n\nRuns chains/],
  [['run'], 'run needs a FILE; see stepchain run --help'],
  [['graph'], 'graph needs a FILE; see stepchain graph --help'],
  [['run', 'a.ts', 'b.ts'], "run takes one FILE, and 'b.ts' is another; see stepchain run --help"],
  [['run', 'a.ts', '--fast'], "Unknown option '--fast'; see stepchain run --help"],
  [['run', 'a.ts', '--input'], "Option '--input <value>' argument missing; see stepchain run --help"],
  [['run', 'a.ts', '--json=yes'], "Option '--json' does not take an argument; see stepchain run --help"],
  [['run', 'a.ts', '--timeout', 'soon'], "--timeout is 'soon'; expected a number of milliseconds, such as 30000"],
  [['run', 'a.ts', '--timeout', ''], "--timeout is ''; expected a number of milliseconds, such as 30000"],
  [['run', 'a.ts', '--timeout=-5'], "--timeout is '-5'; expected a number of milliseconds, such as 30000"],
  [['run', 'a.ts', '--quiet', '--progress'], '--progress and --quiet exclude each other'],
  [['graph', 'a.ts', '--format', 'png'], "--format is 'png'; expected text, mermaid, json"],
])('%j is not understood', (args, message) => {
  expect(() => parseCommand(args)).toThrow(message)
})
