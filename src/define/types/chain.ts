import type { StepchainError } from '../../errors.ts'
import type { Hooks } from '../hooks.ts'
import type { RunOptions } from '../options.ts'
import type { SchemaInput, SchemaOutput, StandardSchema } from '../standard-schema.ts'
import type { AnyFunction, Step } from './arguments.ts'
import type { DynamicChain } from './dynamic.ts'
import type { HasAsyncSteps } from './messages.ts'
import type { RunArguments, runnable, Runs } from './runnable.ts'
import type { AnyScope, Context, Entry, Flat, Grown, Scope } from './scope.ts'
import type { Added, AsyncName, Given, OutKey, StepOptions, TapOptions, Unavailable } from './step.ts'
import type { Inlined, InlinedAsync, Usable } from './use.ts'

/** What `safeRun` gives: the context, or the error and what was finished before it. */
export type SafeResult<Output> =
  | { readonly ok: true; readonly context: Output }
  | { readonly ok: false; readonly error: StepchainError; readonly context: Partial<Output> }

/** What `args` may be: a list, or named arguments. */
type AnyArguments = readonly unknown[] | Readonly<Record<string, unknown>> | undefined

/**
 * An immutable definition: every method gives a new one, and any number of runs may share it.
 *
 * `Input` is what its run takes, `Known` what its steps see, and `Asynchronous` the union of the names of its
 * asynchronous steps.
 */
// The annotations spare the compiler working out the variance of each parameter, which alone would cost fifteen
// thousand instantiations.
export interface Chain<
  in out Input,
  in out Known extends AnyScope = Scope<Input>,
  in out Asynchronous extends string = never,
> {
  // A property of its own is cheaper than extending `Runnable`, and makes a chain one all the same.
  readonly [runnable]: Runs<Input, Flat<Context<Known>>, Asynchronous>

  /** What errors, events and lines call the chain. */
  readonly name: string

  /**
   * Adds a value to the context.
   *
   * @param key a name that the context does not have yet
   */
  put<Key extends string, Value>(
    key: OutKey<Known, Key, Unavailable<Known>>,
    value: Value,
  ): Chain<Input, Grown<Known, Entry<Key, Value>>, Asynchronous>

  /**
   * Adds a step.
   *
   * @param fn a function, called with what `args` says or else with the context and the step's handle; or another
   * chain, whose input that is
   *
   * A chain run as a step keeps its own `timeout`, `hooks`, `redact`, `strict` and `input`;
   * signal, deadline, logger, host and clock are those of the run around it.
   */
  // One signature, for overloads cost almost half as much again; `options` is not optional, which would make it a
  // union; and the result does not infer its own name, or an annotation of it would.
  next<
    Callee extends object,
    const Arguments extends AnyArguments = undefined,
    Key extends string = never,
    Refused extends PropertyKey | true = Unavailable<Known>,
    const Text extends string | AnyFunction = '',
    Value = Given<Callee>,
  >(
    fn: Step<Known, Arguments, Callee>,
    options: StepOptions<Known, Callee, Arguments, Key, Refused, Text, Value>,
  ): Chain<Input, Grown<Known, Added<Known, Key, Value>>, Asynchronous | AsyncName<Callee, NoInfer<Key>>>

  /** Adds a step for its effect only: what the function gives is not kept. */
  tap<
    Callee extends object,
    const Arguments extends AnyArguments = undefined,
    Name extends string = 'a tap without name',
    const Text extends string | AnyFunction = '',
    Value = Given<Callee>,
  >(
    fn: Step<Known, Arguments, Callee>,
    options?: TapOptions<Known, Callee, Arguments, Name, Text, Value>,
  ): Chain<Input, Known, Asynchronous | AsyncName<Callee, NoInfer<Name>>>

  /**
   * Adds the steps of another chain as if they were written here. Its input must be in the context, its outs must not.
   */
  use<Other extends object>(
    other: Usable<Known, Other>,
  ): Chain<Input, Grown<Known, Inlined<Other>>, Asynchronous | InlinedAsync<Other>>

  /** Adds hooks, called after those that the chain has already. */
  with(hooks: Hooks): Chain<Input, Known, Asynchronous>

  /**
   * Runs the chain. Of the input, a plain object, the own enumerable keys that are strings are copied once; symbols and what is not enumerable are ignored.
   *
   * What steps leave to the process is theirs: `process.exit`, say, or an error thrown in a timer of their own.
   *
   * @returns the context: the input, the values of `put` and the outputs of the steps
   * @throws StepchainError, by rejecting, whatever went wrong
   */
  run(...given: RunArguments<Input>): Promise<Flat<Context<Known>>>

  /**
   * Runs the chain without ever waiting for a promise. It can only be called while no step is asynchronous.
   *
   * @throws StepchainError, whatever went wrong
   */
  readonly runSync: Sync<Asynchronous, (...given: RunArguments<Input>) => Flat<Context<Known>>>

  /** Runs the chain like `run`; its promise never rejects. */
  safeRun(...given: RunArguments<Input>): Promise<SafeResult<Flat<Context<Known>>>>

  /** Runs the chain like `runSync`; it never throws. */
  readonly safeRunSync: Sync<Asynchronous, (...given: RunArguments<Input>) => SafeResult<Flat<Context<Known>>>>
}

type Sync<Asynchronous, Run> = [Asynchronous] extends [never] ? Run : HasAsyncSteps<Asynchronous>

/** The options of a chain: defaults for its runs, and a schema for their input. */
export interface ChainOptions<Schema = StandardSchema> extends Omit<RunOptions, 'runId'> {
  /** A Standard Schema for the run's input, whose output is what steps see. @default the input is taken as it is */
  readonly input?: Schema | undefined
}

/** How chains are made. */
export type MakeChain = <
  Input extends object = {},
  Schema extends StandardSchema<unknown, object> = StandardSchema<Input>,
>(
  name?: string,
  options?: ChainOptions<Schema>,
) => NewChain<SchemaInput<Schema>, SchemaOutput<Schema>>

/** A chain without steps; a dynamic one where the keys of its input are not known. */
type NewChain<Input, Seen> = string extends keyof Seen ? DynamicChain<Input, Seen> : Chain<Input, Scope<Seen>>
