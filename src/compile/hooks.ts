import type { Hooks } from '../define/hooks.ts'
import { isPlainObject } from './arguments.ts'
import type { Place } from './check.ts'

/** One function of a set of hooks, with the set as its `this`. */
export interface Hook {
  readonly call: (...given: readonly unknown[]) => unknown
  readonly set: object
}

/** The hooks of a run, by name; `null` where nobody listens. */
export type HookTable = { readonly [Name in keyof Hooks]-?: readonly Hook[] | null }

type MutableTable = { -readonly [Name in keyof HookTable]: HookTable[Name] }

/** The table of a run to which nobody listens. */
export const NO_HOOKS: HookTable = {
  onRunStart: null,
  beforeStep: null,
  beforeAttempt: null,
  onRetry: null,
  afterStep: null,
  onProgress: null,
  onSlowStep: null,
  onLateSettle: null,
  onRunEnd: null,
  onHookError: null,
  wrap: null,
  isActive: null,
}

const NAMES = Object.keys(NO_HOOKS) as (keyof HookTable)[]

/**
 * Adds a set of hooks behind those there are. The functions are taken now: changing the set later changes nothing.
 * @throws DefinitionError for a name that is no hook, or a hook that is no function
 */
export function addHooks(table: HookTable | null, hooks: unknown, place: Place): HookTable {
  // A set may be an instance of a class: then it has fields of its own, and its hooks are methods.
  if (typeof hooks !== 'object' || hooks === null || Array.isArray(hooks) || isPlainObject(hooks))
    place.options('hooks', hooks, NO_HOOKS)
  const set = hooks as Record<string, unknown>
  const next: MutableTable = { ...(table ?? NO_HOOKS) }
  for (const name of NAMES) {
    const hook = set[name]
    // What every object has is no hook, were it polluted with one.
    if (hook === undefined || hook === Reflect.get(Object.prototype, name)) continue
    place.function(`hooks.${name}`, hook)
    next[name] = [...(next[name] ?? []), { call: hook as Hook['call'], set }]
  }
  return next
}

/** A table without some of its sets. */
export function withoutSets(table: HookTable, sets: ReadonlySet<object>): HookTable {
  const next: MutableTable = { ...NO_HOOKS }
  for (const name of NAMES) {
    const left = table[name]?.filter(({ set }) => !sets.has(set)) ?? []
    if (left.length > 0) next[name] = left
  }
  return next
}

/** Puts the hooks of one table behind those of another. */
export function joinHooks(first: HookTable | null, second: HookTable | null): HookTable | null {
  if (first === null || second === null) return first ?? second
  const next: MutableTable = { ...first }
  for (const name of NAMES) {
    const more = second[name]
    if (more !== null) next[name] = [...(next[name] ?? []), ...more]
  }
  return next
}
