import type { StepchainError } from '../../errors.ts'
import type { ChainDescription } from '../description.ts'
import type { Hooks } from '../hooks.ts'
import type { RunOptions } from '../options.ts'
import type { Report } from '../report.ts'
import type { SchemaInput, SchemaOutput, StandardSchema } from '../standard-schema.ts'
import type { AnyFunction, Step } from './arguments.ts'
import type { BranchMaker, BranchNames, Either, Side } from './branch.ts'
import type { DynamicChain } from './dynamic.ts'
import type { Batched, GivenByItem, Item, ItemNames, ItemsRef, ItemStep } from './items.ts'
import type { EachOptions, Listed, MapOptions } from './loop.ts'
import type { HasAsyncSteps } from './messages.ts'
import type { Added, OutKey, Unavailable } from './out.ts'
import type { AnyBranches, CheckedBranches, Makers, ParallelOptions, ParallelOuts } from './parallel.ts'
import type { RunArguments, runnable, Runs } from './runnable.ts'
import type { AnyScope, Context, Entry, Flat, ReadonlyFlat, Scope, Successor } from './scope.ts'
import type { EachSummary } from './settled.ts'
import type { WhenOptions, AsyncName, Given, StepOptions, TapOptions } from './step.ts'
import type { Joined } from './undo.ts'
import type { Inlined, InlinedAsync, Usable } from './use.ts'

/**
 * What `safeRun` gives: the context, or the error and what was finished before it. The report, a getter, tells what
 * happened; it is made when it is first read.
 */
export type SafeResult<Output> =
  | { readonly ok: true; readonly context: Output; readonly report: Report }
  | {
      readonly ok: false
      readonly error: StepchainError
      readonly context: Partial<Output>
      readonly report: Report
    }

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
export interface Chain<in out Input, in out Known extends AnyScope = Scope<Input>, in out Asynchronous = never> {
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
    key: OutKey<Key, string extends Key ? string : Unavailable<Known>>,
    value: Value,
  ): Grown<Input, Known, Entry<Key, Value>, Asynchronous>

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
    Refused extends PropertyKey | true = string extends Key ? string : Unavailable<Known>,
    const Text extends string | AnyFunction = '',
    Value = Given<Callee>,
    const Fallback = never,
    Skipped extends undefined = never,
  >(
    fn: Step<Known, Arguments, Callee>,
    options: StepOptions<Known, Callee, Arguments, Key, Refused, Text, Value, Fallback, Skipped>,
  ): Grown<
    Input,
    Known,
    Added<Known, Key, Joined<Value, Fallback> | Skipped>,
    Asynchronous | AsyncName<Callee, NoInfer<Key>, Fallback>
  >

  /** Adds a step for its effect only: what the function gives is not kept. */
  tap<
    Callee extends object,
    const Arguments extends AnyArguments = undefined,
    Name extends string = 'a tap without name',
    const Text extends string | AnyFunction = '',
    Value = Given<Callee>,
    const Fallback = never,
  >(
    fn: Step<Known, Arguments, Callee>,
    options?: TapOptions<Known, Callee, Arguments, Name, Text, Value, Fallback>,
  ): Chain<Input, Known, Asynchronous | AsyncName<Callee, NoInfer<Name>, Fallback>>

  /**
   * Adds branches that run at the same time, each of which goes on from the context so far.
   *
   * @param branches a list, whose outs all go into the context, or an object, whose names do, each with an object of
   * that branch's outs
   */
  parallel<
    const Branches extends AnyBranches<Known>,
    const Text extends string | AnyFunction = '',
    Settle extends boolean = false,
    Skipped extends undefined = never,
  >(
    branches: CheckedBranches<Known, Branches, Settle>,
    options?: ParallelOptions<Known, Branches, Text, Settle, Skipped>,
  ): Grown<Input, Known, ParallelOuts<Known, Branches, Settle, Skipped>, Asynchronous | BranchNames<Makers<Branches>>>

  /**
   * Adds a step that does the same with each item of what `ref` leads to, and gives a list in their order.
   *
   * @param ref a path in the context to an array, an iterable or an async iterable
   * @param fn a function, called with the item, its index and the step's handle; or a list of one branch, whose chain
   * has `item` and `index` in its context
   */
  map<
    const Ref extends string,
    const Callee extends object = readonly [AnyFunction],
    Key extends string = never,
    Refused extends PropertyKey | true = string extends Key ? string : Unavailable<Known>,
    const Text extends string | AnyFunction = '',
    Value = GivenByItem<Known, Item<Known, Ref>, Callee>,
    const Fallback = never,
    Settle extends boolean = false,
    Skipped extends undefined = never,
  >(
    ref: ItemsRef<Known, Ref>,
    fn: ItemStep<Known, Item<Known, Ref>, Callee>,
    options: MapOptions<
      Known,
      GivenByItem<Known, Item<Known, Ref>, Callee>,
      Key,
      Refused,
      Text,
      Value,
      Fallback,
      Settle,
      Skipped
    >,
  ): Grown<
    Input,
    Known,
    Added<Known, Key, Listed<Value, Fallback, Settle> | Skipped>,
    Asynchronous | ItemNames<Known, Ref, Callee, NoInfer<Key>, Fallback>
  >

  /**
   * Adds a step that does the same with each item of what `ref` leads to, for its effect: what it gives is not kept.
   *
   * @param ref a path in the context to an array, an iterable or an async iterable
   * @param fn a function, called with the item or a batch of them, its index and the step's handle; or a list of one
   * branch, whose chain has `item` and `index` in its context
   */
  each<
    const Ref extends string,
    const Callee extends object = readonly [AnyFunction],
    Key extends string = never,
    Refused extends PropertyKey | true = string extends Key ? string : Unavailable<Known>,
    const Text extends string | AnyFunction = '',
    Batch extends number = never,
    Value = GivenByItem<Known, Batched<Known, Ref, Batch>, Callee>,
    const Fallback = never,
    Skipped extends undefined = never,
  >(
    ref: ItemsRef<Known, Ref>,
    fn: ItemStep<Known, Batched<Known, Ref, Batch>, Callee>,
    options?: EachOptions<
      Known,
      GivenByItem<Known, Batched<Known, Ref, Batch>, Callee>,
      Key,
      Refused,
      Text,
      Value,
      Fallback,
      Batch,
      Skipped
    >,
  ): Grown<
    Input,
    Known,
    Added<Known, Key, EachSummary | Skipped>,
    Asynchronous | ItemNames<Known, Ref, Callee, NoInfer<Key>, Fallback>
  >

  /**
   * Adds one of two branches, or one that is taken or not. A key that only one of them adds is `undefined` where that
   * was not taken.
   *
   * @param predicate gives `true` where `then` is taken
   * @param then makes a branch of the chain so far
   * @param otherwise makes the other one; without it, nothing is done instead
   */
  when<Then extends BranchMaker<Known>, Else extends BranchMaker<Known> = BranchMaker<Known>>(
    predicate: (context: ReadonlyFlat<Context<Known>>) => boolean,
    then: Side<Known, Then>,
    otherwise?: Side<Known, Else>,
    options?: WhenOptions,
  ): Grown<Input, Known, Either<Known, Then, Else>, Asynchronous | BranchNames<Then | Else>>

  /**
   * Adds the steps of another chain as if they were written here. Its input must be in the context, its outs must not.
   */
  use<Other extends object>(
    other: Usable<Known, Other>,
  ): Grown<Input, Known, Inlined<Other>, Asynchronous | InlinedAsync<Other>>

  /** Tells the definition as plain JSON, for diagrams and documentation: no functions, and no values of arguments. */
  describe(): ChainDescription

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

/** The chain with one more step: `New` joins the newest keys, which are folded when they are sixteen. */
type Grown<Input, Known extends AnyScope, New, Asynchronous> = Known['depth'] extends keyof Successor
  ? Chain<Input, Scope<Known['seen'], Known['folded'], Known['recent'] & New, Successor[Known['depth']]>, Asynchronous>
  : Chain<Input, Scope<Known['seen'], Known['folded'] & Flat<Known['recent'] & New>>, Asynchronous>

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
