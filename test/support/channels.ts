import { tracingChannel } from 'node:diagnostics_channel'
import type { StepMessage } from 'stepchain/diagnostics'

/** What a tracing channel publishes. */
export const EVENTS = ['start', 'end', 'asyncStart', 'asyncEnd', 'error'] as const

/** Undoes what a test has done to channels. */
export class Cleanups {
  readonly #all: (() => void)[] = []

  push(cleanup: () => void): void {
    this.#all.push(cleanup)
  }

  last(): void {
    this.#all.pop()?.()
  }

  run(): void {
    for (const cleanup of this.#all.splice(0)) cleanup()
  }

  /** Subscribes to a tracing channel as a whole, and keeps what comes: which event, of what, and how it stands. */
  listen(name: 'run' | 'step', told: string[] = []): string[] {
    const on = (event: string) => (message: unknown) => {
      const { path, kind, status, error, attempt } = message as StepMessage
      const code = (error as { code?: string } | undefined)?.code
      const tried = attempt > 1 ? `attempt ${attempt}` : undefined
      told.push([event, kind, path, status, code, tried].filter((word) => word !== undefined && word !== '').join(' '))
    }
    const subscribers = Object.fromEntries(EVENTS.map((event) => [event, on(event)])) as Record<
      (typeof EVENTS)[number],
      () => void
    >
    const tracing = tracingChannel(`stepchain.${name}`)
    tracing.subscribe(subscribers)
    this.push(() => tracing.unsubscribe(subscribers))
    return told
  }
}
