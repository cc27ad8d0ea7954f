/**
 * What a chain knows at one of its steps. The context is in two parts, `Folded & Recent`: an alias or mapped type that
 * nested around all of it would cost the compiler quadratic time, so the newest keys gather in `Recent` and are folded
 * into one flat type every sixteen steps.
 */
export interface Scope<in out Seen, in out Folded = Seen, in out Recent = {}, in out Depth = 0> {
  /** The run's input as steps see it: after the schema, if there is one. */
  readonly seen: Seen
  /** The older keys. */
  readonly folded: Folded
  /** The newest keys, at most sixteen. */
  readonly recent: Recent
  /** How many steps `Recent` holds. */
  readonly depth: Depth
}

/**
 * Any scope: what type parameters are constrained by. One parameter for all its parts saves the compiler a twentieth of
 * its work.
 */
export interface AnyScope {
  readonly seen: unknown
  readonly folded: unknown
  readonly recent: unknown
  readonly depth: unknown
}

/** A flat object type in place of an intersection: what hovers and results show. */
export type Flat<T> = { [Key in keyof T]: T[Key] } & {}

/** The context as functions see it: flat, and not theirs to change. */
export type ReadonlyFlat<T> = { readonly [Key in keyof T]: T[Key] } & {}

/** The context at a step, in one piece. */
export type Context<Known extends AnyScope> = Known['folded'] & Known['recent']

/** One new key. */
export type Entry<Key extends PropertyKey, Value> = { [Name in Key]: Value }

/** One more, up to fifteen. */
export interface Successor {
  0: 1
  1: 2
  2: 3
  3: 4
  4: 5
  5: 6
  6: 7
  7: 8
  8: 9
  9: 10
  10: 11
  11: 12
  12: 13
  13: 14
  14: 15
}
