import type { RunOptions } from '../options.ts'

/** Where the types find what a chain takes and gives. There is no such property at run time. */
export declare const runnable: unique symbol

/** A chain seen as a function, which is how a step of it is checked. */
export interface Runs<in Input, out Output, out Asynchronous> {
  (input: Input): Output
  readonly asynchronous: () => Asynchronous
}

/** What tells a chain from anything else, by one property. */
export interface HasRuns<Call> {
  readonly [runnable]: Call
}

/**
 * A chain by what it takes and gives: what `next` and `use` accept, and what an exported chain is annotated with where
 * declarations are isolated.
 *
 * `Asynchronous` is the union of the names of its asynchronous steps: `never` says that there are none, `string` that
 * nothing is known of them.
 *
 * @example
 * ```ts
 * import { chain, type Runnable } from 'stepchain'
 *
 * declare function fetchUser(id: string, signal: AbortSignal): Promise<{ name: string }>
 *
 * export const loadUser: Runnable<{ id: string }, { user: { name: string } }> = chain<{ id: string }>('load-user').next(
 *   fetchUser,
 *   { out: 'user', args: ['id', '$signal'] },
 * )
 * ```
 */
export interface Runnable<in Input, out Output, out Asynchronous extends string = string> {
  readonly [runnable]: Runs<Input, Output, Asynchronous>
  /** The chain's name. */
  readonly name: string
  /** Runs the chain. */
  run(input: Input, options?: RunOptions): Promise<Output>
}

/** What `run` and its kin are called with: the input may be left out where it has no required key. */
export type RunArguments<Input> = {} extends Input
  ? [input?: Input | undefined, options?: RunOptions]
  : [input: Input, options?: RunOptions]
