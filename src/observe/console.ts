import { Place } from '../compile/check.ts'
import type { Logger, LogLevel } from '../define/logger.ts'

const LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error']

/**
 * A logger that prints messages, without fields, to the console. The default of every run is that of level `info`.
 *
 * @param least the lowest level that is printed @default 'info'
 * @throws DefinitionError for anything but a level
 *
 * @example
 * ```ts
 * import { chain, consoleLogger } from 'stepchain'
 *
 * chain('quiet', { logger: consoleLogger('warn') })
 * ```
 */
export function consoleLogger(least: LogLevel = 'info'): Logger {
  new Place('consoleLogger').oneOf('the level', least, LEVELS)
  const from = LEVELS.indexOf(least)
  const at =
    (level: LogLevel) =>
    (message: string): void => {
      if (LEVELS.indexOf(level) >= from) globalThis.console?.[level](message)
    }
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    isLevelEnabled: (level) => LEVELS.indexOf(level) >= from,
  }
}
