import type { LogFields, LogLevel } from '../define/logger.ts'
import type { StepHandle, StepLog } from '../define/step-handle.ts'
import { attemptEvent } from './events.ts'
import { emit, printedStep } from './notify.ts'
import { pathOf, runIdOf } from './record.ts'
import type { Looped, Slot } from './slot.ts'
import { remainingOf } from './stop.ts'

/** The handle of one item that has nothing around it but its group. What it knows is read when it is asked for. */
export class ItemHandle implements StepHandle {
  readonly #slot: Slot
  readonly #index: number

  constructor(slot: Slot) {
    this.#slot = slot
    this.#index = slot.index
  }

  static #isCurrent(handle: ItemHandle): boolean {
    return handle.#slot.live === handle.#index
  }

  static #path(handle: ItemHandle): string {
    return `${pathOf((handle.#slot.loop as Looped).run, (handle.#slot.loop as Looped).step.name)}/${handle.#index}`
  }

  get name(): string {
    return (this.#slot.loop as Looped).step.name
  }

  get attempt(): number {
    return 1
  }

  get signal(): AbortSignal {
    if (!ItemHandle.#isCurrent(this)) return AbortSignal.abort()
    return (this.#slot.controller ??= new AbortController()).signal
  }

  get key(): string {
    return `${runIdOf((this.#slot.loop as Looped).run)}/${ItemHandle.#path(this)}`
  }

  get undoneKey(): undefined {
    return undefined
  }

  get log(): StepLog {
    const at = {
      ...printedStep((this.#slot.loop as Looped).run, (this.#slot.loop as Looped).step),
      path: ItemHandle.#path(this),
    }
    const line = (level: LogLevel) => (message: string, fields?: LogFields) =>
      (this.#slot.loop as Looped).run.around.output.printer?.print(at, { level, message, fields })
    return { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') }
  }

  remaining(): number {
    return ItemHandle.#isCurrent(this) ? remainingOf((this.#slot.loop as Looped).run) : 0
  }

  progress(done: number, total?: number): void {
    const run = (this.#slot.loop as Looped).run
    if (!ItemHandle.#isCurrent(this) || run.around.hooks?.onProgress == null) return
    const event = {
      ...attemptEvent(run, (this.#slot.loop as Looped).step),
      kind: 'item' as const,
      path: ItemHandle.#path(this),
      attempt: 1,
      attempts: 1,
    }
    void emit(run, 'onProgress', { ...event, done, ...(total === undefined ? {} : { total }) })
  }
}
