/** A step as a host sees it. */
export interface StepCall {
  /** The chain that was run. */
  readonly chain: string
  readonly runId: string
  /** Stable for a definition: `outer/inner`, from its second part on `outer/inner#2`. Printable ASCII, at most 256 characters. */
  readonly path: string
  readonly name: string
  /** What the step's function is called with. */
  readonly args: readonly unknown[]
}

/** What was thrown as plain data, for hosts that keep JSON: an error's name, message and code, or the value itself. */
export interface RecordedError {
  readonly name?: string
  readonly message?: string
  readonly code?: string
  readonly thrown?: unknown
}

/** A failed attempt as plain data. */
export interface RecordedAttempt {
  readonly attempt: number
  readonly error: RecordedError
  readonly duration: number | undefined
  readonly abandoned: boolean
}

/** What a step gives its host to remember: plain data as far as its value is. */
export type StepOutcome =
  | {
      readonly ok: true
      readonly value: unknown
      readonly attempt: number
      /** Whether the value is what the step falls back to. */
      readonly fallback?: true
      /** Whether an attempt was cut off before, so that nobody knows what came of it. */
      readonly unknown?: true
    }
  | {
      readonly ok: false
      /** The code of the error to fail with. */
      readonly code: string
      readonly message: string
      readonly error?: RecordedError
      readonly attempts: readonly RecordedAttempt[]
      readonly issues?: readonly unknown[]
      /** Whether an attempt was cut off, so that nobody knows what came of it. */
      readonly unknown?: true
      /** The ms to wait before the step goes on, when it is not yet over. */
      readonly delay?: number
    }

/** One of several branches, or items, that a host runs. */
export interface HostBranch<T> {
  /** Stable for a definition: the branch's name, or the number of the item. */
  readonly name: string
  /** Runs the branch's steps, on the host of the branch if the engine has one for each. It rejects only where the run ends. */
  run(host?: Host): Promise<T>
}

/**
 * The seam to other machines: what calls the steps. Without one they are called in place, at no cost.
 * A durable host remembers each outcome under the step's path and gives it back in a later run of the same id.
 */
export interface Host {
  readonly runId: string
  /** Runs a step once and remembers what it gave. Calls are never nested. */
  step<T = StepOutcome>(call: StepCall, run: (info: { signal?: AbortSignal }) => Promise<T>): Promise<T>
  /** Waits durably. Without it waits happen inside the step. */
  sleep?(name: string, ms: number): Promise<void>
  /** Waits shorter than this, in ms, happen inside the step. @default 0 */
  readonly minDurableMs?: number
  /** Runs branches in an order that is the same each time. Without it one is run after the other. */
  all?<T>(name: string, branches: readonly HostBranch<T>[]): Promise<readonly PromiseSettledResult<T>[]>
  /** Tells whether an error is the engine's own suspend or cancel, which is rethrown and seen by no one. */
  isControl?(error: unknown): boolean
  /** Gives a final failure in the engine's "do not retry" form. */
  fail?(error: unknown): unknown
  /** Whether the engine is repeating what happened before: mutes logs and hooks. */
  replaying?(): boolean
}
