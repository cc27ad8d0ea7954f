import type { LogFields, Logger, LogLevel } from 'stepchain'

const LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error']

/** Keeps every line, as pytest's `caplog` does. */
export class RecordingLogger implements Logger {
  readonly lines: { readonly level: LogLevel; readonly message: string; readonly fields: LogFields }[] = []
  readonly #least: LogLevel

  constructor(least: LogLevel = 'debug') {
    this.#least = least
  }

  debug(message: string, fields: LogFields): void {
    this.lines.push({ level: 'debug', message, fields })
  }

  info(message: string, fields: LogFields): void {
    this.lines.push({ level: 'info', message, fields })
  }

  warn(message: string, fields: LogFields): void {
    this.lines.push({ level: 'warn', message, fields })
  }

  error(message: string, fields: LogFields): void {
    this.lines.push({ level: 'error', message, fields })
  }

  isLevelEnabled(level: LogLevel): boolean {
    return LEVELS.indexOf(level) >= LEVELS.indexOf(this.#least)
  }

  /** The messages of one level, in order. */
  of(level: LogLevel): string[] {
    return this.lines.flatMap((line) => (line.level === level ? [line.message] : []))
  }
}
