import { branchesOf } from './compile.ts'
import type { Plan } from './plan.ts'

const known = new WeakMap<Plan, ReadonlySet<string> | null>()

function collect(root: Plan): ReadonlySet<string> | null {
  const found = new Set<string>()
  // Not by calling itself: it is asked for where chains are nested too deep.
  const plans = new Set([root])
  for (const { steps } of plans) {
    for (const step of steps) {
      if (step.rare?.sensitive === true && step.out !== null) found.add(step.out)
      for (const { plan } of branchesOf(step)) plans.add(plan)
      if (step.nested !== null) plans.add(step.nested())
    }
  }
  return found.size === 0 ? null : found
}

/** The keys of all that sensitive steps give, in a chain and all that it runs; `null` where there are none. */
export function sensitiveKeys(plan: Plan): ReadonlySet<string> | null {
  let keys = known.get(plan)
  if (keys === undefined) known.set(plan, (keys = collect(plan)))
  return keys
}
