import { MISSING, read, readKey } from '../compile/path.ts'
import type { PrintedStep, Printer } from '../compile/plan.ts'
import type { Template } from '../compile/template.ts'
import { preview } from '../define/describe.ts'
import type { Logger, LogLevel } from '../define/logger.ts'
import { describeFault, escapeText, render } from './render.ts'

/** The most characters of a line. */
const LONGEST_LINE = 16_384

type Redact = (text: string) => string

/** A redactor that fails closed: what it cannot redact it replaces, and `failed` is told why. */
export type SafeRedact = (text: string, failed?: (error: unknown) => void) => string

/** Wraps a redactor so that it fails closed. */
export function safeRedact(redact: Redact): SafeRedact {
  return (text, failed) => {
    try {
      const redacted: unknown = redact(text)
      if (typeof redacted === 'string') return redacted
      // Nobody waits for it; that it fails too must not end the process.
      if (redacted instanceof Promise) redacted.catch(() => {})
      failed?.(new TypeError(`redact gave ${preview(redacted)}; expected a string`))
    } catch (error) {
      failed?.(error)
    }
    return '[redaction failed]'
  }
}

function valueAt(path: readonly string[], context: Readonly<Record<string, unknown>>, output: unknown): string {
  const [head = '', ...rest] = path
  try {
    const from = head === 'result' ? output : readKey(context, head)
    const value = from === MISSING ? MISSING : read(from, rest)
    return render(value === MISSING ? undefined : value)
  } catch (error) {
    return describeFault(error)
  }
}

/** Fills in a template. It never throws. */
function renderTemplate(
  { texts, paths }: Template,
  context: Readonly<Record<string, unknown>>,
  output: unknown,
): string {
  let line = ''
  for (const [index, text] of texts.entries()) {
    const path = paths[index]
    line += path === undefined ? text : text + valueAt(path, context, output)
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

/** The one way out: every line of a run is escaped, cut and redacted here, and what a logger throws ends here. */
export function printer(logger: Logger, redact: SafeRedact | null): Printer {
  const print: Printer['print'] = (at, { level, message, fields = {} }) => {
    if (printing || !isEnabled(logger, level)) return
    const faults: unknown[] = []
    const clean = (text: string): string => redact?.(text, (error) => faults.push(error)) ?? text
    printing = true
    try {
      const all = Object.entries({ chain: at.chain, runId: at.runId, step: at.path, ...fields })
      const given = all.map(([key, value]) => [key, typeof value === 'number' ? value : clean(render(value))] as const)
      const text = message.length > LONGEST_LINE ? `${message.slice(0, LONGEST_LINE)}…` : message
      const line = [clean(escapeText(text)), Object.fromEntries(given)]
      // A console would take a % in its first argument for a format.
      const shown = logger === globalThis.console ? ['%s', ...line] : line
      watch(Reflect.apply(logger[level], logger, shown), at, 'logger')
    } catch (error) {
      at.report('logger', error)
    } finally {
      printing = false
    }
    if (faults.length > 0) at.report('redact', faults[0])
  }
  const printLine = (at: PrintedStep, context: Readonly<Record<string, unknown>>, output: unknown): void => {
    const { log } = at
    if (log === null) return
    if (typeof log !== 'function') return print(at, { level: 'info', message: renderTemplate(log, context, output) })
    try {
      const given = log(context, output)
      if (typeof given === 'string') print(at, { level: 'info', message: given })
      else watch(given, at, 'log')
    } catch (error) {
      at.report('log', error)
    }
  }
  return { prints: (level) => isEnabled(logger, level), line: printLine, print }
}
