import type { Hooks } from '../hooks.ts'
import type { StandardSchema } from '../standard-schema.ts'
import type { StepHandle } from '../step-handle.ts'
import type { AnyFunction } from './arguments.ts'
import type { SafeResult } from './chain.ts'
import type { HasRuns, RunArguments, runnable, Runs } from './runnable.ts'
import type { CommonStepOptions } from './step.ts'

/** The options of a step of a dynamic chain: those of `next`, unchecked where they speak of keys. */
export interface DynamicStepOptions<Seen> extends CommonStepOptions {
  /** The key under which the context keeps the output. @default the output is not kept */
  readonly out?: string | undefined
  /** Lets `out` be a key that the context has already. @default false */
  readonly overwrite?: true | undefined
  /** Judges the output. @default every output is accepted */
  readonly validate?: StandardSchema | ((value: unknown) => unknown) | undefined
  /** Printed when the step succeeded. @default nothing is printed */
  readonly log?: string | ((context: Readonly<Seen>, output: unknown) => unknown) | undefined
}

interface WithArguments {
  /** What the function is called with. @see StepOptions.args */
  readonly args: readonly unknown[] | Readonly<Record<string, unknown>>
}

/**
 * A chain whose keys are only known at run time, such as one that is built in a loop: what `chain` gives for an input
 * with an index signature. Its context is of the input's type all along, and `runSync` is not kept from asynchronous
 * steps.
 *
 * @example
 * ```ts
 * import { chain } from 'stepchain'
 *
 * const checks = { even: (n: number) => n % 2 === 0, small: (n: number) => n < 10 }
 *
 * let report = chain<Record<string, unknown>>('report')
 * for (const [name, check] of Object.entries(checks)) report = report.next(check, { out: name, args: ['n'] })
 * const { even, small } = report.runSync({ n: 4 })
 * ```
 */
export interface DynamicChain<in out Input = Record<string, unknown>, in out Seen = Input> {
  readonly [runnable]: Runs<Input, Seen, string>
  /** What errors, events and lines call the chain. */
  readonly name: string
  /** Adds a value to the context. */
  put(key: string, value: unknown): DynamicChain<Input, Seen>
  /** Adds a step that is called with `args`. */
  next(fn: AnyFunction | HasRuns<unknown>, options: DynamicStepOptions<Seen> & WithArguments): DynamicChain<Input, Seen>
  /** Adds a step that is called with the context and the step's handle, or a chain whose input the context is. */
  next(
    fn: ((context: Readonly<Seen>, step: StepHandle) => unknown) | HasRuns<unknown>,
    options: DynamicStepOptions<Seen>,
  ): DynamicChain<Input, Seen>
  /** Adds a step for its effect only, called with `args`. */
  tap(
    fn: AnyFunction,
    options: Omit<DynamicStepOptions<Seen>, 'out' | 'overwrite'> & WithArguments,
  ): DynamicChain<Input, Seen>
  /** Adds a step for its effect only. */
  tap(
    fn: (context: Readonly<Seen>, step: StepHandle) => unknown,
    options?: Omit<DynamicStepOptions<Seen>, 'out' | 'overwrite'>,
  ): DynamicChain<Input, Seen>
  /** Adds the steps of another chain. */
  use(other: HasRuns<unknown>): DynamicChain<Input, Seen>
  /** Adds hooks, called after those that the chain has already. */
  with(hooks: Hooks): DynamicChain<Input, Seen>
  /** Runs the chain. @throws StepchainError, by rejecting, whatever went wrong */
  run(...given: RunArguments<Input>): Promise<Seen>
  /** Runs the chain without waiting for a promise. @throws StepchainError, also where a step is asynchronous */
  runSync(...given: RunArguments<Input>): Seen
  /** Runs the chain like `run`; its promise never rejects. */
  safeRun(...given: RunArguments<Input>): Promise<SafeResult<Seen>>
  /** Runs the chain like `runSync`; it never throws. */
  safeRunSync(...given: RunArguments<Input>): SafeResult<Seen>
}
