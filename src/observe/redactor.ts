import type { Redact } from '../compile/plan.ts'
import { DEFAULT_LIMITS, type Limits, type Redaction, requireText, USUAL } from '../compile/redaction.ts'
import { hideNamed } from '../define/key-names.ts'
import type { LogFields } from '../define/logger.ts'
import { scrub } from '../scrub.ts'
import { View } from './render.ts'

/** Takes why something could not be redacted. */
export type Failed = (error: unknown) => void

/** A redactor that fails closed: what it cannot redact it replaces, and `failed` is told why. */
export type SafeRedact = (text: string, failed?: Failed) => string

/** Wraps a redactor so that it fails closed. */
export function safeRedact(redact: Redact): SafeRedact {
  return (text, failed) => {
    try {
      return requireText(redact(text))
    } catch (error) {
      failed?.(error)
      return '[redaction failed]'
    }
  }
}

/** Clears what a run prints of what is not to be seen. */
export interface Redactor {
  readonly view: View
  /** Clears a text in which names may stand before values. */
  readonly text: SafeRedact
  /** The same for what is cleared already, but for the user's own function. */
  readonly printed: SafeRedact
  /** Values as fields of a line. */
  readonly fields: (values: object, sensitive?: ReadonlySet<string> | null, failed?: Failed) => LogFields
}

/** Makes what clears texts and values, by rules. */
export function redactorOf(redaction: Redaction = USUAL, limits: Limits = DEFAULT_LIMITS): Redactor {
  const { hides, text: rewrite } = redaction
  const view = new View(redaction, limits)
  const rewritten = (text: string): string => (rewrite === null ? text : rewrite(text))
  const printed = safeRedact(rewritten)
  return {
    view,
    text: safeRedact((text) => rewritten(hideNamed(scrub(text), hides))),
    printed,
    fields(values, sensitive = null, failed) {
      const fields: Record<string, string | number> = {}
      for (const [key, value] of Object.entries(values)) {
        fields[key] =
          typeof value === 'number' && !view.name(key).hidden && sensitive?.has(key) !== true
            ? value
            : printed(view.under([key], value, sensitive), failed)
      }
      return fields
    },
  }
}
