import type { PrintedStep, Printer } from '../compile/plan.ts'
import { describeThrown } from '../define/describe.ts'
import type { Hooks, RunEvent } from '../define/hooks.ts'
import type { Logger } from '../define/logger.ts'
import { isEnabled } from './printer.ts'

// What cannot be printed is told to nobody: telling is what failed.
function at({ chain, runId, path }: RunEvent): PrintedStep {
  return { chain, runId, path, log: null, report: () => {} }
}

function ms(duration: number): string {
  return `${duration < 10 ? Math.round(duration * 100) / 100 : Math.round(duration)} ms`
}

/** Prints the life of each step. */
function lifecycle(printer: Printer): Hooks {
  return {
    beforeStep(event) {
      printer.print(at(event), { level: 'debug', message: `Step '${event.name}' started` })
    },
    afterStep(event) {
      const { name, status, duration, attempt, attempts } = event
      const message = `Step '${name}' ${status} in ${ms(duration)}`
      printer.print(at(event), { level: 'debug', message, fields: { status, duration, attempt, attempts } })
    },
  }
}

/** The lines that a run prints by itself, as hooks: retries and faults at `warn`, the life of steps at `debug`, if anybody wants that. */
export function loggingHooks(logger: Logger, printer: Printer): Hooks {
  const hooks: Hooks = {
    onRetry(event) {
      const { name, attempt, attempts, error, delay } = event
      const message = `Step '${name}' failed on attempt ${attempt} of ${attempts}: ${describeThrown(error)}; retrying in ${ms(delay)}`
      printer.print(at(event), { level: 'warn', message, fields: { attempt, attempts, delay } })
    },
    onSlowStep(event) {
      const { name, attempt, attempts, elapsed } = event
      const message = `Step '${name}' is still at attempt ${attempt} of ${attempts} after ${ms(elapsed)}`
      printer.print(at(event), { level: 'warn', message, fields: { attempt, attempts, elapsed } })
    },
    onHookError(event) {
      // A logger that throws is not asked to say so, and what a line lost by its redactor it shows itself.
      if (event.source === 'logger' || event.source === 'redact') return
      const where = event.path === '' ? '' : ` at '${event.path}'`
      const message = `${event.source}${where} threw, which changed nothing: ${describeThrown(event.error)}`
      printer.print(at(event), { level: 'warn', message, fields: { source: event.source } })
    },
  }
  return isEnabled(logger, 'debug') ? { ...hooks, ...lifecycle(printer) } : hooks
}
