import { joinHooks } from '../compile/hooks.ts'
import { isMade } from '../compile/names.ts'
import type { Plan, PlanStep, Surroundings } from '../compile/plan.ts'
import { DEFAULT_SETTINGS } from '../compile/settings.ts'
import { LimitError, type StepchainError } from '../errors.ts'
import { resolveArguments } from './call.ts'
import { detailsOf, stepPath } from './failure.ts'
import { pathOf, type RunRecord } from './record.ts'
import { onlyActive, surround } from './surround.ts'

/** How deep chains may be nested, and runs begin inside of one another. */
export const DEEPEST = 256

/** What surrounds a nested run: all that surrounds its caller, with the chain's own hooks, redaction and timeout inside. */
export function within(outer: Surroundings, { settings: inner }: Plan): Surroundings {
  if (inner === DEFAULT_SETTINGS) return outer
  const { strict, freeze, strictHooks, slowStepWarning } = outer.settings
  const settings = {
    ...outer.settings,
    timeout: inner.timeout,
    strict: strict || inner.strict,
    freeze: freeze || inner.freeze,
    strictHooks: strictHooks || inner.strictHooks,
    slowStepWarning: inner.slowStepWarning === Infinity ? slowStepWarning : inner.slowStepWarning,
  }
  const output = inner.redact === null ? outer.output : outer.output.within(inner.redact)
  const around = onlyActive(surround({ settings, output, own: joinHooks(outer.own, inner.hooks), clock: outer.clock }))
  return outer.gated ? { ...around, gated: true, bare: false } : around
}

function inputOf(run: RunRecord, step: PlanStep, plan: Plan): unknown {
  if (step.args !== null) return resolveArguments(run, step)[0]
  // The chain was typed with its own input; what it makes itself it does not take from here.
  return Object.fromEntries(Object.entries(run.context).filter(([key]) => !isMade(plan.tail, key)))
}

/** What the paths of all that is inside of a step begin with: on a host an attempt is not to be taken for the one before. */
export function prefixOf(run: RunRecord, step: PlanStep): string {
  const again = run.failures > 0 && run.around.settings.host !== null ? `#${run.failures + 1}` : ''
  return `${pathOf(run, step.name)}${again}/`
}

/**
 * Makes a run inside of another.
 * @throws LimitError where it would be too deep
 */
export function spawn(run: RunRecord, plan: Plan, around: Surroundings): RunRecord {
  const extra = run.more()
  if (extra.depth >= DEEPEST)
    throw (extra.failure = new LimitError(
      `Step '${stepPath(run).slice(0, 200)}…' is nested ${DEEPEST} deep; that is the most`,
      detailsOf(run),
    ))
  const child = run.spawn(plan, around)
  const inner = child.more()
  inner.parent = run
  inner.depth = extra.depth + 1
  return child
}

/** Runs a chain as a step: at once, or as a promise if something in it is asynchronous. */
export function runNested(run: RunRecord, step: PlanStep, plan: Plan): unknown {
  const extra = run.more()
  const child = spawn(run, plan, within(run.around, plan))
  const inner = child.more()
  inner.prefix = prefixOf(run, step)
  inner.trail = `${stepPath(run)} > `
  inner.startedAt = run.around.clock.now()
  inner.endAt = Math.min(extra.endAt, inner.startedAt + plan.settings.timeout)
  extra.child = child
  const input = inputOf(run, step, plan)
  try {
    child.open(input)
  } catch (error) {
    // The chain's failure, wherever it was found: the step only tells it again.
    inner.failure = error as StepchainError
    throw error
  }
  if (child.pump()) return new Promise((resolve, reject) => child.whenOver(resolve, reject))
  const { failure, control } = inner
  if (control !== null) throw control.error
  if (failure !== null) throw failure
  return child.context
}
