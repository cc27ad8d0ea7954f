import type { StepchainError } from '../../errors.ts'
import type { RetryPolicy } from '../retry.ts'
import type { StepArguments } from './arguments.ts'
import type { OutKey, Overwrite } from './out.ts'
import type { HasRuns, Runs } from './runnable.ts'
import type { AnyScope, Context, ReadonlyFlat } from './scope.ts'
import type { Log } from './template.ts'
import type { Condition, Instead, Joined, Release, Undo } from './undo.ts'

/**
 * What a step's function gives, or the context that a chain ends with; `never` while it is not known, which fits
 * everything.
 */
export type Given<Callee> = Callee extends (...takes: never) => infer Output
  ? Output extends PromiseLike<unknown>
    ? Awaited<Output>
    : Output
  : Callee extends HasRuns<(...takes: never) => infer Output>
    ? Output
    : never

/** The name of a step if it, or its fallback, is asynchronous, which is all that a chain remembers of that. */
export type AsyncName<Callee, Key, Fallback = never> = Callee extends (...takes: never) => infer Output
  ? IfPromise<Output | Fallback, Key>
  : Callee extends HasRuns<Runs<never, unknown, infer Asynchronous>>
    ? [Asynchronous] extends [never]
      ? IfPromise<Fallback, Key>
      : unknown extends Asynchronous
        ? never
        : Named<Key>
    : never

// `any` could be anything: like `JSON.parse`, most functions that give it are synchronous, and `runSync` looks again.
type IfPromise<Output, Key> = Output extends PromiseLike<unknown> ? (0 extends 1 & Output ? never : Named<Key>) : never

/** What an asynchronous step is called. */
export type Named<Key> = [Key] extends [never] ? 'a step without out' : Key

/** The part of a Standard Schema that its output is inferred from. */
interface SchemaFor<Output> {
  readonly '~standard': { readonly types?: { readonly output: Output } | undefined }
}

/** The option `validate`. */
export type Validator<Value, Output> =
  | SchemaFor<Output>
  | ((value: Value) => value is Output & Value)
  | ((value: Value) => boolean | void | Promise<boolean | void>)

/** The options that every step has. */
export interface CommonStepOptions {
  /**
   * What errors, events and lines call the step: at most 128 printable ASCII characters.
   * @default the `out`, else `step-3`
   */
  readonly name?: string | undefined
  /** Extra calls after a failed one, or a whole policy. @default 0 */
  readonly retry?: number | RetryPolicy | undefined
  /** The ms one attempt may take. Code that blocks cannot be interrupted: it fails when it is back, and its output is not used. @default Infinity */
  readonly timeout?: number | undefined
}

/** How several things at once are run. */
export interface GroupOptions {
  /** How many run at the same time: a whole number from 1, or `Infinity`. @default Infinity for branches, 16 for items */
  readonly concurrency?: number | undefined
  /** The ms that the others get to end when one has failed, before they are abandoned. @default 1_000 */
  readonly grace?: number | undefined
}

/** The options of the method `when`. */
export interface WhenOptions extends CommonStepOptions {
  /**
   * What errors, events and lines call the step: at most 128 printable ASCII characters.
   * @default its number: `when-3`
   */
  readonly name?: string | undefined
}

/** The options of `tap`: those of `next` without `out`. */
export interface TapOptions<
  in out Known extends AnyScope,
  in out Callee,
  in out Arguments,
  in out Name extends string,
  in out Text,
  in out Value,
  in out Fallback,
> extends CommonStepOptions {
  /**
   * What errors, events and lines call the step: at most 128 printable ASCII characters.
   * @default its number: `step-3`
   */
  readonly name?: Name | undefined
  /** What the function is called with. @see StepOptions.args */
  readonly args?: StepArguments<Known, Arguments, Callee> | undefined
  /** Whether the step is run. @see StepOptions.when */
  readonly when?: ((context: ReadonlyFlat<Context<Known>>) => boolean) | undefined
  /** Judges what the function gave. @see StepOptions.validate */
  readonly validate?: Validator<Given<Callee>, Value> | undefined
  /** What the step gives instead of failing. @see StepOptions.fallback */
  readonly fallback?: Instead<Known, Value, Fallback> | undefined
  /** Undoes the step when the run fails later. @see StepOptions.compensate */
  readonly compensate?: Undo<NoInfer<Value>> | undefined
  /** Undoes the step where nobody knows whether it was done. @see StepOptions.compensateUnknown */
  readonly compensateUnknown?: Undo<StepchainError> | undefined
  /** Gives back what the step gave. @see StepOptions.release */
  readonly release?: Release<NoInfer<Joined<Value, Fallback>>> | undefined
  /** Whether the output is printed nowhere. @see StepOptions.sensitive */
  readonly sensitive?: boolean | undefined
  /** Printed when the step succeeded. @see StepOptions.log */
  readonly log?: Log<Known, never, Joined<Value, Fallback>, Text> | undefined
}

/** The options of `next`. */
export interface StepOptions<
  in out Known extends AnyScope,
  in out Callee,
  in out Arguments,
  in out Key,
  in out Refused,
  in out Text,
  in out Value,
  in out Fallback,
  in out Skipped,
> extends CommonStepOptions {
  /** The key under which the context keeps the output. @default the output is not kept */
  readonly out?: OutKey<Key, Refused> | undefined
  /** Lets `out` be a key that the context has already, with an output that is of its type. @default false */
  readonly overwrite?: (Refused & Overwrite<Known, Key, Joined<Value, Fallback>>) | undefined
  /**
   * What the function is called with: a list, or an object of named arguments that is passed as one. A string is a ref
   * into the context, such as `'user.address.city'` or `'rows.0.id'`, or one of `'$step'`, `'$signal'` and `'$input'`;
   * everything else is itself, and `literal('text')` is a string that is no ref.
   * @default the context and the step's handle
   */
  readonly args?: StepArguments<Known, Arguments, Callee> | undefined
  /**
   * Judges the output: a Standard Schema, whose own output takes its place, a type predicate, or a function that
   * throws, or returns `false`, for what it refuses.
   * @default every output is accepted
   */
  readonly validate?: Validator<Given<Callee>, Value> | undefined
  /**
   * Whether the step is run: skipped unless the predicate gives `true`. A step that was skipped has `undefined` for its
   * output; one that overwrites a key leaves it as it is.
   * @default it is run
   */
  readonly when?: Condition<Known, Skipped> | undefined
  /**
   * What the step gives instead of failing, when no attempt is left: a value, or a function of the error, the step's
   * handle and the context. It is not validated. A run that is cancelled or past its deadline gets none.
   * @default the step fails
   */
  readonly fallback?: Instead<Known, Value, Fallback> | undefined
  /**
   * Undoes the step, given its output, when the run does not succeed after all: a function, or
   * `{ run, retry, timeout }`. Steps are undone in reverse order, one after the other.
   * @default nothing is undone
   */
  readonly compensate?: Undo<NoInfer<Value>> | undefined
  /**
   * Undoes the step, given the error, where its last attempt was cut off, so that nobody knows whether it was done: a
   * function, or `{ run, retry, timeout }`.
   * @default nothing is undone
   */
  readonly compensateUnknown?: Undo<StepchainError> | undefined
  /**
   * Gives back what the step gave, a connection, say, at the end of every run, in reverse order: a function, or
   * `{ run, timeout }`. What it throws changes nothing.
   * @default nothing is called
   */
  readonly release?: Release<NoInfer<Joined<Value, Fallback>>> | undefined
  /**
   * Whether the output is printed nowhere: `[sensitive]` stands in its place, and in that of each of its texts of eight
   * characters or more, wherever a run prints one.
   * @default false
   */
  readonly sensitive?: boolean | undefined
  /**
   * Printed at level info when the step succeeded: a template, in which `{user.name}` is a ref, `{result.path}` the
   * step's own output and `{{` a brace, or a function of the context and the output that prints what it returns, if
   * that is a string.
   * @default nothing is printed
   */
  readonly log?: Log<Known, Key, Joined<Value, Fallback>, Text> | undefined
}
