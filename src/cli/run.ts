import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, extname } from 'node:path'
import type { RunOptions } from '../define/options.ts'
import type { Report } from '../define/report.ts'
import { progress } from '../progress/index.ts'
import { toChromeTrace, toHtml, toText } from '../report/index.ts'
import type { RunCommand } from './arguments.ts'
import { divert } from './divert.ts'
import { readInput } from './input.ts'
import { jsonOf } from './json.ts'
import { type LoadedChain, loadChain, type Outcome } from './load.ts'
import { CommandError, EXIT, type Shell, wordsOf } from './shell.ts'
import { type Stopping, stopOnSignals } from './stopping.ts'

/** Makes the folders of files that are to be written: that they cannot be is better known before the run. */
async function prepare(paths: readonly (string | undefined)[]): Promise<void> {
  for (const path of paths) {
    try {
      if (path !== undefined) await mkdir(dirname(path), { recursive: true })
    } catch (error) {
      throw new CommandError(`${path} cannot be written: ${wordsOf(error)}`)
    }
  }
}

function reportAs(path: string, report: Report): string {
  switch (extname(path).toLowerCase()) {
    case '.json':
      return `${JSON.stringify(report, null, 2)}\n`
    case '.txt':
      return `${toText(report)}\n`
    default:
      return toHtml(report)
  }
}

async function write(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text)
  } catch (error) {
    throw new CommandError(`${path} cannot be written: ${wordsOf(error)}`, EXIT.failed)
  }
}

async function writeReports(command: RunCommand, outcome: Outcome, shell: Shell): Promise<void> {
  const { file, report, trace, quiet } = command
  if (report === undefined && trace === undefined) return
  if (outcome.report === undefined)
    throw new CommandError(`the copy of stepchain that ${file} imports is too old to give a report`, EXIT.failed)
  if (report !== undefined) await write(report, reportAs(report, outcome.report))
  if (trace !== undefined) await write(trace, JSON.stringify(toChromeTrace(outcome.report)))
  const written = [report, trace].filter((path) => path !== undefined).join(' and ')
  if (!quiet) shell.stderr.write(`stepchain: wrote ${written}\n`)
}

function optionsOf(command: RunCommand, stopping: Stopping, shell: Shell): { options: RunOptions; shows: boolean } {
  const { quiet, timeout } = command
  const shows = !quiet && (command.progress || shell.stderr.isTTY === true)
  const options: RunOptions = {
    signal: stopping.signal,
    ...(timeout === undefined ? {} : { timeout }),
    ...(quiet ? { logger: null } : {}),
    ...(shows ? { hooks: progress({ stream: shell.stderr }) } : {}),
  }
  return { options, shows }
}

function printContext(context: object, chain: LoadedChain, { stdout }: Pick<Shell, 'stdout'>): void {
  let text
  try {
    text = jsonOf(context, chain.describe?.())
  } catch (error) {
    throw new CommandError(`the context cannot be written as JSON: ${wordsOf(error)}`, EXIT.failed)
  }
  stdout.write(`${text}\n`)
}

/** Runs the chain that was asked for. Gives the code to end with. */
async function execute(command: RunCommand, chain: LoadedChain, shell: Shell): Promise<[Outcome, number]> {
  const input = await readInput(command.input, shell)
  const stopping = stopOnSignals(shell)
  const { options, shows } = optionsOf(command, stopping, shell)
  const outcome = await chain.safeRun(input, options)
  stopping.close()
  if (!outcome.ok && !shows) shell.stderr.write(`stepchain: ${wordsOf(outcome.error)}\n`)
  return [outcome, outcome.ok ? EXIT.ok : (stopping.exitCode ?? EXIT.failed)]
}

/** Does what `stepchain run` says. Gives the code to end with. */
export async function runCommand(command: RunCommand, shell: Shell): Promise<number> {
  const restore = command.json ? divert(shell) : () => {}
  try {
    await prepare([command.report, command.trace])
    const chain = await loadChain(command, shell)
    const [outcome, exitCode] = await execute(command, chain, shell)
    await writeReports(command, outcome, shell)
    restore()
    if (command.json && outcome.ok) printContext(outcome.context, chain, shell)
    return exitCode
  } finally {
    restore()
  }
}
