import { parseArgs, type ParseArgsConfig } from 'node:util'
import { GRAPH_HELP, HELP, RUN_HELP } from './help.ts'
import { CommandError, wordsOf } from './shell.ts'

/** Which chain a command is about. */
export interface Target {
  readonly file: string
  readonly exportName: string | undefined
}

export interface RunCommand extends Target {
  readonly kind: 'run'
  readonly input: string | undefined
  readonly timeout: number | undefined
  readonly report: string | undefined
  readonly trace: string | undefined
  readonly progress: boolean
  readonly quiet: boolean
  readonly json: boolean
}

export const FORMATS = ['text', 'mermaid', 'json'] as const

export interface GraphCommand extends Target {
  readonly kind: 'graph'
  readonly format: (typeof FORMATS)[number]
}

/** What the command line asks for. */
export type Command =
  | RunCommand
  | GraphCommand
  | { readonly kind: 'print'; readonly text: string }
  | { readonly kind: 'version' }

const COMMON = { export: { type: 'string' }, help: { type: 'boolean', short: 'h' } } as const
const RUN = {
  ...COMMON,
  input: { type: 'string' },
  timeout: { type: 'string' },
  report: { type: 'string' },
  trace: { type: 'string' },
  progress: { type: 'boolean' },
  quiet: { type: 'boolean' },
  json: { type: 'boolean' },
} as const
const GRAPH = { ...COMMON, format: { type: 'string' } } as const

function parse<const Options extends NonNullable<ParseArgsConfig['options']>>(
  command: string,
  args: readonly string[],
  options: Options,
) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true })
  } catch (error) {
    // Behind the first sentence Node says what can be done about file names that look like options.
    throw new CommandError(`${wordsOf(error).replace(/\. .*/s, '')}; see stepchain ${command} --help`)
  }
}

function fileOf(command: string, positionals: readonly string[]): string {
  const [file, extra] = positionals
  if (file === undefined) throw new CommandError(`${command} needs a FILE; see stepchain ${command} --help`)
  if (extra === undefined) return file
  throw new CommandError(`${command} takes one FILE, and '${extra}' is another; see stepchain ${command} --help`)
}

function timeoutOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const ms = Number(text)
  if (text.trim() !== '' && ms > 0) return ms
  throw new CommandError(`--timeout is '${text}'; expected a number of milliseconds, such as 30000`)
}

function parseRun(args: readonly string[]): Command {
  const { values, positionals } = parse('run', args, RUN)
  if (values.help === true) return { kind: 'print', text: RUN_HELP }
  const { input, report, trace, progress = false, quiet = false, json = false } = values
  if (progress && quiet) throw new CommandError('--progress and --quiet exclude each other')
  const timeout = timeoutOf(values.timeout)
  const target = { file: fileOf('run', positionals), exportName: values.export }
  return { kind: 'run', ...target, input, timeout, report, trace, progress, quiet, json }
}

function parseGraph(args: readonly string[]): Command {
  const { values, positionals } = parse('graph', args, GRAPH)
  if (values.help === true) return { kind: 'print', text: GRAPH_HELP }
  const { format: given = 'text' } = values
  const format = FORMATS.find((each) => each === given)
  if (format === undefined) throw new CommandError(`--format is '${given}'; expected ${FORMATS.join(', ')}`)
  return { kind: 'graph', file: fileOf('graph', positionals), exportName: values.export, format }
}

/**
 * Reads what is behind the name of the command.
 * @throws CommandError where that makes no sense
 */
export function parseCommand(args: readonly string[]): Command {
  const [name, ...rest] = args
  switch (name) {
    case 'run':
      return parseRun(rest)
    case 'graph':
      return parseGraph(rest)
    case '--version':
    case '-v':
      return { kind: 'version' }
    case '--help':
    case '-h':
    case 'help':
      return { kind: 'print', text: HELP }
    case undefined:
      throw new CommandError(`a command is missing\n\n${HELP.trimEnd()}`)
    default:
      throw new CommandError(`there is no command '${name}'\n\n${HELP.trimEnd()}`)
  }
}
