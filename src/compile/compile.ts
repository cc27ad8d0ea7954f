import { DefinitionError } from '../errors.ts'
import { Source } from './arguments.ts'
import type { Branch, Node, Plan, PlanStep, Put } from './plan.ts'
import type { Settings } from './settings.ts'

/** The chains that a step runs inside of itself, on the context there. */
export function branchesOf({ flow }: PlanStep): readonly Branch[] {
  switch (flow?.kind) {
    case 'parallel':
      return flow.branches
    case 'when':
      return flow.otherwise === null ? [flow.taken] : [flow.taken, flow.otherwise]
    default:
      return flow == null || flow.branch === null ? [] : [flow.branch]
  }
}

function isBounded({ timeout, deadline }: Settings): boolean {
  return timeout !== Infinity || deadline !== null
}

/** A step that would retry for ever, of nested chains and branches too. */
function endlessIn(step: PlanStep): PlanStep | null {
  if (step.policy !== null && step.policy.retries === Infinity && step.policy.maxElapsed === Infinity) return step
  if (step.nested !== null) {
    const { endless, settings } = step.nested()
    return isBounded(settings) ? null : endless
  }
  if (step.flow !== null && 'item' in step.flow && endlessIn(step.flow.item) !== null) return step
  for (const { plan } of branchesOf(step)) if (plan.endless !== null) return plan.endless
  return null
}

/** Whether a step asks for the run's input. */
function asksForInput(step: PlanStep): boolean {
  const { args, flow } = step
  if (args !== null && args.list.some(({ source }) => source === Source.input)) return true
  return (
    flow !== null &&
    (('items' in flow && flow.items.source === Source.input) || branchesOf(step).some(({ plan }) => plan.usesInput))
  )
}

/**
 * Gathers the nodes of a definition, from the last one back.
 * @param from where to begin, for a branch: behind the node of what it is built on
 */
export function compilePlan(tail: Node, from: Node | null = null): Plan {
  const { name, input, settings } = tail.header
  let index = tail.steps - (from?.steps ?? 0)
  // oxlint-disable-next-line no-new-array -- to set the length of an empty array, or to turn one round, takes longer.
  const steps = new Array<PlanStep>(index)
  const puts: Put[] = []
  let async: PlanStep | null = null
  let endless: PlanStep | null = null
  let usesInput = false
  for (let node: Node | null = tail; node !== null && node.size > (from?.size ?? -1); node = node.previous) {
    const { put, step } = node
    if (put !== null) puts.push(put)
    if (step === null) continue
    steps[--index] = step
    if (step.args !== null || step.flow !== null) usesInput ||= asksForInput(step)
    if (step.async) async = step
    if (step.policy !== null || step.nested !== null || step.flow !== null) endless = endlessIn(step) ?? endless
  }
  puts.reverse()
  return { name, steps, puts, tail, input, settings, async, usesInput, endless }
}

/**
 * Looks for refs that nothing answers to, given the keys that the context begins with.
 * @returns the first step with such a ref, and the ref
 */
export function findUnresolved(plan: Plan, keys: readonly string[]): { step: PlanStep; ref: string } | null {
  const known = new Set(keys)
  for (const step of plan.steps) {
    const refs = step.flow !== null && 'items' in step.flow ? [step.flow.items] : (step.args?.list ?? [])
    for (const { source, key, ref } of refs) {
      if ((source === Source.key || source === Source.path) && !known.has(key)) return { step, ref }
    }
    for (const { plan: inner } of branchesOf(step)) {
      const own = step.kind === 'map' || step.kind === 'each' ? ['item', 'index'] : []
      const unresolved = findUnresolved(inner, [...known, ...inner.puts.map(({ key }) => key), ...own])
      if (unresolved !== null) return unresolved
    }
    if (step.out !== null) known.add(step.out)
    for (const out of step.outs ?? []) known.add(out)
  }
  return null
}

/** @throws DefinitionError where a step has no end and nothing limits the run */
export function checkEndless(plan: Plan, settings: Settings): void {
  if (plan.endless === null || isBounded(settings)) return
  const message = `Chain '${plan.name}', step '${plan.endless.name}': retry.retries is Infinity; expected retry.maxElapsed, or a timeout or deadline of the run, beside it`
  throw new DefinitionError(message, { chain: plan.name, step: plan.endless.name })
}
