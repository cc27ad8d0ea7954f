import { isError } from '../define/describe.ts'
import type { RecordedAttempt, RecordedError, StepOutcome } from '../define/host.ts'
import type { Issue } from '../define/standard-schema.ts'
import {
  CompensationError,
  DeadlineExceededError,
  type ErrorDetails,
  type FailedAttempt,
  GroupError,
  HookFailedError,
  type StepchainError,
  StepFailedError,
  StepTimeoutError,
  UnresolvedReferenceError,
  ValidationFailedError,
} from '../errors.ts'
import { detailsOf, stepPath } from './failure.ts'
import type { RunRecord } from './record.ts'

function record(error: unknown): RecordedError {
  try {
    if (!isError(error)) return { thrown: error }
    // An error's name and message may be anything, and must be text in JSON.
    const { name, message, code } = error as { name?: unknown; message?: unknown; code?: unknown }
    return { name: String(name), message: String(message), ...(typeof code === 'string' ? { code } : {}) }
  } catch {
    return { name: 'Error', message: '[unreadable]' }
  }
}

/** An error again, of what is remembered of it. */
function revive({ name, message, code, thrown }: RecordedError): unknown {
  return name === undefined ? thrown : Object.assign(new Error(message), { name }, code === undefined ? {} : { code })
}

/** What a host remembers of a step that failed, or of one that is to wait for long. */
export function failedOutcome(run: RunRecord, failure: StepchainError | null, delay?: number): StepOutcome {
  return {
    ok: false,
    code: failure?.code ?? '',
    message: failure?.message ?? '',
    attempts: (failure ?? run.more()).attempts.map(({ error, ...attempt }): RecordedAttempt => ({
      ...attempt,
      error: record(error),
    })),
    ...(failure !== null && 'cause' in failure ? { error: record(failure.cause) } : {}),
    ...(failure === null ? {} : { issues: failure.issues }),
    ...(run.extra?.unknown === true ? { unknown: true as const } : {}),
    ...(delay === undefined ? {} : { delay }),
  }
}

type ErrorConstructor = new (message: string, details: ErrorDetails) => StepchainError

const CLASSES: Readonly<Record<string, ErrorConstructor>> = {
  SC_TIMEOUT: StepTimeoutError,
  SC_VALIDATION: ValidationFailedError,
  SC_DEADLINE: DeadlineExceededError,
  SC_REFERENCE: UnresolvedReferenceError,
  SC_HOOK: HookFailedError,
  SC_GROUP: GroupError,
  SC_COMPENSATION: CompensationError,
}

/** The attempts of a step that failed elsewhere. */
export function revivedAttempts({ attempts }: Extract<StepOutcome, { ok: false }>): FailedAttempt[] {
  return attempts.map((attempt) => ({ ...attempt, error: revive(attempt.error) }))
}

/** The error of a step that failed elsewhere. */
export function reviveFailure(
  run: RunRecord,
  { code, message, error, issues }: Extract<StepOutcome, { ok: false }>,
): StepchainError {
  const cause = error === undefined ? {} : { cause: revive(error) }
  const details = { ...detailsOf(run), ...cause, step: stepPath(run), issues: issues as readonly Issue[] }
  return new (CLASSES[code] ?? StepFailedError)(message, details)
}
