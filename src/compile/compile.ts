import { DefinitionError } from '../errors.ts'
import { Source } from './arguments.ts'
import { RESERVED } from './check.ts'
import type { Definition, Plan, PlanStep } from './plan.ts'

/** The first step that would retry for ever, of nested chains too. */
function findEndless(steps: readonly PlanStep[]): PlanStep | null {
  for (const step of steps) {
    if (step.policy?.retries === Infinity && step.policy.maxElapsed === Infinity) return step
    const inner = step.nested?.().endless
    if (inner != null) return inner
  }
  return null
}

/** Gathers the nodes of a definition. */
export function compilePlan(definition: Definition): Plan {
  const steps: PlanStep[] = []
  const puts: { readonly key: string; readonly value: unknown }[] = []
  for (let node = definition.tail; node !== null; node = node.previous) {
    if (node.step !== null) steps.push(node.step)
    if (node.put !== null) puts.push(node.put)
  }
  steps.reverse()
  puts.reverse()
  const made = new Set(puts.map(({ key }) => key))
  for (const { out, overwrite } of steps) if (out !== null && !overwrite) made.add(out)
  const bounded = definition.settings.timeout !== Infinity || definition.settings.deadline !== null
  return {
    name: definition.name,
    steps,
    puts,
    made,
    refused: new Set([...made, ...RESERVED]),
    input: definition.input,
    settings: definition.settings,
    async: steps.find((step) => step.async) ?? null,
    usesInput: steps.some((step) => step.args?.list.some((argument) => argument.source === Source.input) ?? false),
    endless: bounded ? null : findEndless(steps),
  }
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
