import type { StepchainError } from '../../errors.ts'
import type { RetryPolicy } from '../retry.ts'
import type { OutKey, Overwrite } from './out.ts'
import type { AnyScope } from './scope.ts'
import type { EachSummary, Settled } from './settled.ts'
import type { CommonStepOptions, GroupOptions, Validator } from './step.ts'
import type { Log } from './template.ts'
import type { Condition, Instead, Joined, Release, Undo } from './undo.ts'

/** What `map` gives. */
export type Listed<Value, Fallback, Settle> = Settle extends true
  ? Settled<Joined<Value, Fallback>>[]
  : Joined<Value, Fallback>[]

/** The options of `map` and `each` that speak of one item. */
interface ItemOptions extends CommonStepOptions, GroupOptions {
  /** Extra calls for an item after a failed one, or a whole policy. @default 0 */
  readonly retry?: number | RetryPolicy | undefined
  /** The ms one attempt at an item may take. @default Infinity */
  readonly timeout?: number | undefined
}

/** The options of `map`. */
export interface MapOptions<
  in out Known extends AnyScope,
  in out Output,
  in out Key,
  in out Refused,
  in out Text,
  in out Value,
  in out Fallback,
  in out Settle,
  in out Skipped,
> extends ItemOptions {
  /** The key under which the context keeps the list, which is in the order of the items. */
  readonly out: OutKey<Key, Refused>
  /** Lets `out` be a key that the context has already, with a list that is of its type. @default false */
  readonly overwrite?: (Refused & Overwrite<Known, Key, Listed<Value, Fallback, Settle>>) | undefined
  /** Whether the step is run: skipped unless the predicate gives `true`. @see StepOptions.when @default it is run */
  readonly when?: Condition<Known, Skipped> | undefined
  /** Judges what each item gave. @see StepOptions.validate @default every output is accepted */
  readonly validate?: Validator<Output, Value> | undefined
  /** What an item gives instead of failing. @see StepOptions.fallback @default the item fails */
  readonly fallback?: Instead<Known, Value, Fallback> | undefined
  /** Whether failures are results: the list is of `Settled`, and no item stops another. @default false */
  readonly settle?: Settle | undefined
  /** Undoes the whole step, given the list. @see StepOptions.compensate @default nothing is undone */
  readonly compensate?: Undo<NoInfer<Listed<Value, Fallback, Settle>>> | undefined
  /** Undoes the whole step where nobody knows whether it was done. @see StepOptions.compensateUnknown @default nothing is undone */
  readonly compensateUnknown?: Undo<StepchainError> | undefined
  /** Whether the list is printed nowhere. @see StepOptions.sensitive @default false */
  readonly sensitive?: boolean | undefined
  /** Gives back what the list holds. @see StepOptions.release @default nothing is called */
  readonly release?: Release<NoInfer<Listed<Value, Fallback, Settle>>> | undefined
  /** Printed when the step succeeded; `{result}` is the list. @see StepOptions.log @default nothing is printed */
  readonly log?: Log<Known, Key, Listed<Value, Fallback, Settle>, Text> | undefined
}

/** The options of `each`. */
export interface EachOptions<
  in out Known extends AnyScope,
  in out Output,
  in out Key,
  in out Refused,
  in out Text,
  in out Value,
  in out Fallback,
  in out Batch,
  in out Skipped,
> extends ItemOptions {
  /** The key under which the context keeps an `EachSummary`. @default nothing is kept */
  readonly out?: OutKey<Key, Refused> | undefined
  /** Lets `out` be a key that the context has already, if it may be an `EachSummary`. @default false */
  readonly overwrite?: (Refused & Overwrite<Known, Key, EachSummary>) | undefined
  /** How many items the function gets at once, as a list; the index counts batches. @default one, in no list */
  readonly batch?: Batch | undefined
  /** How many items may fail: a number of them, or, below 1, a part of all; `Infinity` for any number. @default 0 */
  readonly tolerate?: number | undefined
  /** Whether the step is run: skipped unless the predicate gives `true`. @see StepOptions.when @default it is run */
  readonly when?: Condition<Known, Skipped> | undefined
  /** Judges what each item gave, which is dropped. @see StepOptions.validate @default every output is accepted */
  readonly validate?: Validator<Output, Value> | undefined
  /** Keeps an item from failing; what it gives is dropped. @see StepOptions.fallback @default the item fails */
  readonly fallback?: Instead<Known, Value, Fallback> | undefined
  /** Undoes the whole step, given its summary. @see StepOptions.compensate @default nothing is undone */
  readonly compensate?: Undo<EachSummary> | undefined
  /** Undoes the whole step where nobody knows whether it was done. @see StepOptions.compensateUnknown @default nothing is undone */
  readonly compensateUnknown?: Undo<StepchainError> | undefined
  /** Called at the end of every run, given the summary. @see StepOptions.release @default nothing is called */
  readonly release?: Release<EachSummary> | undefined
  /** Printed when the step succeeded; `{result}` is the summary. @see StepOptions.log @default nothing is printed */
  readonly log?: Log<Known, Key, EachSummary, Text> | undefined
}
