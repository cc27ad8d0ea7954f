import type { PlanStep } from '../compile/plan.ts'
import type { Policy } from '../compile/policy.ts'
import { codeOf, DefinitionError, type FailedAttempt, isStepchainError } from '../errors.ts'
import { delayAfter } from './backoff.ts'
import type { Failed } from './failed.ts'
import { stepError, stepPath, wasRetried } from './failure.ts'
import { sweeperOf } from './limits.ts'
import type { RunRecord } from './record.ts'
import { deadlineError, Interrupted, whyBlocked } from './stop.ts'

// Ours, and no better the next time. What a nested chain's step threw is not ours.
export const FINAL: ReadonlySet<string> = new Set(
  'NON_RETRYABLE DEFINITION TEMPLATE REFERENCE CANCELLED DEADLINE HOOK INPUT LIMIT ASYNC_IN_SYNC SYNC_SLEEP COMPENSATION'
    .split(' ')
    .map((name) => `SC_${name}`),
)

/** Whether a failure is of a kind that is retried. */
function isRetryable(policy: Policy, { error, how }: Failed, attempt: number): boolean {
  if (how === 'invalid') return policy.retryOnInvalid
  if (how === 'async' || how === 'unable' || FINAL.has(codeOf(error) ?? '')) return false
  // No better the next time is a group in which something else is not.
  if (isStepchainError(error) && error.errors.some(({ code }) => FINAL.has(code))) return false
  const { retryIf } = policy
  // A nested chain that refused an output, or has used up retries of its own, is run again only if that is asked for.
  if (retryIf === null) return !(isStepchainError(error) && (error.code === 'SC_VALIDATION' || wasRetried(error)))
  if (typeof retryIf !== 'function') return retryIf.some((type) => error instanceof type)
  return retryIf(error, attempt)
}

/**
 * Whether a policy wants another attempt, apart from how much time there is. The last failure costs as much of a budget as the others.
 * @throws what the policy's own functions throw
 */
function wantsRetry(policy: Policy, failed: Failed, attempt: number): boolean {
  const left = attempt <= policy.retries
  if ((!left && policy.budget === null) || !isRetryable(policy, failed, attempt)) return false
  return (policy.budget === null || policy.budget.failed()) && left
}

/**
 * The ms since an attempt began: exact where its start was marked, else as of the sweeper's last round; `undefined` where nothing was timed.
 * What failed before the sweeper knew of the run was never waited for.
 */
function durationOf(run: RunRecord, { policy, timeout }: PlanStep, now: number): number | undefined {
  if (!run.around.timed && policy === null && timeout === 0) return undefined
  if (run.sequence === run.seen) return Math.max(0, now - run.seenAt)
  return run.listed === 0 ? 0 : Math.max(0, now - sweeperOf(run).time)
}

function failedAttempt(
  run: RunRecord,
  { error, abandoned, blocked }: Failed,
  duration: number | undefined,
): FailedAttempt {
  const attempt = { attempt: run.failures + 1, error, duration, abandoned }
  return blocked && duration !== undefined ? { ...attempt, blockedMs: duration } : attempt
}

function backoffFault(run: RunRecord, cause: unknown): DefinitionError {
  const details = { chain: run.plan.name, step: stepPath(run), cause }
  return new DefinitionError(
    `Chain '${details.chain}', step '${details.step}': retry.backoff gave no number of ms`,
    details,
  )
}

/**
 * Takes the failure of an attempt.
 * @returns the ms to wait before the next one, which was `previous` the last time
 * @throws the error of the step, if there is no next one; Interrupted, if the run ends
 */
export function delayBeforeRetry(
  run: RunRecord,
  step: PlanStep,
  { failed, previous }: { failed: Failed; previous: number },
): number {
  const extra = run.more()
  const { clock, settings } = run.around
  const { policy } = step
  const { error, abandoned } = failed
  const now = clock.now()
  const attempt = run.failures + 1
  run.armed = 0
  if (failed.how === 'timeout') extra.unknown = true
  extra.attempts.push(failedAttempt(run, failed, durationOf(run, step, now)))
  // The attempt's handle is out of date from here on.
  run.sequence++
  let retry = false
  let fault: unknown[] = []
  try {
    retry = policy !== null && wantsRetry(policy, failed, attempt)
  } catch (thrown) {
    fault = [thrown]
  }
  // A nested run that was stopped may have been so for all runs around it.
  const stopped =
    extra.child?.extra?.stopped === true || (settings.signal?.aborted === true && error === settings.signal.reason)
  const why = (retry && !failed.final) || stopped ? whyBlocked(run) : null
  if (why !== null) throw new Interrupted(why, abandoned)
  if (policy === null || !retry || failed.final) throw stepError(run, failed, fault)
  let delay: number
  try {
    delay = delayAfter(policy, { attempt, error, random: settings.random, previous, wall: () => clock.wall() })
  } catch (cause) {
    throw stepError(run, failed, [backoffFault(run, cause)])
  }
  if (now + delay - extra.stepAt > policy.maxElapsed) throw stepError(run, failed)
  if (now + delay >= extra.endAt)
    throw deadlineError(run, `would pass its deadline while it waits ${Math.ceil(delay)} ms to retry`)
  return delay
}
