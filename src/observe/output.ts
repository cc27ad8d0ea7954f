import { Place } from '../compile/check.ts'
import { addHooks } from '../compile/hooks.ts'
import type { Output } from '../compile/plan.ts'
import { joinRedactions } from '../compile/redaction.ts'
import type { Settings } from '../compile/settings.ts'
import type { Logger } from '../define/logger.ts'
import { warnOfPino } from './from-pino.ts'
import { loggingHooks } from './logging.ts'
import { printer } from './printer.ts'
import { redactorOf } from './redactor.ts'

/** All that a run prints: its lines, the hooks that make them, and what they and the messages of errors are redacted with. */
export function outputOf(
  logger: Logger | null,
  { redact, printLimits }: Pick<Settings, 'redact' | 'printLimits'>,
): Output {
  const redactor = redactorOf(redact ?? undefined, printLimits ?? undefined)
  if (logger !== null) warnOfPino(logger)
  const printed = logger === null ? null : printer(logger, redactor)
  const hooks =
    logger === null || printed === null ? null : addHooks(null, loggingHooks(logger, printed), new Place('logging'))
  return {
    redact: redactor.text,
    fields: redactor.fields,
    printer: printed,
    hooks,
    within: (inner) => outputOf(logger, { redact: joinRedactions(inner, redact), printLimits }),
  }
}
