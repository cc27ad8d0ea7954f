import { Source } from '../compile/arguments.ts'
import { MISSING, read, readKey } from '../compile/path.ts'
import type { Branch, Choice, Flow, GroupLimits, Loop, PlanStep } from '../compile/plan.ts'
import { follow, outsOf, spawnInside } from './branch.ts'
import { Group } from './group.ts'
import { Items } from './loop.ts'
import { Branches } from './parallel.ts'
import type { RunRecord } from './record.ts'
import type { Units } from './units.ts'
import { Waves } from './waves.ts'

/** What a loop goes through. */
function itemsOf(run: RunRecord, { items }: Loop): unknown {
  const from = items.source === Source.input ? run.extra?.input : readKey(run.context, items.key)
  const found = from === MISSING ? from : read(from, items.rest)
  return found === MISSING ? undefined : found
}

/** Runs one branch, and gives what it set: at once, or as a promise if something in it is asynchronous. */
function runBranch(run: RunRecord, step: PlanStep, branch: Branch): unknown {
  const child = spawnInside(run, step, { plan: branch.plan, label: '' })
  const extra = run.more()
  extra.child = child
  extra.inside = { outs: () => outsOf(branch, child), results: () => undefined }
  const waiting = follow(child)
  return waiting === null ? outsOf(branch, child) : waiting.then(() => outsOf(branch, child))
}

/** Runs the side of a `when` that was decided on; what only the other one would set is there, and `undefined`. */
function runChoice(run: RunRecord, step: PlanStep, { taken, otherwise }: Choice): unknown {
  const side = run.extra?.side === true ? taken : (otherwise as Branch)
  const missing = (step.outs as readonly string[]).filter((key) => !side.outs.includes(key))
  const whole = (outs: unknown): object => ({
    ...Object.fromEntries(missing.map((key) => [key, undefined])),
    ...(outs as object),
  })
  const outs = runBranch(run, step, side)
  return outs instanceof Promise ? outs.then(whole) : whole(outs)
}

/** Runs a group as a step. */
function runGroup(run: RunRecord, units: Units, limits: GroupLimits): unknown {
  const { host } = run.around.settings
  run.more().inside = units
  if (host?.all !== undefined) {
    const waves = new Waves(run, units, limits)
    run.more().child = waves
    return waves.start(host)
  }
  // What an engine does not order itself is done one after the other, which is the same each time.
  const group = new Group(run, units, host === null ? limits : { ...limits, concurrency: 1 })
  run.more().child = group
  return group.start()
}

/** Runs what is inside of a step. */
export function runFlow(run: RunRecord, step: PlanStep, flow: Flow): unknown {
  switch (flow.kind) {
    case 'when':
      return runChoice(run, step, flow)
    case 'parallel':
      return runGroup(run, new Branches(run, step, flow), flow)
    case 'branch':
      return runBranch(run, step, flow.branch)
    default:
      return runGroup(run, new Items(run, step, { flow, items: itemsOf(run, flow) }), flow)
  }
}
