/** What a node of a chain is. */
export type NodeKind = 'run' | 'step' | 'chain' | 'parallel' | 'map' | 'each' | 'when' | 'item'

/** How a step ended. */
export type StepStatus = 'ok' | 'failed' | 'cancelled' | 'skipped'

/** What every event carries. */
export interface RunEvent {
  /** The name of the chain that was run. */
  readonly chain: string
  /** The id of the run. */
  readonly runId: string
  /** The step's path, `outer/inner` for a step of a nested chain, `enrich/17` for an item; empty for the run itself. */
  readonly path: string
  /** The step's name, or the chain's for events of the run. */
  readonly name: string
  /** What the event is about. */
  readonly kind: NodeKind
}

/** The end of a run. */
export interface RunEndEvent extends RunEvent {
  readonly status: StepStatus
  /** ms since the run began. */
  readonly duration: number
  /** Why it did not succeed. */
  readonly error?: unknown
}

/** One attempt of a step. */
export interface AttemptEvent extends RunEvent {
  /** The number of the attempt, from 1. */
  readonly attempt: number
  /** How many attempts there can be. */
  readonly attempts: number
}

/** An attempt that failed and is followed by another. */
export interface RetryEvent extends AttemptEvent {
  readonly error: unknown
  /** The wait before the next attempt, in ms. */
  readonly delay: number
  /** Whether the attempt goes on by itself, since it ignored its signal. */
  readonly abandoned: boolean
}

/** The end of a step. */
export interface StepEndEvent extends AttemptEvent {
  readonly status: StepStatus
  /** ms since the step began, with waits between its attempts. */
  readonly duration: number
  /** What the step gave, when it succeeded. */
  readonly output?: unknown
  /** Whether that is its `fallback`. */
  readonly fallback?: true
  /** Why it did not succeed. */
  readonly error?: unknown
  /** Whether the last attempt goes on by itself, since it ignored its signal. */
  readonly abandoned: boolean
}

/** An attempt that was cut off and succeeded all the same, or was abandoned and settled after all. Its outcome is never stored. */
export interface LateEvent extends AttemptEvent {
  readonly status: 'ok' | 'failed'
  readonly output?: unknown
  readonly error?: unknown
}

/** An attempt that has taken longer than `slowStepWarning`, and goes on. */
export interface SlowEvent extends AttemptEvent {
  /** ms since the attempt began. */
  readonly elapsed: number
}

/** Progress that a step reported, or how many items of a `map` or `each` are done. */
export interface ProgressEvent extends AttemptEvent {
  readonly done: number
  readonly total?: number
}

/** A hook, logger, log callback or template that threw. It changed nothing. */
export interface HookErrorEvent extends RunEvent {
  /** What threw: the hook's name, `'logger'`, `'log'`, `'redact'`, `'budget'` or `'release'`. */
  readonly source: string
  readonly error: unknown
}

/**
 * Functions called during a run, each with one frozen event. They may be asynchronous: `run` waits for them, up to `hookTimeout` ms each; `runSync` does not.
 * What they throw goes to `onHookError` and changes nothing. Several sets compose: see `with`.
 */
export interface Hooks {
  /** Before the first step. Not called for a run that cannot begin. */
  onRunStart?(event: RunEvent): unknown
  /** Once before a step. */
  beforeStep?(event: AttemptEvent): unknown
  /** Before each attempt of a step. */
  beforeAttempt?(event: AttemptEvent): unknown
  /** After an attempt that failed and is followed by another. */
  onRetry?(event: RetryEvent): unknown
  /** Once after a step that began, whatever came of it, and after one that was skipped. */
  afterStep?(event: StepEndEvent): unknown
  /** When a step reports progress. */
  onProgress?(event: ProgressEvent): unknown
  /** When an attempt takes longer than the option `slowStepWarning`; once an attempt. */
  onSlowStep?(event: SlowEvent): unknown
  /** When an abandoned attempt settles, or one that was cut off succeeds. */
  onLateSettle?(event: LateEvent): unknown
  /** Once at the end of a run, also of one that could not begin. */
  onRunEnd?(event: RunEndEvent): unknown
  /** When a hook, a logger, a log callback or a template threw. */
  onHookError?(event: HookErrorEvent): unknown
  /**
   * Surrounds the call of each attempt: it calls `next()` and returns what that gives, or something else in its place.
   * What it throws is the attempt's failure.
   */
  wrap?(event: AttemptEvent, next: () => unknown): unknown
}
