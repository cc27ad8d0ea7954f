import type { RetryPolicy } from '../retry.ts'
import type { StepArguments } from './arguments.ts'
import type { CannotBeOut, OverwriteDoesNotFit } from './messages.ts'
import type { HasRuns, Runs } from './runnable.ts'
import type { AnyScope, Context, Entry } from './scope.ts'
import type { Log } from './template.ts'

/**
 * What a step's function gives, or the context that a chain ends with; `never` while it is not known, which fits
 * everything.
 */
export type Given<Callee> = Callee extends (...takes: never) => infer Output
  ? Awaited<Output>
  : Callee extends HasRuns<(...takes: never) => infer Output>
    ? Output
    : never

/** The name of a step if it is asynchronous, which is all that a chain remembers of that. */
export type AsyncName<Callee, Key> = Callee extends (...takes: never) => infer Output
  ? IfPromise<Output, Key>
  : Callee extends HasRuns<Runs<never, unknown, infer Asynchronous>>
    ? [Asynchronous] extends [never]
      ? never
      : unknown extends Asynchronous
        ? never
        : Named<Key>
    : never

// `any` could be anything: like `JSON.parse`, most functions that give it are synchronous, and `runSync` looks again.
type IfPromise<Output, Key> = Output extends PromiseLike<unknown> ? (0 extends 1 & Output ? never : Named<Key>) : never

type Named<Key> = [Key] extends [never] ? 'a step without out' : Key

/** Keys that are refused whatever the context. */
export type RefusedKey =
  | `$${string}`
  | '__proto__'
  | 'constructor'
  | 'prototype'
  | 'then'
  | ''
  | `${string}${'.' | '[' | ']' | '{' | '}'}${string}`

/** Keys that cannot be added to a context. */
export type Unavailable<Known extends AnyScope> = keyof Known['recent'] | keyof Known['folded'] | RefusedKey

/** The key of a new output. */
export type OutKey<Known extends AnyScope, Key, Refused> = string extends Key
  ? CannotBeOut<Key, WhyRefused<Known, Key>>
  : Key extends Refused
    ? CannotBeOut<Key, WhyRefused<Known, Key>>
    : Key

type WhyRefused<Known extends AnyScope, Key> = string extends Key
  ? 'it must be one literal name'
  : Key extends keyof Context<Known>
    ? 'the context has it already; overwrite: true replaces it'
    : Key extends `${string}${'.' | '[' | ']' | '{' | '}'}${string}` | ''
      ? 'it must be a plain name without dots, brackets or braces'
      : Key extends RefusedKey
        ? 'it is reserved'
        : 'overwrite is true or left out'

/** The option `overwrite`: the key keeps its type, so that what was checked before stays true. */
type Overwrite<Known extends AnyScope, Key, Value> = Key extends keyof Known['recent']
  ? OverwriteFits<Key, Value, Known['recent'][Key]>
  : Key extends keyof Known['folded']
    ? OverwriteFits<Key, Value, Known['folded'][Key]>
    : Key extends RefusedKey
      ? CannotBeOut<Key, WhyRefused<Known, Key>>
      : true

type OverwriteFits<Key, Value, Had> = [Value] extends [Had]
  ? true
  : OverwriteDoesNotFit<Key, { gives: Value; key: Had }>

/** What a step adds to the context: nothing without `out`, or where it overwrites. */
export type Added<Known extends AnyScope, Key extends PropertyKey, Value> = [Key] extends [never]
  ? {}
  : Key extends keyof Known['recent']
    ? {}
    : Key extends keyof Known['folded']
      ? {}
      : Entry<Key, Value>

/** The part of a Standard Schema that its output is inferred from. */
interface SchemaFor<Output> {
  readonly '~standard': { readonly types?: { readonly output: Output } | undefined }
}

/** The option `validate`. */
type Validator<Value, Output> =
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

/** The options of `tap`: those of `next` without `out`. */
export interface TapOptions<
  in out Known extends AnyScope,
  in out Callee,
  in out Arguments,
  in out Name extends string,
  in out Text,
  in out Value,
> extends CommonStepOptions {
  /**
   * What errors, events and lines call the step: at most 128 printable ASCII characters.
   * @default its number: `step-3`
   */
  readonly name?: Name | undefined
  /** What the function is called with. @see StepOptions.args */
  readonly args?: StepArguments<Known, Arguments, Callee> | undefined
  /** Judges what the function gave. @see StepOptions.validate */
  readonly validate?: Validator<Given<Callee>, Value> | undefined
  /** Printed when the step succeeded. @see StepOptions.log */
  readonly log?: Log<Known, never, Value, Text> | undefined
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
> extends CommonStepOptions {
  /** The key under which the context keeps the output. @default the output is not kept */
  readonly out?: OutKey<Known, Key, Refused> | undefined
  /** Lets `out` be a key that the context has already, with an output that is of its type. @default false */
  readonly overwrite?: (Refused & Overwrite<Known, Key, Value>) | undefined
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
   * Printed at level info when the step succeeded: a template, in which `{user.name}` is a ref, `{result.path}` the
   * step's own output and `{{` a brace, or a function of the context and the output that prints what it returns, if
   * that is a string.
   * @default nothing is printed
   */
  readonly log?: Log<Known, Key, Value, Text> | undefined
}
