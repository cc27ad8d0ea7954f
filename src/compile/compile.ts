import { DefinitionError } from '../errors.ts'
import { Source } from './arguments.ts'
import type { Node, Plan, PlanStep, Put } from './plan.ts'

/** A step that would retry for ever, of nested chains too. */
function endlessIn(step: PlanStep): PlanStep | null {
  if (step.policy !== null && step.policy.retries === Infinity && step.policy.maxElapsed === Infinity) return step
  return step.nested === null ? null : step.nested().endless
}

/** Gathers the nodes of a definition, from the last one back. */
export function compilePlan(tail: Node): Plan {
  const { name, input, settings } = tail.header
  let index = tail.steps
  // oxlint-disable-next-line no-new-array -- to set the length of an empty array, or to turn one round, takes longer.
  const steps = new Array<PlanStep>(index)
  const puts: Put[] = []
  let async: PlanStep | null = null
  let endless: PlanStep | null = null
  let usesInput = false
  for (let node: Node | null = tail; node !== null; node = node.previous) {
    const { put, step } = node
    if (put !== null) puts.push(put)
    if (step === null) continue
    steps[--index] = step
    if (step.args !== null) usesInput ||= step.args.list.some(({ source }) => source === Source.input)
    if (step.async) async = step
    if (step.policy !== null || step.nested !== null) endless = endlessIn(step) ?? endless
  }
  puts.reverse()
  if (settings.timeout !== Infinity || settings.deadline !== null) endless = null
  return { name, steps, puts, tail, input, settings, async, usesInput, endless }
}

/**
 * Looks for refs that nothing answers to, given the keys that the context begins with.
 * @returns the first step with such a ref, and the ref
 */
export function findUnresolved(plan: Plan, keys: readonly string[]): { step: PlanStep; ref: string } | null {
  const known = new Set(keys)
  for (const step of plan.steps) {
    for (const { source, key, ref } of step.args?.list ?? []) {
      if ((source === Source.key || source === Source.path) && !known.has(key)) return { step, ref }
    }
    if (step.out !== null) known.add(step.out)
  }
  return null
}

/** @throws DefinitionError where a step has no end and nothing limits the run */
export function checkEndless(plan: Plan, bounded: boolean): void {
  if (plan.endless === null || bounded) return
  const message = `Chain '${plan.name}', step '${plan.endless.name}': retry.retries is Infinity; expected retry.maxElapsed, or a timeout or deadline of the run, beside it`
  throw new DefinitionError(message, { chain: plan.name, step: plan.endless.name })
}
