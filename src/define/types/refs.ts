import type { StepHandle } from '../step-handle.ts'
import type { AnyScope } from './scope.ts'

declare const missing: unique symbol

/** What a ref that names nothing resolves to. Not `never`, which a step may well give. */
export interface Missing {
  readonly [missing]: never
}

/** Tells `Missing` from `any` and `never`, which are assignable to it too. */
export type IsMissing<T> = [T] extends [Missing]
  ? 0 extends 1 & T
    ? false
    : [T] extends [never]
      ? false
      : true
  : false

/** The refs to what is no part of the context. They are looked up last, so they cost the others nothing. */
export interface Ambient<Seen> {
  $step: StepHandle
  $signal: AbortSignal
  $input: Seen
}

/** A property of each member of a union; of arrays and tuples by index. */
type Property<T, Key> = T extends unknown
  ? Key extends keyof T
    ? T[Key]
    : Key extends `${infer Index extends number}`
      ? Index extends keyof T
        ? Element<T, Index>
        : Missing
      : Missing
  : never

/** A tuple of fixed length has its own places among its keys, and no others. */
type Element<T, Index extends keyof T> = T extends readonly unknown[]
  ? number extends T['length']
    ? T[Index]
    : Missing
  : T[Index]

/** What may not be there is `undefined` at run time; what can never be there is missing. */
type Perhaps<T> = IsMissing<T> extends true ? Missing : Exclude<T, Missing> | undefined

/** One segment of a path. Of `unknown` nothing is known, so it gives `unknown` again. */
export type Get<T, Key> = Key extends keyof T
  ? T[Key]
  : unknown extends T
    ? unknown
    : Perhaps<Property<NonNullable<T>, Key>>

/**
 * The rest of a path. The one path that is written is walked; enumerating all of them costs a hundred times as much.
 */
export type Walk<T, Path> = Path extends `${infer Head}.${infer Rest}` ? Walk<Get<T, Head>, Rest> : Get<T, Path>

/** A key of the context, the newest first, or an ambient ref. */
type Top<Known extends AnyScope, Key> = Key extends keyof Known['recent']
  ? Known['recent'][Key]
  : Key extends keyof Known['folded']
    ? Known['folded'][Key]
    : Key extends keyof Ambient<unknown>
      ? Ambient<Known['seen']>[Key]
      : Missing

/** The type that a ref resolves to. */
export type At<Known extends AnyScope, Path> = Path extends `${infer Head}.${infer Rest}`
  ? Walk<Top<Known, Head>, Rest>
  : Top<Known, Path>
