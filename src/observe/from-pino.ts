import { Place } from '../compile/check.ts'
import type { LogFields, Logger, LogLevel } from '../define/logger.ts'

const LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error']

/** What is called of a pino logger: it takes the fields first. */
export interface PinoLogger {
  debug(fields: LogFields, message: string): void
  info(fields: LogFields, message: string): void
  warn(fields: LogFields, message: string): void
  error(fields: LogFields, message: string): void
  isLevelEnabled?(level: string): boolean
}

/**
 * A logger that prints with pino, which takes `(fields, message)` and would drop the fields of what is given to it as it is.
 *
 * @throws DefinitionError for anything without pino's methods
 */
export function fromPino(pino: PinoLogger): Logger {
  new Place('fromPino').methods('the logger', pino, LEVELS)
  return {
    debug: (message, fields) => pino.debug(fields, message),
    info: (message, fields) => pino.info(fields, message),
    warn: (message, fields) => pino.warn(fields, message),
    error: (message, fields) => pino.error(fields, message),
    isLevelEnabled: (level) => pino.isLevelEnabled?.(level) ?? true,
  }
}

const warned = new WeakSet<object>()

/** Says once to a pino logger that was given as it is, in the order that it takes, that fields are lost with it. */
export function warnOfPino(logger: Logger): void {
  try {
    const { bindings, levels } = logger as Logger & Partial<Record<'bindings' | 'levels', unknown>>
    if (typeof bindings !== 'function' || typeof levels !== 'object' || warned.has(logger)) return
    warned.add(logger)
    const message =
      'stepchain: pino drops the fields of lines that are not in its own order; give it as logger: fromPino(logger)'
    const pino = logger as unknown as PinoLogger
    pino.warn({ code: 'STEPCHAIN_RAW_PINO' }, message)
  } catch {
    // A logger that throws changes nothing, and there is no run yet that could tell of it.
  }
}
