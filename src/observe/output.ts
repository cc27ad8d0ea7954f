import { Place } from '../compile/check.ts'
import { addHooks } from '../compile/hooks.ts'
import type { Output, Redact } from '../compile/plan.ts'
import type { Logger } from '../define/logger.ts'
import { loggingHooks } from './logging.ts'
import { printer, safeRedact } from './printer.ts'

// Two redactors in a row fail as one: what goes wrong in either is told once, by what wraps both.
function rethrow(error: unknown): never {
  throw error
}

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
      return outputOf(logger, safe === null ? inner : (text) => safe(own(text, rethrow), rethrow))
    },
  }
}
