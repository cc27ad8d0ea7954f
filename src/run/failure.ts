import { sensitiveKeys } from '../compile/sensitive.ts'
import { describeIssues } from '../compile/validator.ts'
import { describeThrown } from '../define/describe.ts'
import {
  type ErrorDetails,
  isStepchainError,
  LimitError,
  type StepchainError,
  StepFailedError,
  StepTimeoutError,
  ValidationFailedError,
} from '../errors.ts'
import { INSPECT } from '../scrub.ts'
import { attemptsOf } from './events.ts'
import { rootOf, type RunRecord, runIdOf, stepOf } from './record.ts'

/** A message, with what was thrown behind it, as it may be printed. */
export function scrub(run: RunRecord, message: string, thrown?: { readonly error: unknown }): string {
  const text = thrown === undefined ? message : `${message}: ${describeThrown(thrown.error)}`
  return run.around.output.redact(text)
}

/** The outputs of the steps that are finished, those in branches of the step that is under way too. */
export function finished(run: RunRecord): Readonly<Record<string, unknown>> {
  return Object.freeze({ ...run.context, ...run.extra?.inside?.outs() })
}

/** The same as errors have it: with all values, but printed without what is not to be seen. */
function shown(run: RunRecord): Readonly<Record<string, unknown>> {
  const context = { ...finished(run) }
  const { fields } = run.around.output
  const sensitive = sensitiveKeys(rootOf(run).plan)
  for (const method of ['toJSON', INSPECT]) {
    // What a step has set is the context's own.
    if (!Object.hasOwn(context, method))
      Object.defineProperty(context, method, { value: () => fields(context, sensitive) })
  }
  return Object.freeze(context)
}

/** The path of the step that a run is at, as errors have it. */
export function stepPath(run: RunRecord, inner?: string): string {
  const trail = run.extra?.trail ?? ''
  const path = run.extra?.solo === true ? trail.slice(0, -3) : trail + stepOf(run).name
  return inner === undefined ? path : `${path} > ${inner}`
}

/** What every error of a run knows. */
export function detailsOf(run: RunRecord, more: Partial<ErrorDetails> = {}): ErrorDetails {
  const { extra } = run
  return {
    chain: rootOf(run).plan.name,
    runId: runIdOf(run),
    step: extra?.begun === true ? stepPath(run) : undefined,
    attempts: Object.freeze([...(extra?.attempts ?? [])]),
    context: shown(run),
    redact: run.around.output.redact,
    owner: rootOf(run).extra?.owner,
    results: extra?.inside?.results(),
    ...more,
  }
}

/** How an attempt failed. */
export interface AttemptFailure {
  readonly error: unknown
  readonly how: 'thrown' | 'timeout' | 'invalid' | 'async' | 'unable'
  readonly issues: ErrorDetails['issues']
}

type ErrorConstructor = new (message: string, details: ErrorDetails, code: string) => StepchainError

/** The error of a nested run, told again from the step that ran it: with that step's attempts and what was finished around it. */
function retold(run: RunRecord, nested: StepchainError, suppressed: readonly unknown[]): StepchainError {
  const outer = stepPath(run)
  const step = nested.step ?? outer
  const message =
    run.failures === 0 ? nested.message : scrub(run, `Step '${outer}' ${attemptOf(run)}: ${nested.message}`)
  const cause = 'cause' in nested ? { cause: nested.cause } : {}
  const { issues, errors, results } = nested
  const details = { ...detailsOf(run), ...cause, step, issues, errors, results }
  // What was finished in a branch is part of this run's context too.
  if (stepOf(run).flow !== null) details.context = nested.context
  details.suppressed = [...nested.suppressed, ...suppressed]
  return new (nested.constructor as ErrorConstructor)(message, details, nested.code)
}

function attemptOf(run: RunRecord): string {
  return `failed on attempt ${run.failures + 1} of ${attemptsOf(stepOf(run))}`
}

// Errors of nested chains that took longer than they may by themselves: the run around them has time.
const timedOut = new WeakSet<StepchainError>()

/** Notes that an error is that of a nested chain's own timeout, and not of the run's. */
export function noteOwnTimeout(error: StepchainError): void {
  timedOut.add(error)
}

export function isOwnTimeout(error: StepchainError): boolean {
  return timedOut.has(error)
}

// Errors behind which, at some depth, a step has used up retries.
const retried = new WeakSet<StepchainError>()

/** Whether retries were used up on the way to an error: on its own step, or on one inside of that. */
export function wasRetried(error: StepchainError): boolean {
  return error.attempts.length > 1 || retried.has(error) || error.errors.some(wasRetried)
}

/** The error of a step whose last attempt failed; `suppressed` is what else failed on the way. */
export function stepError(
  run: RunRecord,
  failure: AttemptFailure,
  suppressed: readonly unknown[] = [],
): StepchainError {
  const made = makeError(run, failure, suppressed)
  const { error } = failure
  if (isStepchainError(error) && wasRetried(error)) retried.add(made)
  if (isStepchainError(error) && timedOut.has(error)) timedOut.add(made)
  return made
}

function makeError(run: RunRecord, failure: AttemptFailure, suppressed: readonly unknown[]): StepchainError {
  const { error, how, issues = [] } = failure
  // Ours already: a ref that leads nowhere, a validator that cannot be used.
  if (run.extra?.failure === error && isStepchainError(error)) return error
  if (run.extra?.child?.extra?.failure === error && isStepchainError(error)) return retold(run, error, suppressed)
  // Told as what it is, however many runs it is inside of.
  if (isStepchainError(error) && error.code === 'SC_LIMIT')
    return new LimitError(error.message, { ...detailsOf(run), cause: error, suppressed })
  const path = stepPath(run, isStepchainError(error) ? error.step : undefined)
  // A schema throws nothing: its issues are all there is.
  const details = { ...detailsOf(run), ...(error === issues ? {} : { cause: error }), step: path, issues, suppressed }
  if (how === 'invalid')
    return new ValidationFailedError(
      scrub(run, `Step '${path}' gave output that was refused: ${describeIssues(issues)}`),
      details,
    )
  const message = scrub(run, `Step '${path}' ${attemptOf(run)}`, failure)
  if (how === 'timeout') return new StepTimeoutError(message, details)
  return new StepFailedError(
    message,
    details,
    how === 'async' ? 'SC_ASYNC_IN_SYNC' : how === 'unable' ? 'SC_SYNC_SLEEP' : 'SC_STEP',
  )
}
