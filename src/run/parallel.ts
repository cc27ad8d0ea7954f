import type { Branch, Parallel, PlanStep } from '../compile/plan.ts'
import { describeThrown } from '../define/describe.ts'
import { GroupError, type StepchainError } from '../errors.ts'
import { follow, outsOf, spawnInside } from './branch.ts'
import { detailsOf, scrub, stepPath } from './failure.ts'
import type { RunRecord } from './record.ts'
import type { Slot } from './slot.ts'
import { noop } from './thenable.ts'
import type { Units } from './units.ts'

/** What became of something that may fail without failing the whole. */
export type Settled =
  | { readonly status: 'fulfilled'; readonly value: unknown }
  | { readonly status: 'rejected'; readonly error: StepchainError }

export function fulfilled(value: unknown): Settled {
  return { status: 'fulfilled', value }
}

export function rejected(error: StepchainError): Settled {
  return { status: 'rejected', error }
}

/** The branches of a `parallel`. */
export class Branches implements Units {
  private readonly run: RunRecord
  private readonly step: PlanStep
  private readonly flow: Parallel
  private readonly children: (RunRecord | undefined)[] = []
  private readonly errors: (StepchainError | undefined)[] = []
  private first: StepchainError | null = null
  private at = -1

  constructor(run: RunRecord, step: PlanStep, flow: Parallel) {
    this.run = run
    this.step = step
    this.flow = flow
  }

  hasMore(): boolean {
    return this.at + 1 < this.flow.branches.length
  }

  advance(): boolean {
    return ++this.at < this.flow.branches.length
  }

  begin(slot: Slot): unknown {
    return follow(this.prepare(slot))
  }

  prepare(slot: Slot): RunRecord {
    const index = this.at
    const { plan, name: label } = this.branch(index)
    slot.index = index
    const child = (slot.child = this.children[index] = spawnInside(this.run, this.step, { plan, label }))
    child.more().undoes = this.flow.settle
    return child
  }

  nameOf({ index }: Slot): string {
    const { name } = this.branch(index)
    return name === '' ? String(index) : name
  }

  value({ index, child }: Slot): unknown {
    return outsOf(this.branch(index), child as RunRecord)
  }

  restore({ child }: Slot, value: unknown): void {
    Object.assign((child as RunRecord).context, value)
  }

  private branch(index: number): Branch {
    return this.flow.branches[index] as Branch
  }

  done(): void {}

  failed(slot: Slot, error: unknown): StepchainError | null {
    const failure = (this.errors[slot.index] = error as StepchainError)
    if (this.flow.settle) return null
    return (this.first ??= failure)
  }

  readonly late: Units['late'] = noop

  close(): void {}

  failure(): StepchainError | null {
    const { run, first } = this
    if (first === null) return null
    const errors = this.errors.filter((error) => error !== undefined)
    const { length } = this.flow.branches
    const message = `Step '${stepPath(run)}': ${errors.length} of ${length} ${length === 1 ? 'branch' : 'branches'} failed: ${describeThrown(first)}`
    return new GroupError(scrub(run, message), { ...detailsOf(run), cause: first, errors })
  }

  output(): unknown {
    return this.gather(true)
  }

  outs(): Readonly<Record<string, unknown>> {
    return this.gather(false)
  }

  results(): unknown {
    return this.gather(false)
  }

  /** What all branches have set, as the context is to have it. */
  private gather(settled: boolean): Record<string, unknown> {
    const { branches, named, settle } = this.flow
    const results: Record<string, unknown> = {}
    for (const [index, branch] of branches.entries()) {
      const child = this.children[index]
      const outs = child === undefined ? {} : outsOf(branch, child)
      const error = this.errors[index]
      const wraps = settled && settle
      if (named) {
        if (wraps) results[branch.name] = error === undefined ? fulfilled(outs) : rejected(error)
        else if (child !== undefined) results[branch.name] = outs
      } else if (!wraps) Object.assign(results, outs)
      else for (const out of branch.outs) results[out] = wrap(out, outs, { error, before: this.run.context })
    }
    return results
  }
}

/** What became of one output: one that was there before the branch failed is one all the same. */
function wrap(
  out: string,
  outs: Readonly<Record<string, unknown>>,
  { error, before }: { error: StepchainError | undefined; before: Readonly<Record<string, unknown>> },
): Settled {
  const made = Object.hasOwn(outs, out) && !(Object.hasOwn(before, out) && before[out] === outs[out])
  return error === undefined || made ? fulfilled(outs[out]) : rejected(error)
}
