import type { HookErrorEvent } from 'stepchain'
import { untyped } from './untyped.ts'

/** A step's handle, as far as it prints. */
export interface Handle {
  readonly log: Record<string, (message: unknown, fields?: unknown) => void>
}

/** Hooks that keep what went wrong on the way out. */
export function faults(): { readonly told: HookErrorEvent[]; readonly hooks: object } {
  const told: HookErrorEvent[] = []
  return { told, hooks: { onHookError: (event: HookErrorEvent) => void told.push(event) } }
}

/** Lets all promises settle. */
export const settle = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve))

/** A chain of one step that prints. */
export function logging(log: unknown, output: unknown = 1): ReturnType<typeof untyped> {
  return untyped('orders').next(() => output, { out: 'x', log })
}
