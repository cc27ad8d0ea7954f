import type { PlanStep, Rare } from '../compile/plan.ts'
import { preview } from '../define/describe.ts'
import type { StepchainError } from '../errors.ts'
import { awaitable, Failed } from './failed.ts'
import { isOwnTimeout, stepError } from './failure.ts'
import { Handle } from './handle.ts'
import { attend } from './limits.ts'
import { isA, keep, type RunRecord, type Work } from './record.ts'
import { FINAL } from './retry.ts'
import { Interrupted, throwIfBlocked } from './stop.ts'
import { noop, promiseOf, thenOf } from './thenable.ts'

/** What a predicate says of a context. @throws TypeError where that is neither true nor false */
function ask(predicate: (context: Readonly<Record<string, unknown>>) => unknown, run: RunRecord): boolean {
  const given = predicate(run.context)
  if (typeof given === 'boolean') return given
  const then = thenOf(given)
  if (then !== null) promiseOf(given, then).then(noop, noop)
  throw new TypeError(`the predicate gave ${then === null ? preview(given) : 'a promise'}; expected true or false`)
}

/** Whether a step is passed over. @throws the step's error where its predicate fails */
export function isSkipped(run: RunRecord, { rare, flow }: PlanStep): boolean {
  try {
    if (rare !== null && rare.when !== null && !ask(rare.when, run)) return true
    if (flow?.kind !== 'when') return false
    const side = (run.more().side = ask(flow.predicate, run))
    return !side && flow.otherwise === null
  } catch (error) {
    throw stepError(run, new Failed(error))
  }
}

/** Passes over a step: what it would have made is there, and `undefined`. */
export function skip(run: RunRecord, { out, overwrite, outs }: PlanStep): void {
  if (out !== null && !overwrite) keep(run, out, undefined)
  for (const key of outs ?? []) keep(run, key, undefined)
}

/** Whether something else may stand in for what a step failed to give: not where the run is to end, or nothing was wrong with the step. */
export function allowsFallback(step: PlanStep, error: StepchainError): boolean {
  if (step.rare === null || step.rare.fallback === null) return false
  return !FINAL.has(error.code) || isOwnTimeout(error)
}

/**
 * Gives what stands in for the output of a step that failed.
 * @throws the step's error where that fails too; Interrupted, if the run ends
 */
export function* fallBack(run: RunRecord, step: PlanStep, error: StepchainError): Work<unknown> {
  const fallback = step.rare?.fallback as NonNullable<Rare['fallback']>
  throwIfBlocked(run)
  Object.assign(run.more(), { fellBack: true, fellFrom: error })
  if ('value' in fallback) return fallback.value
  try {
    const given = fallback.call(error, new Handle(run, step), run.context)
    const then = thenOf(given)
    if (then === null) return given
    const promise = awaitable(run, given, then)
    attend(run)
    return yield promise
  } catch (thrown) {
    if (isA(thrown, Interrupted)) throw thrown
    throw stepError(run, isA(thrown, Failed) ? thrown : new Failed(thrown), [error])
  }
}
