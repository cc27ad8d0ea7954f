import type { LogFields, Logger, LogLevel } from 'stepchain'

/** One line that a logger was given. */
export interface Line {
  readonly level: LogLevel
  readonly message: string
  readonly fields: LogFields
}

/** A logger that keeps its lines. */
export interface Recorder extends Logger {
  readonly lines: Line[]
  /** The lines' levels and messages. */
  readonly text: readonly string[]
}

const LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error']

/** Makes a logger that keeps its lines from one level up. */
export function recorder(least: LogLevel = 'debug'): Recorder {
  const lines: Line[] = []
  const keep =
    (level: LogLevel) =>
    (message: string, fields: LogFields): void =>
      void lines.push({ level, message, fields })
  return {
    lines,
    get text() {
      return lines.map(({ level, message }) => `${level} ${message}`)
    },
    debug: keep('debug'),
    info: keep('info'),
    warn: keep('warn'),
    error: keep('error'),
    isLevelEnabled: (level) => LEVELS.indexOf(level) >= LEVELS.indexOf(least),
  }
}
