import type { Clock } from './clock.ts'
import type { Hooks } from './hooks.ts'
import type { Host } from './host.ts'
import type { Logger } from './logger.ts'

/** Options of a run. Those of the chain are its defaults; the run's win. */
export interface RunOptions {
  /**
   * Cancels the run: nothing starts any more, waits end at once, the run fails with `SC_CANCELLED`.
   * Steps that are synchronous follow one another without a turn of the event loop, so what would abort it in between is not heard until one waits.
   */
  readonly signal?: AbortSignal | undefined
  /** The ms the whole run may take, waits included. @default Infinity */
  readonly timeout?: number | undefined
  /** When the run must be over: a date, or a function that gives the ms that remain, like AWS Lambda's `getRemainingTimeInMillis`. */
  readonly deadline?: Date | (() => number) | undefined
  /** ms kept back from the deadline for what comes after the run. @default 0 */
  readonly reserve?: number | undefined
  /** What lines are printed with; `null` prints nothing. @default the console, from level info */
  readonly logger?: Logger | null | undefined
  /** Applied to every line that is printed, and to the message of every error made. If it fails, the line is replaced. */
  readonly redact?: ((text: string) => string) | undefined
  /** Whether a ref that cannot be resolved fails the run with `SC_REFERENCE`; else it is `undefined`. @default false */
  readonly strict?: boolean | undefined
  /**
   * Whether all that steps are given is frozen: the context, and the plain objects and arrays in it, however deep. What a step writes to them then throws in the step.
   * Plain objects and arrays of the input and of `put` are copied for it, outputs are frozen as they are. For tests; it costs a copy of the context each step. @default false
   */
  readonly freeze?: boolean | undefined
  /** The ms after which `onSlowStep` is told, once, of an attempt that is still waited for. @default Infinity */
  readonly slowStepWarning?: number | undefined
  /** Whether a hook that throws, or takes too long, fails the run with `SC_HOOK`; no step is repeated for it. @default false */
  readonly strictHooks?: boolean | undefined
  /** The ms that a run waits for a hook that is asynchronous. @default 5_000 */
  readonly hookTimeout?: number | undefined
  /** Hooks, called after those of the chain. */
  readonly hooks?: Hooks | undefined
  /** The id of the run: at most 200 letters, digits, `.`, `_`, `:`, `@` or `-`. @default a random one, made when first needed */
  readonly runId?: string | undefined
  /** What calls the steps. @default they are called in place */
  readonly host?: Host | undefined
  /** Where time comes from. On a clock that is passed in, limits are exact to the ms; on the platform's at most 20 ms late. @default the platform's */
  readonly clock?: Clock | undefined
  /** Where chance comes from: a number from 0 up to 1. @default Math.random */
  readonly random?: (() => number) | undefined
}
