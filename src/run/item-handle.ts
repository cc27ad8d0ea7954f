import type { PlanStep } from '../compile/plan.ts'
import type { LogFields, LogLevel } from '../define/logger.ts'
import type { StepHandle, StepLog } from '../define/step-handle.ts'
import { attemptEvent } from './events.ts'
import { emit, printedStep } from './notify.ts'
import { pathOf, type RunRecord, runIdOf } from './record.ts'
import type { Slot } from './slot.ts'
import { remainingOf } from './stop.ts'

/** The loop that an item is of. */
export interface Looped {
  readonly run: RunRecord
  readonly step: PlanStep
}

/** The handle of one item that has nothing around it but its group. What it knows is read when it is asked for. */
export class ItemHandle implements StepHandle {
  readonly #loop: Looped
  readonly #slot: Slot
  readonly #index: number

  constructor(loop: Looped, slot: Slot) {
    this.#loop = loop
    this.#slot = slot
    this.#index = slot.index
  }

  static #isCurrent(handle: ItemHandle): boolean {
    return handle.#slot.handle === handle
  }

  static #path(handle: ItemHandle): string {
    return `${pathOf(handle.#loop.run, handle.#loop.step.name)}/${handle.#index}`
  }

  get name(): string {
    return this.#loop.step.name
  }

  get attempt(): number {
    return 1
  }

  get signal(): AbortSignal {
    if (!ItemHandle.#isCurrent(this)) return AbortSignal.abort()
    return (this.#slot.controller ??= new AbortController()).signal
  }

  get key(): string {
    return `${runIdOf(this.#loop.run)}/${ItemHandle.#path(this)}`
  }

  get undoneKey(): undefined {
    return undefined
  }

  get log(): StepLog {
    const at = { ...printedStep(this.#loop.run, this.#loop.step), path: ItemHandle.#path(this) }
    const line = (level: LogLevel) => (message: string, fields?: LogFields) =>
      this.#loop.run.around.output.printer?.print(at, { level, message, fields })
    return { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') }
  }

  remaining(): number {
    return ItemHandle.#isCurrent(this) ? remainingOf(this.#loop.run) : 0
  }

  progress(done: number, total?: number): void {
    const run = this.#loop.run
    if (!ItemHandle.#isCurrent(this) || run.around.hooks?.onProgress == null) return
    const event = {
      ...attemptEvent(run, this.#loop.step),
      kind: 'item' as const,
      path: ItemHandle.#path(this),
      attempt: 1,
      attempts: 1,
    }
    void emit(run, 'onProgress', { ...event, done, ...(total === undefined ? {} : { total }) })
  }
}
