import type { PlanStep } from '../compile/plan.ts'
import type { LogFields, LogLevel } from '../define/logger.ts'
import type { StepHandle, StepLog } from '../define/step-handle.ts'
import { attemptEvent } from './events.ts'
import { emit, printedStep } from './notify.ts'
import { isCurrent, pathOf, type RunRecord, runIdOf } from './record.ts'
import { remainingOf } from './stop.ts'

/** The handle of one attempt. What it knows is read when it is asked for, so that making it costs next to nothing. */
export class Handle implements StepHandle {
  readonly #run: RunRecord
  readonly #step: PlanStep
  readonly #sequence: number
  readonly #failures: number

  constructor(run: RunRecord, step: PlanStep) {
    this.#run = run
    this.#step = step
    this.#sequence = run.sequence
    this.#failures = run.failures
  }

  // Static: a private method or accessor would cost each handle a slot.
  static #isCurrent(handle: Handle): boolean {
    return isCurrent(handle.#run, handle.#step, handle.#sequence)
  }

  get name(): string {
    return this.#step.name
  }

  get attempt(): number {
    return this.#failures + 1
  }

  get signal(): AbortSignal {
    const run = this.#run
    if (run.signalled === this.#sequence && run.controller !== null) return run.controller.signal
    // An attempt that is over, or was cut off before it looked.
    if (!Handle.#isCurrent(this)) return run.extra?.cutOff?.signal ?? AbortSignal.abort()
    run.controller = new AbortController()
    run.signalled = this.#sequence
    return run.controller.signal
  }

  get key(): string {
    return `${runIdOf(this.#run)}/${pathOf(this.#run, this.name)}`
  }

  get undoneKey(): string | undefined {
    return this.#run.extra?.undoneKey
  }

  get log(): StepLog {
    const line = (level: LogLevel) => (message: string, fields?: LogFields) =>
      this.#run.around.output.printer?.print(printedStep(this.#run, this.#step), { level, message, fields })
    return { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') }
  }

  remaining(): number {
    return Handle.#isCurrent(this) ? remainingOf(this.#run) : 0
  }

  progress(done: number, total?: number): void {
    const run = this.#run
    if (!Handle.#isCurrent(this) || run.around.hooks?.onProgress == null) return
    void emit(run, 'onProgress', { ...attemptEvent(run, this.#step), done, ...(total === undefined ? {} : { total }) })
  }
}
