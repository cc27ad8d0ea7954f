import type { PlanStep } from '../compile/plan.ts'
import type { AttemptEvent, RunEvent, StepEndEvent, StepStatus } from '../define/hooks.ts'
import { pathOf, rootOf, type RunRecord, runIdOf } from './record.ts'

/** What every event of a run says. */
export function runEvent(run: RunRecord): RunEvent {
  const { name } = rootOf(run).plan
  return {
    chain: name,
    runId: runIdOf(run),
    path: run.more().prefix.slice(0, -1),
    name: run.plan.name,
    kind: 'run',
  }
}

/** What every event of an attempt says. */
export function attemptEvent(run: RunRecord, step: PlanStep): AttemptEvent {
  const { name } = rootOf(run).plan
  return {
    chain: name,
    runId: runIdOf(run),
    path: pathOf(run, step.name),
    name: step.name,
    kind: step.kind,
    attempt: run.failures + 1,
    attempts: attemptsOf(step),
  }
}

/** How a step ended. */
export interface StepEnd {
  readonly status: StepStatus
  readonly abandoned: boolean
  readonly output?: unknown
  readonly error?: unknown
}

/** What is told of the end of a step. Written out: spreads would cost several times what all else around a step does. */
export function endEvent(run: RunRecord, step: PlanStep, end: StepEnd): StepEndEvent {
  const { name } = step
  const { prefix, stepAt } = run.more()
  const chain = prefix === '' ? run.plan.name : rootOf(run).plan.name
  const runId = runIdOf(run)
  const path = prefix === '' ? name : pathOf(run, name)
  const { kind } = step
  const attempt = run.failures + 1
  const attempts = attemptsOf(step)
  const duration = run.around.clock.now() - stepAt
  const { status, abandoned } = end
  if (status === 'ok') {
    const { output } = end
    if (run.extra?.fellBack === true)
      return { chain, runId, path, name, kind, attempt, attempts, status, duration, abandoned, output, fallback: true }
    return { chain, runId, path, name, kind, attempt, attempts, status, duration, abandoned, output }
  }
  if (status === 'skipped') return { chain, runId, path, name, kind, attempt, attempts, status, duration: 0, abandoned }
  const { error } = end
  return { chain, runId, path, name, kind, attempt, attempts, status, duration, abandoned, error }
}

/** How many attempts a step has. */
export function attemptsOf(step: PlanStep): number {
  return step.policy === null ? 1 : step.policy.retries + 1
}
