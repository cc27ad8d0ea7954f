import { MISSING, read, readKey } from '../compile/path.ts'
import type { PrintedLine, PrintedStep, Printer } from '../compile/plan.ts'
import type { Template } from '../compile/template.ts'
import type { Logger, LogLevel } from '../define/logger.ts'
import { cut, scrub } from '../scrub.ts'
import { senderOf } from './dialect.ts'
import type { Redactor, SafeRedact } from './redactor.ts'
import { describeFault, escapeText, type View } from './render.ts'

/** What a ref of a template leads to, as it is printed. */
function valueAt(
  path: readonly string[],
  { at, context, output }: { at: PrintedStep; context: Readonly<Record<string, unknown>>; output: unknown },
  view: View,
): string {
  const [head = '', ...rest] = path
  if (head === 'result' ? at.hidden === true : at.sensitive?.has(head) === true) return '[sensitive]'
  try {
    const from = head === 'result' ? output : readKey(context, head)
    const value = from === MISSING ? MISSING : read(from, rest)
    return view.under(path, value === MISSING ? undefined : value, at.sensitive)
  } catch (error) {
    return describeFault(error)
  }
}

/** Fills in a template. */
function fill({ texts, paths }: Template, from: Parameters<typeof valueAt>[1], view: View): string {
  let line = ''
  for (const [index, text] of texts.entries()) {
    const path = paths[index]
    line += path === undefined ? scrub(text) : scrub(text) + valueAt(path, from, view)
  }
  return line
}

/** Tells whether a logger would print a level. */
export function isEnabled(logger: Logger, level: LogLevel): boolean {
  try {
    return logger.isLevelEnabled?.(level) ?? true
  } catch {
    return true
  }
}

// A logger that runs a chain whose lines it prints would do so for ever.
let printing = false

/** Tells when something that is not waited for fails. */
function watch(promised: unknown, at: PrintedStep, source: string): void {
  if (promised instanceof Promise) promised.catch((error: unknown) => at.report(source, error))
}

function shorten(message: string, longest: number): string {
  return message.length > longest ? `${cut(message, longest)}…` : message
}

/** The one way out: every line of a run is escaped, cut and redacted here, and what a logger throws ends here. */
export function printer(logger: Logger, { view, text, printed, fields: fieldsOf }: Redactor): Printer {
  const send = senderOf(logger)
  const write = (at: PrintedStep, { level, message, fields = {} }: PrintedLine, clean: SafeRedact): void => {
    if (printing || !isEnabled(logger, level)) return
    const faults: unknown[] = []
    const failed = (error: unknown): void => void faults.push(error)
    printing = true
    try {
      const given = fieldsOf({ chain: at.chain, runId: at.runId, step: at.path, ...fields }, at.sensitive, failed)
      watch(send(level, clean(escapeText(shorten(message, view.limits.line)), failed), given), at, 'logger')
    } catch (error) {
      at.report('logger', error)
    } finally {
      printing = false
    }
    if (faults.length > 0) at.report('redact', faults[0])
  }
  const print: Printer['print'] = (at, line) => write(at, line, text)
  const printLine = (at: PrintedStep, context: Readonly<Record<string, unknown>>, output: unknown): void => {
    const { log } = at
    if (log === null) return
    try {
      if (typeof log !== 'function') {
        const message = fill(log, { at, context, output }, view)
        return write(at, { level: 'info', message }, log.names ? text : printed)
      }
      const given = log(context, output)
      if (typeof given === 'string') print(at, { level: 'info', message: given })
      else watch(given, at, 'log')
    } catch (error) {
      at.report('log', error)
    }
  }
  return { prints: (level) => isEnabled(logger, level), line: printLine, print }
}
