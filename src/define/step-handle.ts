import type { LogFields } from './logger.ts'

/** Printing from inside a step: redacted, with the chain, run and step in the fields. */
export interface StepLog {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
}

/** What a step knows about its own run. It belongs to one attempt. */
export interface StepHandle {
  /** The step's name. */
  readonly name: string
  /** The number of this attempt, from 1. */
  readonly attempt: number
  /** Aborted when the attempt times out, the run is cancelled or its deadline passes. Made when first read. */
  readonly signal: AbortSignal
  /** An idempotency key: the same for every attempt of this step in this run, unlike that of any other. */
  readonly key: string
  /** Prints through the run's logger. */
  readonly log: StepLog
  /** The ms left before the attempt's timeout or the run's deadline, whichever is nearer; `Infinity` without either. */
  remaining(): number
  /** Reports progress to `onProgress` hooks: `done` of `total`, where the total is known. */
  progress(done: number, total?: number): void
}
