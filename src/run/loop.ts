import { ITEM_OUT } from '../compile/group.ts'
import type { ItemWatch, Loop, PlanStep, StepFunction } from '../compile/plan.ts'
import { describeThrown } from '../define/describe.ts'
import { GroupError, type StepchainError } from '../errors.ts'
import { follow, outsOf, spawnInside } from './branch.ts'
import { attemptEvent } from './events.ts'
import { Failed } from './failed.ts'
import { detailsOf, scrub, stepError, stepPath } from './failure.ts'
import { ItemHandle } from './item-handle.ts'
import { emit } from './notify.ts'
import { fulfilled, rejected } from './parallel.ts'
import { isA, pathOf, type RunRecord } from './record.ts'
import type { Slot } from './slot.ts'
import { type Source, sourceOf } from './source.ts'
import type { Units } from './units.ts'

/** How many errors of items are kept. */
const MOST_ERRORS = 16

/** What an `each` came to. */
interface Summary {
  readonly total: number
  readonly ok: number
  readonly failed: number
  readonly errors: readonly StepchainError[]
  readonly duration: number
}

/** The items of a `map` or an `each`. */
export class Items implements Units {
  readonly run: RunRecord
  readonly step: PlanStep
  private readonly flow: Loop
  private readonly source: Source
  /** Whether a function is called with each item, and nothing else is done. */
  private readonly fn: StepFunction | null
  /** The items, where they are in an array and nothing is around them: those are gone through without more ado. */
  private readonly array: readonly unknown[] | null
  private readonly quick: boolean
  private readonly keeps: boolean
  private readonly list: unknown[] = []
  private readonly errors: { readonly index: number; readonly error: StepchainError }[] = []
  private readonly startedAt: number
  /** What is told of the items, where they have no hooks. */
  private readonly watch: ItemWatch | null
  /** Whether anybody wants to know how far it is. */
  private readonly tells: boolean
  private first: StepchainError | null = null
  private index = -1
  /** How many items were begun with. */
  private taken = 0
  private ok = 0
  private bad = 0

  constructor(run: RunRecord, step: PlanStep, { flow, items }: { flow: Loop; items: unknown }) {
    this.run = run
    this.step = step
    this.flow = flow
    const { around } = run
    const { host } = around.settings
    this.source = sourceOf(items, { ref: flow.items.ref, batch: flow.batch, waits: !run.sync && host === null })
    this.fn = flow.light && around.plain && (!around.timed || around.laps !== null) ? flow.item.fn : null
    this.watch = this.fn === null || around.laps === null ? null : around.laps.items(pathOf(run, step.name))
    this.tells = around.hooks?.onProgress != null
    this.keeps = flow.kind === 'map'
    this.quick = this.fn !== null && this.watch === null && !this.tells && !flow.settle && flow.batch === 0
    this.array = this.quick && Array.isArray(items) ? items : null
    // An array that grows costs more than one of the right length.
    if (flow.kind === 'map') this.list.length = this.source.total ?? 0
    this.startedAt = flow.kind === 'each' ? around.clock.now() : 0
  }

  hasMore(): boolean {
    return this.array === null ? this.source.hasMore() : this.index + 1 < this.array.length
  }

  advance(): boolean | Promise<boolean> {
    this.index++
    return this.array === null ? this.source.advance() : this.index < this.array.length
  }

  begin(slot: Slot): unknown {
    const { fn, index } = this
    const item = this.array === null ? this.source.item : this.array[index]
    if (fn === null) return follow(this.prepare(slot))
    slot.index = index
    slot.controller = null
    slot.item = item
    slot.loop = this
    slot.live = index
    if (this.watch !== null) slot.since = this.watch.begin()
    if (this.flow.batch !== 0) slot.size = this.sizeOf(item)
    this.taken += slot.size
    return fn(item, index, new ItemHandle(slot))
  }

  prepare(slot: Slot): RunRecord {
    const { flow, source } = this
    slot.index = this.index
    slot.size = this.sizeOf(source.item)
    this.taken += slot.size
    const child = (slot.child = this.spawn(slot.index, source.item))
    const inner = child.more()
    inner.undoes = flow.settle || flow.tolerate > 0
    inner.releases = flow.kind === 'each'
    return child
  }

  private sizeOf(item: unknown): number {
    return this.flow.batch === 0 ? 1 : (item as readonly unknown[]).length
  }

  nameOf({ index }: Slot): string {
    return String(index)
  }

  value({ child }: Slot): unknown {
    return this.outputOf(child as RunRecord)
  }

  restore({ child }: Slot, value: unknown): void {
    // On a host an item is a step of its own, whatever is done with it.
    ;(child as RunRecord).context[ITEM_OUT] = value
  }

  /** Makes the run of one item: of its branch alone, where nothing is around that. */
  private spawn(index: number, item: unknown): RunRecord {
    const { flow, run, step } = this
    const more = { item, index }
    const label = String(index)
    const { around } = run
    if (flow.branch !== null && flow.bare && around.plain && !around.timed)
      return spawnInside(run, step, { plan: flow.branch.plan, label, more })
    const child = spawnInside(run, step, { plan: flow.solo, label, more })
    child.more().solo = true
    return child
  }

  done(slot: Slot, value: unknown): void {
    if (this.quick) {
      slot.live = -1
      this.ok++
      if (this.keeps) this.list[slot.index] = value
      return
    }
    this.ok += slot.size
    if (this.flow.kind === 'map') {
      const output = slot.child === null ? value : this.outputOf(slot.child)
      this.list[slot.index] = this.flow.settle ? fulfilled(output) : output
    }
    this.watch?.end(slot)
    this.leave(slot)
  }

  /** What the run of an item gave. */
  private outputOf(child: RunRecord): unknown {
    const { branch } = this.flow
    return child.extra?.solo === true || branch === null ? child.context[ITEM_OUT] : outsOf(branch, child)
  }

  failed(slot: Slot, thrown: unknown): StepchainError | null {
    const { flow } = this
    const error = slot.child === null ? this.errorOf(slot, thrown) : (thrown as StepchainError)
    this.bad += slot.size
    this.watch?.end(slot, error)
    if (flow.settle) this.list[slot.index] = rejected(error)
    else this.note(slot.index, error)
    this.leave(slot)
    if (flow.settle || !this.isTooMuch(this.source.total)) return null
    return this.first
  }

  private note(index: number, error: StepchainError): void {
    this.first ??= error
    if (this.errors.length < MOST_ERRORS) this.errors.push({ index, error })
  }

  /** Whether more items have failed than may. Of a ratio that is known before the end only where the number of all is. */
  private isTooMuch(total: number | undefined): boolean {
    const { tolerate } = this.flow
    if (tolerate === 0 || tolerate >= 1) return this.bad > tolerate
    return total !== undefined && this.bad > tolerate * total
  }

  /** What a function threw, as the error of its item. */
  private errorOf(slot: Slot, thrown: unknown): StepchainError {
    const child = this.spawn(slot.index, slot.item)
    const extra = child.more()
    const failed = isA(thrown, Failed) ? thrown : new Failed(thrown)
    extra.begun = true
    extra.attempts = [{ attempt: 1, error: failed.error, duration: undefined, abandoned: false }]
    return stepError(child, failed)
  }

  /** Goes on to what comes next in a slot, and tells how far the loop is. */
  private leave(slot: Slot): void {
    slot.child = null
    slot.live = -1
    const { run, source } = this
    if (!this.tells) return
    const { total } = source
    const event = {
      ...attemptEvent(run, this.step),
      done: this.ok + this.bad,
      ...(total === undefined ? {} : { total }),
    }
    void emit(run, 'onProgress', event)
  }

  late(slot: Slot, outcome: { readonly value: unknown } | { readonly error: unknown }): void {
    const { run, step } = this
    if (slot.child !== null || run.around.hooks?.onLateSettle == null) return
    const path = `${attemptEvent(run, step).path}/${slot.index}`
    const event = { ...attemptEvent(run, step), kind: 'item' as const, path, attempt: 1, attempts: 1 }
    const how =
      'value' in outcome ? { status: 'ok' as const, output: outcome.value } : { status: 'failed' as const, ...outcome }
    void emit(run, 'onLateSettle', { ...event, ...how })
  }

  close(): void {
    this.source.close()
  }

  failure(): StepchainError | null {
    const { run, first } = this
    if (first === null || !this.isTooMuch(this.source.total ?? (this.hasMore() ? undefined : this.taken))) return null
    const errors = [...this.errors].sort((a, b) => a.index - b.index).map(({ error }) => error)
    const message = `Step '${stepPath(run)}': ${this.bad} of ${this.source.total ?? this.ok + this.bad} items failed: ${describeThrown(first)}`
    return new GroupError(scrub(run, message), { ...detailsOf(run), cause: first, errors })
  }

  outs(): Readonly<Record<string, unknown>> {
    return {}
  }

  results(): unknown {
    return this.output()
  }

  output(): unknown {
    return this.flow.kind === 'map' ? this.list : this.summary()
  }

  private summary(): Summary {
    const errors = this.errors.sort((a, b) => a.index - b.index).map(({ error }) => error)
    const duration = this.run.around.clock.now() - this.startedAt
    return { total: this.ok + this.bad, ok: this.ok, failed: this.bad, errors, duration }
  }
}
