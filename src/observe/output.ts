import { Place } from '../compile/check.ts'
import { addHooks } from '../compile/hooks.ts'
import type { Output, Redact } from '../compile/plan.ts'
import type { Logger } from '../define/logger.ts'
import { loggingHooks } from './logging.ts'
import { printer, safeRedact } from './printer.ts'

/** All that a run prints: its lines, the hooks that make them, and what they and the messages of errors are redacted with. */
export function outputOf(logger: Logger | null, redact: Redact | null): Output {
  const safe = redact === null ? null : safeRedact(redact)
  const printed = logger === null ? null : printer(logger, safe)
  const hooks =
    logger === null || printed === null ? null : addHooks(null, loggingHooks(logger, printed), new Place('logging'))
  return {
    redact: safe,
    printer: printed,
    hooks,
    within(inner) {
      const own = safeRedact(inner)
      return outputOf(logger, safe === null ? own : (text) => safe(own(text)))
    },
  }
}
