import type { Branch, Plan, PlanStep, Surroundings } from '../compile/plan.ts'
import { finished, stepPath } from './failure.ts'
import { copyData, freeze } from './freeze.ts'
import { prefixOf, spawn, within } from './nested.ts'
import type { Extra, RunRecord } from './record.ts'

const haltable = new WeakMap<Surroundings, Surroundings>()

/** What surrounds the runs of a group: what surrounds the group, but any of them may be told to go no further. */
function around(run: RunRecord, plan: Plan): Surroundings {
  const own = within(run.around, plan)
  if (own.gated) return own
  let gated = haltable.get(own)
  if (gated === undefined) haltable.set(own, (gated = { ...own, gated: true, bare: false }))
  return gated
}

/** What a run inside of a step begins with. */
export interface Inside {
  readonly plan: Plan
  /** What its path has between that of the step and those of its own steps; empty for nothing. */
  readonly label: string
  /** What it knows beside the context of the step. */
  readonly more?: Readonly<Record<string, unknown>>
}

/** Makes the run of a branch, or of an item: a part of the run around it, with a context that begins with what there is. */
export function spawnInside(run: RunRecord, step: PlanStep, { plan, label, more }: Inside): RunRecord {
  const child = spawn(run, plan, around(run, plan))
  const outer = run.more()
  const inner: Extra = child.more()
  inner.inner = true
  inner.prefix = prefixOf(run, step) + (label === '' ? '' : `${label}/`)
  inner.trail = `${stepPath(run)} > ${label === '' ? '' : `${label} > `}`
  inner.input = outer.input
  inner.startedAt = outer.startedAt
  inner.endAt = outer.endAt
  // Not spread: an object that was spread is slow to grow on Node 20.
  const context: Record<string, unknown> = Object.assign({}, run.context, more)
  const { frozen } = run.around
  for (const { key, value } of plan.puts) context[key] = frozen ? copyData(value) : value
  if (frozen) freeze(context)
  child.context = context
  return child
}

/** What a branch has set so far. */
export function outsOf({ outs }: Branch, run: RunRecord): Record<string, unknown> {
  const context = run.extra?.inside == null ? run.context : finished(run)
  const own: Record<string, unknown> = {}
  for (const out of outs) if (Object.hasOwn(context, out)) own[out] = context[out]
  return own
}

/** Takes a run as far as it goes at once: what it failed with, if it is over and did; a promise, if it waits. */
export function follow(child: RunRecord): Promise<unknown> | null {
  if (child.pump()) return new Promise((resolve, reject) => child.whenOver(resolve, reject))
  const { failure, control } = child.more()
  if (control !== null) throw control.error
  if (failure !== null) throw failure
  return null
}
