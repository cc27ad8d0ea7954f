import type { GroupLimits } from '../compile/plan.ts'
import type { Host, HostBranch, StepOutcome } from '../define/host.ts'
import type { StepchainError } from '../errors.ts'
import { stepPath } from './failure.ts'
import { prefixOf } from './nested.ts'
import { failedOutcome, revivedAttempts, reviveFailure } from './outcome.ts'
import { type Child, type Interruption, type RunRecord, stepOf } from './record.ts'
import { Slot } from './slot.ts'
import { surround } from './surround.ts'
import type { Units } from './units.ts'

/**
 * Runs the units of a group where a host has its own way to do several things at once: as many at a time as may be, and no more before all of those are done,
 * so that an engine that repeats a run asks for the same in the same order.
 */
export class Waves implements Child {
  readonly extra: { failure: StepchainError | null; stopped: boolean } = { failure: null, stopped: false }
  private readonly run: RunRecord
  private readonly units: Units
  private readonly concurrency: number
  private slots: Slot[] = []
  private wave = 0
  private why: Interruption | null = null

  constructor(run: RunRecord, units: Units, { concurrency }: GroupLimits) {
    this.run = run
    this.units = units
    this.concurrency = concurrency
  }

  interrupt(why: Interruption): void {
    this.why ??= why
    this.extra.stopped = true
    this.units.close()
    for (const { child } of this.slots) child?.interrupt(why)
  }

  isUndoing(): boolean {
    return this.slots.some(({ child }) => child?.isUndoing() === true)
  }

  /** Runs them all. */
  async start(host: Host): Promise<unknown> {
    const { units } = this
    try {
      await this.runWaves(host)
    } finally {
      units.close()
    }
    const failure = units.failure()
    if (failure !== null) throw (this.extra.failure = failure)
    return units.output()
  }

  private async runWaves(host: Host): Promise<void> {
    const { run } = this
    for (;;) {
      this.gather()
      if (this.slots.length === 0) return
      // An attempt is not to be taken for the one before, nor a wave for the attempt of another.
      const name = `${prefixOf(run, stepOf(run)).slice(0, -1)}${this.wave++ === 0 ? '' : `.${this.wave}`}`
      const branches = this.slots.map((slot) => this.branchOf(slot))
      const results = (await host.all?.(name, branches)) ?? []
      const ends = this.slots.map((slot, index) => this.take(slot, results[index]))
      if (this.why !== null) throw this.why.reason
      if (ends.includes(true)) return
    }
  }

  /** Takes the next units from what there is, which is all there: a host's loop goes through nothing that takes time. */
  private gather(): void {
    this.slots = []
    while (this.slots.length < this.concurrency && this.why === null && this.units.advance() === true) {
      const slot = new Slot(null)
      this.units.prepare(slot)
      this.slots.push(slot)
    }
  }

  private branchOf(slot: Slot): HostBranch<StepOutcome> {
    const child = slot.child as RunRecord
    const run = async (host?: Host): Promise<StepOutcome> => {
      slot.waits = true
      if (host !== undefined) child.around = onHost(child, host)
      const control = await settled(child)
      if (control !== null) throw control.error
      const { failure } = child.more()
      if (failure !== null && child.extra?.stopped === true) {
        // What was cancelled has no outcome: it is run again by whoever takes the run up.
        this.extra.stopped = true
        throw failure
      }
      if (failure !== null) return failedOutcome(child, failure)
      return { ok: true, value: this.units.value(slot), attempt: 1 }
    }
    return { name: this.units.nameOf(slot), run }
  }

  /** Takes what came of a unit; tells whether the group ends for it. */
  private take(slot: Slot, result: PromiseSettledResult<StepOutcome> | undefined): boolean {
    const child = slot.child as RunRecord
    if (result === undefined) throw new TypeError(`Step '${stepPath(this.run)}': the host gave no result for a branch`)
    if (result.status === 'rejected') throw result.reason
    const outcome = result.value
    if (outcome.ok) {
      // What an engine remembers of a branch was not run here.
      if (!slot.waits) this.units.restore(slot, outcome.value)
      this.units.done(slot, outcome.value)
      return false
    }
    if (!slot.waits) child.more().attempts = revivedAttempts(outcome)
    return this.units.failed(slot, child.extra?.failure ?? reviveFailure(child, outcome)) !== null
  }
}

function settled(child: RunRecord): Promise<{ readonly error: unknown } | null> {
  const control = (): { readonly error: unknown } | null => child.extra?.control ?? null
  if (!child.pump()) return Promise.resolve(control())
  return new Promise((resolve) => child.whenOver(resolve, resolve)).then(control)
}

function onHost(child: RunRecord, host: Host): RunRecord['around'] {
  const { settings, output, own, clock } = child.around
  return { ...surround({ settings: { ...settings, host }, output, own, clock }), gated: true, bare: false }
}
