import type { Hooks, RunEvent } from 'stepchain'

type Named = Partial<
  Record<
    'attempt' | 'status' | 'error' | 'delay' | 'abandoned' | 'source' | 'output' | 'fallback' | 'done' | 'total',
    unknown
  >
>

/** Keeps every event, in order. */
export class Tally {
  readonly events: { readonly hook: string; readonly event: RunEvent & Named }[] = []
  readonly hooks: Hooks

  constructor() {
    const keep =
      (hook: string) =>
      (event: RunEvent): void =>
        void this.events.push({ hook, event })
    this.hooks = {
      onRunStart: keep('onRunStart'),
      beforeStep: keep('beforeStep'),
      beforeAttempt: keep('beforeAttempt'),
      onRetry: keep('onRetry'),
      afterStep: keep('afterStep'),
      onProgress: keep('onProgress'),
      onLateSettle: keep('onLateSettle'),
      onRunEnd: keep('onRunEnd'),
      onHookError: keep('onHookError'),
    }
  }

  /** The hooks in order, each with the path of its step. */
  get order(): string[] {
    return this.events.map(({ hook, event }) => (event.path === '' ? hook : `${hook} ${event.path}`))
  }

  /** The events of one hook. */
  of(hook: keyof Hooks): (RunEvent & Named)[] {
    return this.events.flatMap((kept) => (kept.hook === hook ? [kept.event] : []))
  }
}
