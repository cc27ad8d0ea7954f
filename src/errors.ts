import type { Issue } from './define/standard-schema.ts'
import { INSPECT, isClear, scrub } from './scrub.ts'

/** What distinguishes the errors; stable across versions. */
export type ErrorCode =
  | 'SC_STEP'
  | 'SC_TIMEOUT'
  | 'SC_ASYNC_IN_SYNC'
  | 'SC_SYNC_SLEEP'
  | 'SC_VALIDATION'
  | 'SC_HOOK'
  | 'SC_DEADLINE'
  | 'SC_CANCELLED'
  | 'SC_REFERENCE'
  | 'SC_DEFINITION'
  | 'SC_TEMPLATE'
  | 'SC_INPUT'
  | 'SC_LIMIT'
  | 'SC_GROUP'
  | 'SC_COMPENSATION'

/** One attempt of a step that failed. */
export interface FailedAttempt {
  /** Its number, from 1. */
  readonly attempt: number
  /** What was thrown, untouched. */
  readonly error: unknown
  /**
   * ms it took. The first attempt of an async step with a timeout is timed to within 10 ms, unless a hook times all steps;
   * a step with neither retries nor a timeout is not timed at all without such a hook.
   */
  readonly duration: number | undefined
  /** Whether it goes on by itself, since it ignored its signal. */
  readonly abandoned: boolean
  /** ms for which it blocked the thread, past its timeout: what is synchronous cannot be interrupted. */
  readonly blockedMs?: number
}

/** What an error knows beside its message. */
export interface ErrorDetails {
  readonly chain: string
  readonly runId?: string | undefined
  readonly step?: string | undefined
  readonly attempts?: readonly FailedAttempt[] | undefined
  readonly context?: Readonly<Record<string, unknown>> | undefined
  readonly issues?: readonly Issue[] | undefined
  readonly suppressed?: readonly unknown[] | undefined
  readonly errors?: readonly StepchainError[] | undefined
  readonly results?: unknown
  /** What clears a text of what is not to be printed, with the rules of the run. */
  readonly redact?: ((text: string) => string) | undefined
  /** What the outputs of sensitive steps are hidden for. */
  readonly owner?: object | null | undefined
  /** `{ cause: undefined }` is a cause too: a step may throw `undefined`. */
  readonly cause?: unknown
}

// Shared by every copy of the package in a process, so that errors of one are known to the other.
const brand: unique symbol = Symbol.for('stepchain.error') as never

/** The base of all errors of the package. Recognise them by `code`, or with `isStepchainError`. */
export class StepchainError extends Error {
  readonly code: ErrorCode
  /** The name of the chain that was run or built. */
  readonly chain: string
  /** The id of the run; absent from errors of a definition. */
  declare readonly runId?: string
  /** The path of the step, `outer > inner` for a step of a nested chain. */
  declare readonly step?: string
  // Private, so that a printed error shows neither what a context holds nor every attempt.
  readonly #details: ErrorDetails

  constructor(message: string, details: ErrorDetails, code: ErrorCode) {
    super(scrub(message), 'cause' in details ? { cause: details.cause } : undefined)
    this.code = code
    this.chain = scrub(details.chain)
    if (details.runId !== undefined) this.runId = scrub(details.runId)
    if (details.step !== undefined) this.step = scrub(details.step)
    this.#details = details
    if (!isClear())
      Object.defineProperty(this, 'stack', { value: scrub(String(this.stack)), writable: true, configurable: true })
  }

  override get name(): string {
    return 'StepchainError'
  }

  /** @internal A text about an error as it may be printed. */
  static clear(error: StepchainError, text: string): string {
    return (error.#details.redact ?? scrub)(text)
  }

  /** The attempts of the step that failed, in order. */
  get attempts(): readonly FailedAttempt[] {
    return this.#details.attempts ?? []
  }

  /** The input and the outputs of all steps that were finished. */
  get context(): Readonly<Record<string, unknown>> {
    return this.#details.context ?? {}
  }

  /** Of a group, the errors of all that failed in it; of compensations, theirs. Empty for other errors. */
  get errors(): readonly StepchainError[] {
    return this.#details.errors ?? []
  }

  /** Of a group, what was finished in it. */
  get results(): unknown {
    return this.#details.results
  }

  /** What a validator found; empty for other errors. */
  get issues(): readonly Issue[] {
    return this.#details.issues ?? []
  }

  /** What else failed on the way, such as a `retryIf` that threw. */
  get suppressed(): readonly unknown[] {
    return this.#details.suppressed ?? []
  }

  /** The error as plain data: without values, so that it is safe to print. */
  toJSON(): Record<string, unknown> {
    const { name, code, message, chain, runId, step } = this
    return { name, code, message, chain, runId, step }
  }
}
Object.defineProperty(StepchainError.prototype, brand, { value: true })

// While an error is shown by what calls back, it and its causes are shown as any other.
let showing = false

type Inspection = readonly [depth: number, options: object, inspect?: (value: unknown, options: object) => string]

/** How `console.log` shows an error, with its causes: as any other, but cleared of all that is not to be printed. */
function inspected(this: StepchainError, ...[depth, options, inspect]: Inspection): unknown {
  if (showing || typeof inspect !== 'function') return this
  showing = true
  try {
    // Colours would stand between a name and its value.
    return StepchainError.clear(this, inspect(this, { ...options, depth, colors: false, stylize: String }))
  } finally {
    showing = false
  }
}
Object.defineProperty(StepchainError.prototype, INSPECT, { value: inspected })

/** A step's function threw, or rejected, on its last attempt; `cause` is what it threw. Not used for output that was refused. */
export class StepFailedError extends StepchainError {
  constructor(message: string, details: ErrorDetails, code: ErrorCode = 'SC_STEP') {
    super(message, details, code)
  }
  override get name(): string {
    return 'StepFailedError'
  }
}

/** A step's last attempt took longer than its `timeout`. Not used when the run's time was up: that is `DeadlineExceededError`. */
export class StepTimeoutError extends StepFailedError {
  constructor(message: string, details: ErrorDetails) {
    super(message, details, 'SC_TIMEOUT')
  }
  override get name(): string {
    return 'StepTimeoutError'
  }
}

/** A step's output, or the run's input, was refused by a validator; `issues` says why. */
export class ValidationFailedError extends StepchainError {
  constructor(message: string, details: ErrorDetails) {
    super(message, details, 'SC_VALIDATION')
  }
  override get name(): string {
    return 'ValidationFailedError'
  }
}

/** The run's `timeout` or `deadline` passed, or the next wait would have passed it; `cause` is the last real failure, if any. */
export class DeadlineExceededError extends StepchainError {
  constructor(message: string, details: ErrorDetails) {
    super(message, details, 'SC_DEADLINE')
  }
  override get name(): string {
    return 'DeadlineExceededError'
  }
}

/** The caller's signal was aborted; `cause` is its reason. Not used for an `AbortError` that a step throws by itself. */
export class CancelledError extends StepchainError {
  constructor(message: string, details: ErrorDetails) {
    super(message, details, 'SC_CANCELLED')
  }
  override get name(): string {
    return 'CancelledError'
  }
}

/** With `strict`, a ref that nothing in the context answers to. */
export class UnresolvedReferenceError extends StepchainError {
  constructor(message: string, details: ErrorDetails) {
    super(message, details, 'SC_REFERENCE')
  }
  override get name(): string {
    return 'UnresolvedReferenceError'
  }
}

/** A chain that is not defined well. Thrown while it is built, where that is possible. */
export class DefinitionError extends StepchainError {
  constructor(message: string, details: ErrorDetails, code: ErrorCode = 'SC_DEFINITION') {
    super(message, details, code)
  }
  override get name(): string {
    return 'DefinitionError'
  }
}

/** The input or the options of a run are not what they must be. Nothing was run. */
export class InputError extends StepchainError {
  constructor(message: string, details: ErrorDetails) {
    super(message, details, 'SC_INPUT')
  }
  override get name(): string {
    return 'InputError'
  }
}

/** With `strictHooks`, a hook threw or took too long; `cause` is what it threw. The steps that it was told of are not repeated. */
export class HookFailedError extends StepchainError {
  constructor(message: string, details: ErrorDetails) {
    super(message, details, 'SC_HOOK')
  }
  override get name(): string {
    return 'HookFailedError'
  }
}

/** Something is larger or deeper than the package is willing to handle. */
export class LimitError extends StepchainError {
  constructor(message: string, details: ErrorDetails) {
    super(message, details, 'SC_LIMIT')
  }
  override get name(): string {
    return 'LimitError'
  }
}

/**
 * Branches or items failed: `errors` has those of all that did by themselves, in declared order (of a `map` or `each` the first 16), `cause` is the first in time,
 * and `results` what was finished: by branch, by index, or the summary of `each`. Not used where the whole group was cancelled.
 */
export class GroupError extends StepchainError {
  constructor(message: string, details: ErrorDetails) {
    super(message, details, 'SC_GROUP')
  }
  override get name(): string {
    return 'GroupError'
  }
}

/** A run failed, and so did some of its compensations: `cause` is what it failed with, `errors` are those of the compensations. */
export class CompensationError extends StepchainError {
  constructor(message: string, details: ErrorDetails) {
    super(message, details, 'SC_COMPENSATION')
  }
  override get name(): string {
    return 'CompensationError'
  }
}

/** Thrown by a step to say that calling it again is of no use: it fails at once, whatever its policy. */
export class NonRetryableError extends Error {
  readonly code = 'SC_NON_RETRYABLE' as const
  override get name(): string {
    return 'NonRetryableError'
  }
}
Object.defineProperty(NonRetryableError.prototype, brand, { value: true })

/** The code of an error of this package, of whichever copy; `undefined` for anything else. */
export function codeOf(value: unknown): string | undefined {
  try {
    const error = value as { readonly [brand]?: true; readonly code?: string } | null | undefined
    return typeof error === 'object' && error?.[brand] === true ? error.code : undefined
  } catch {
    return undefined
  }
}

/** Tells whether a value is an error of this package, also of another copy of it. */
export function isStepchainError(value: unknown): value is StepchainError {
  const code = codeOf(value)
  return code !== undefined && code !== 'SC_NON_RETRYABLE'
}
