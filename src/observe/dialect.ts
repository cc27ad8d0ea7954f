import type { LogFields, Logger, LogLevel } from '../define/logger.ts'

/** How a line and its fields are put to a logger. */
type Dialect = (line: string, fields: LogFields) => readonly unknown[]

const PLAIN: Dialect = (line, fields) => [line, fields]
/** Where a % in the first argument is a format. */
const FORMATS: Dialect = (line, fields) => ['%s', line, fields]
/** consola: its reporters get what is given, so there is a format only where there must be one. */
const CONSOLA: Dialect = (line, fields) => (line.includes('%') ? ['%s', line, fields] : [line, fields])
/** winston: it drops the fields of a line with a %, unless all is one object. */
const WINSTON: Dialect = (line, fields) => (line.includes('%') ? [{ ...fields, message: line }] : [line, fields])
/** LogTape: braces hold the names of fields. */
const LOGTAPE: Dialect = (line, fields) => [line.replace(/[{}]/g, '$&$&'), fields]

/** By a method that a logger of the kind has, and others have not. */
const KNOWN: readonly (readonly [method: string, dialect: Dialect])[] = [
  ['groupCollapsed', FORMATS],
  ['wrapConsole', CONSOLA],
  ['startTimer', WINSTON],
  ['isEnabledFor', LOGTAPE],
]

function dialectOf(logger: Logger): Dialect {
  try {
    const methods = logger as unknown as Record<string, unknown>
    return KNOWN.find(([method]) => typeof methods[method] === 'function')?.[1] ?? PLAIN
  } catch {
    return PLAIN
  }
}

/** What calls a logger so that lines reach it as they are: some take what is in them for a format or a template. */
export function senderOf(logger: Logger): (level: LogLevel, line: string, fields: LogFields) => unknown {
  const dialect = dialectOf(logger)
  return (level, line, fields) => Reflect.apply(logger[level], logger, dialect(line, fields)) as unknown
}
