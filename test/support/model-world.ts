import { type Action, callOf, exact, logged, type Node, type NodeOf, outsOf, pullsOf } from './model-chain.ts'

// What the reference interpreter works with, and what is to be said of that without knowing what a run does.

export type Outs = Readonly<Record<string, unknown>>

/** What a step failed with. */
export interface Failure {
  readonly code: string
  readonly path?: string
  readonly cause?: Failure | undefined
  readonly errors?: readonly Failure[]
}

/** Something that ends what is under way: with `grace`, a sibling that failed; with `own`, the timeout of the step of that path. */
export interface Stop {
  readonly at: number
  readonly code: string
  readonly grace?: number
  readonly own?: string
}

/** What has to be undone, or released. */
export interface Done {
  readonly at: number
  readonly path: string
  readonly how: 'compensate' | 'compensateUnknown'
  readonly action?: Action | undefined
  readonly release?: Action | undefined
}

/** What something came to. */
export interface End {
  readonly at: number
  readonly how: 'ok' | 'failed' | 'stopped'
  readonly value?: unknown
  /** What it adds to the context, also where it was not finished. */
  readonly outs: Outs
  readonly failure?: Failure | undefined
  readonly stop?: Stop | undefined
  readonly abandoned?: boolean
  /** Whether its last attempt was cut off. */
  readonly cut?: boolean
  readonly tries?: number
}

/** What something is done in. */
export interface World {
  readonly path: string
  readonly stops: readonly Stop[]
  readonly deadline: number
  readonly seen: Seen
}

/** What has happened so far. */
export interface Seen {
  /** How often each function was called. */
  readonly calls: Map<string, number>
  readonly log: string[]
  readonly done: Done[]
  /** What something began or ended at what time because of a limit that others share. */
  readonly moments: Map<number, string>
  /** Where the order of things is open. */
  readonly open: string[]
}

/** What has others in it that run at once. */
export type Group = NodeOf<'parallel' | 'map' | 'each'>

/** How several things are done at once. */
export interface Rules {
  readonly concurrency: number
  readonly grace: number
  /** How many failures are not too many. */
  readonly most: number
  /** Whether that is a ratio of all, and whether it is only known at the end. */
  readonly ratio: boolean
  readonly late: boolean
  /** Whether what fails is undone by itself. */
  readonly undoes: boolean
  /** Whether what succeeds is released by itself. */
  readonly releases: boolean
  /** How many items each unit is. */
  readonly sizes: readonly number[]
  /** How long it takes to get each unit, and to learn that there is no other. */
  readonly pulls: readonly number[]
}

export function inOrder<T extends { readonly at: number }>(given: readonly T[]): T[] {
  return given.toSorted((a, b) => a.at - b.at)
}

/** The first stop that came before that time. */
export function before(time: number, stops: readonly Stop[]): Stop | undefined {
  return inOrder(stops).find(({ at }) => at < time)
}

/** The first stop by then that gives no grace: whatever comes of what was under way, it is stopped. */
export function passed(time: number, stops: readonly Stop[]): Stop | undefined {
  return inOrder(stops).find(({ at, grace }) => grace === undefined && at <= time)
}

/** Whether one path is the other, or inside of it. */
function areRelated(a: string, b: string): boolean {
  return `${a}/`.startsWith(`${b}/`) || `${b}/`.startsWith(`${a}/`)
}

/** Notes that something happens by a limit that others share: where others do in the same moment, their order is open. */
export function shares(at: number, { path, seen }: World): void {
  if (!areRelated(seen.moments.get(at) ?? path, path)) seen.open.push(path)
  seen.moments.set(at, path)
}

// Behind these, retries were used up.
const tired = new WeakSet<Failure>()

export function isTired(failure: Failure): boolean {
  return tired.has(failure)
}

export function tiredIf(failure: Failure, is: boolean): Failure {
  if (is) tired.add(failure)
  return failure
}

/** What something fails with that failed and could not be undone. */
export function couldNotUndo(cause: Failure | undefined, errors: readonly Failure[]): Failure {
  return tiredIf({ code: 'SC_COMPENSATION', cause, errors }, cause !== undefined && isTired(cause))
}

/** What a call comes to that nothing stops. */
export function begun(
  action: Action,
  from: number,
  { path, seen }: World,
): { name: string; ends: End; waits: boolean } {
  const nth = (seen.calls.get(path) ?? 0) + 1
  const name = `${path}#${nth}`
  seen.calls.set(path, nth)
  seen.log.push(logged(from, 'call', name))
  const { ms, fails } = callOf(action, path, nth)
  const ends = { at: from + exact(ms, name), outs: {}, value: name }
  if (!fails) return { name, ends: { ...ends, how: 'ok' }, waits: ms > 0 }
  return { name, ends: { ...ends, how: 'failed', failure: { code: 'SC_STEP', path } }, waits: ms > 0 }
}

const STATUS = { ok: 'ok', failed: 'failed', stopped: 'cancelled' }

/** Has hooks told of the end of a step, or of an attempt. */
export function told(end: End, { path, seen }: World, status: string = STATUS[end.how]): End {
  const abandoned = end.how !== 'ok' && end.abandoned ? 'abandoned' : ''
  seen.log.push(logged(end.at, status, `${path}#${end.tries ?? 1}`, abandoned))
  return end
}

/** Whether a step is passed over. */
export function isSkipped(node: Node): boolean {
  return node.skip === true || (node.kind === 'when' && !node.yes && node.otherwise === undefined)
}

const matters = ({ action, release }: Done): boolean => action !== undefined || release !== undefined

/** Whether it is open in what order things are undone: a step was cut off in the moment in which another one ended. */
export function clash(held: readonly Done[]): boolean {
  const cut = held.filter(({ how }) => how === 'compensateUnknown')
  return cut.some(({ at, path }) =>
    held.some((other) => matters(other) && other.at === at && !areRelated(other.path, path)),
  )
}

// What the runtime does not do as the reference interpreter does, so far; cases with it are passed over. So is a ratio of items of which some were cut off: of an iterable
// nobody knows how many there would have been.

/**
 * A group that has failed and is told to end by another around it that has, too: what is told in which order at the end of both is not settled.
 * What begins in the very moment in which a group fails may come first, or not at all.
 */
export function isPassedOver(halt: number, { stops, seen, path }: World): boolean {
  if (seen.log.some((line) => line.startsWith(logged(halt, 'call', `${path}/`)))) return true
  return halt < Infinity && stops.some(({ grace }) => grace !== undefined)
}

/** Something that is undone or released inside of a step for longer than the grace that the step has. */
export function outlasts(time: number, stops: readonly Stop[]): boolean {
  return stops.some(({ at, grace }) => grace !== undefined && at + grace < time)
}

/** The same world, of which nothing is kept. */
export function rehearsal(world: World): World {
  return { ...world, seen: { ...world.seen, calls: new Map(world.seen.calls), log: [], done: [] } }
}

/** When so many have failed that it is more than may. */
export function momentOf(failed: readonly { at: number; size: number }[], most: number): number {
  let count = 0
  return inOrder(failed).find(({ size }) => (count += size) > most)?.at ?? Infinity
}

/** What an `each` gives. */
export function summaryOf(ends: readonly End[], sizes: readonly number[], duration: number): Summary {
  const sizeOf = (how: End['how']): number =>
    sizes.reduce((sum, size, index) => sum + (ends[index]?.how === how ? size : 0), 0)
  const [ok, failed] = [sizeOf('ok'), sizeOf('failed')]
  const errors = ends.filter(({ how }) => how === 'failed').map(({ failure }) => failure!)
  return { total: ok + failed, ok, failed, errors, duration }
}

interface Summary {
  readonly total: number
  readonly ok: number
  readonly failed: number
  readonly errors: readonly Failure[]
  readonly duration: number
}

/** Of a group, what became of something that may fail without failing the whole. */
export function settled({ how, failure }: End, value: unknown): unknown {
  return how === 'failed' ? { status: 'rejected', error: failure } : { status: 'fulfilled', value }
}

/** What became of each out of a branch: one that was finished before the branch failed is a result all the same. */
export function settledOuts(end: End, branch: readonly Node[]): Outs {
  const valueOf = (out: string): unknown => settled(out in end.outs ? { ...end, how: 'ok' } : end, end.outs[out])
  return Object.fromEntries(outsOf(branch).map((out) => [out, valueOf(out)]))
}

/** What a step adds that is skipped. */
export function blank(node: Node): Outs {
  return Object.fromEntries(outsOf([node]).map((out) => [out, undefined]))
}

function itemsOf(node: NodeOf<'map' | 'each'>): Pick<Rules, 'sizes' | 'pulls'> {
  const { count, batch = 1 } = node
  const length = Math.ceil(count / batch)
  return { sizes: Array.from({ length }, (_, index) => Math.min(batch, count - index * batch)), pulls: pullsOf(node) }
}

/** How a group is run, with what holds where nothing is said. */
export function rulesOf(node: Group): Rules {
  const { kind, name, grace, settle } = node
  const loop = kind === 'parallel' ? undefined : node
  const { count = 0, tolerate = 0 } = loop ?? {}
  const ratio = tolerate > 0 && tolerate < 1
  return {
    concurrency: node.concurrency ?? (loop ? 16 : Infinity),
    grace: grace === undefined ? 1_000 : exact(grace, `${name} grace`),
    most: settle ? Infinity : ratio ? tolerate * count : tolerate,
    ratio,
    late: ratio && loop?.from !== 'array',
    undoes: settle === true || tolerate > 0,
    releases: kind === 'each',
    ...(kind === 'parallel' ? { sizes: node.branches.map(() => 1), pulls: node.branches.map(() => 0) } : itemsOf(node)),
  }
}
