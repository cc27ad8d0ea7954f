import type { PlanStep } from '../compile/plan.ts'
import type { AttemptEvent, RunEvent } from '../define/hooks.ts'
import { pathOf, rootOf, type RunRecord, runIdOf } from './record.ts'

/** What every event of a run says. */
export function runEvent(run: RunRecord): RunEvent {
  const { name } = rootOf(run).plan
  return {
    chain: name,
    runId: runIdOf(run),
    path: (run.extra?.prefix ?? '').slice(0, -1),
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
    kind: step.nested === null ? 'step' : 'chain',
    attempt: run.failures + 1,
    attempts: attemptsOf(step),
  }
}

/** How many attempts a step has. */
export function attemptsOf(step: PlanStep): number {
  return (step.policy?.retries ?? 0) + 1
}
