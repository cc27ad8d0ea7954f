import { DefinitionError } from '../errors.ts'
import { Source } from './arguments.ts'
import type { Definition, Node, Plan, PlanStep } from './plan.ts'

/** A step that would retry for ever, of nested chains too. */
function endlessIn(step: PlanStep): PlanStep | null {
  if (step.policy !== null && step.policy.retries === Infinity && step.policy.maxElapsed === Infinity) return step
  return step.nested === null ? null : step.nested().endless
}

/** Gathers the nodes of a definition. */
export function compilePlan({ name, input, settings, tail }: Definition): Plan {
  const steps: PlanStep[] = []
  const puts: { readonly key: string; readonly value: unknown }[] = []
  let async: PlanStep | null = null
  let endless: PlanStep | null = null
  let usesInput = false
  for (let node: Node | null = tail; node !== null; node = node.previous) {
    const { step } = node
    if (node.put !== null) puts.push(node.put)
    if (step === null) continue
    steps.push(step)
    usesInput ||= step.usesInput
    if (step.async) async = step
    endless = endlessIn(step) ?? endless
  }
  steps.reverse()
  puts.reverse()
  const bounded = settings.timeout !== Infinity || settings.deadline !== null
  const makes = (key: string): boolean => tail.names.makes(key, tail.size)
  return { name, steps, puts, makes, input, settings, async, usesInput, endless: bounded ? null : endless }
}

/**
 * Looks for refs that nothing answers to.
 * @returns the first step with such a ref, and the ref
 */
export function findUnresolved(plan: Plan, inputKeys: ReadonlySet<string>): { step: PlanStep; ref: string } | null {
  const known = new Set([...inputKeys, ...plan.puts.map(({ key }) => key)])
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
