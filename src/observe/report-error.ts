import { describeThrown, isError } from '../define/describe.ts'
import type { ReportedError } from '../define/report.ts'
import { isStepchainError } from '../errors.ts'

/** Rewrites a text before anybody sees it. */
export type Clean = (text: string) => string

// Longer than any message is to be shown, so that what is cut here, before it is redacted, is cut again afterwards.
const READ = 16_384
const SHOWN = 1_000

function cut(text: string, clean: Clean): string {
  const whole = clean(text.slice(0, READ))
  return whole.length > SHOWN ? `${whole.slice(0, SHOWN)}…` : whole
}

/** What was thrown, as plain data. Errors may be anything, and reading them may throw. */
export function reportedError(thrown: unknown, clean: Clean): ReportedError {
  try {
    if (!isError(thrown))
      return { name: thrown === null ? 'null' : typeof thrown, message: clean(describeThrown(thrown)) }
    const { name, message, code } = thrown as { name: unknown; message: unknown; code?: unknown }
    const { step } = isStepchainError(thrown) ? thrown : {}
    return {
      name: cut(String(name), clean),
      message: cut(String(message), clean),
      ...(typeof code === 'string' ? { code: cut(code, clean) } : {}),
      ...(step === undefined ? {} : { step: clean(step) }),
    }
  } catch {
    return { name: 'Error', message: '[unreadable]' }
  }
}
