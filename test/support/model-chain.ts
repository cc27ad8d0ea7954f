/** A call that a function of a case gets: what it does then. */
export interface Call {
  /** How long it takes; 0 is synchronous. */
  readonly ms: number
  readonly fails?: true
}

/** Something that is called, again and again where it is retried. */
export interface Action {
  /** What calls do, in turn and over and over; of an item, those from its index on. */
  readonly calls: readonly Call[]
  /** How many ms after its signal was aborted it gives up; without it, it never looks at its signal. */
  readonly heeds?: number
  readonly retries?: number
  /** The ms between two attempts. */
  readonly delay?: number
  readonly timeout?: number
}

/** What is around a step, whatever it is made of. */
interface Around {
  /** Unique in the case. */
  readonly name: string
  readonly retries?: number
  readonly delay?: number
  readonly timeout?: number
  /** Whether it is retried whatever it failed with, also where what is inside has used up retries. */
  readonly again?: true
  readonly fallback?: 'value' | 'throws'
  /** Whether its `when` says no. */
  readonly skip?: true
  /** Whether it has no `out`. */
  readonly silent?: true
  readonly compensate?: Action
  readonly unknown?: Action
  readonly release?: Action
}

/** How several things run at once. */
interface Limits {
  readonly concurrency?: number
  readonly grace?: number
  readonly settle?: true
}

/** The items of a loop, and what is done with each: a call, or a branch. */
interface Loop extends Limits {
  /** How many items there are. */
  readonly count: number
  readonly from: 'array' | 'iterable' | 'async'
  /** What a function does that is called with each item, or else the steps of a branch. */
  readonly does: Action | readonly Node[]
  /** What is around each item. */
  readonly item: Pick<Around, 'retries' | 'delay' | 'timeout' | 'again' | 'fallback'>
  readonly batch?: number
  readonly tolerate?: number
}

type Kind =
  | ({ readonly kind: 'step' } & Action)
  | { readonly kind: 'chain' | 'branch'; readonly steps: readonly Node[] }
  | ({ readonly kind: 'parallel'; readonly named?: true; readonly branches: readonly (readonly Node[])[] } & Limits)
  | ({ readonly kind: 'map' | 'each' } & Loop)
  | {
      readonly kind: 'when'
      readonly yes: boolean
      readonly steps: readonly Node[]
      readonly otherwise?: readonly Node[]
    }

/** One step of a chain, as data. */
export type Node = Around & Kind
export type NodeOf<Name extends Node['kind']> = Extract<Node, { readonly kind: Name }>

/** A chain and what happens to its run. */
export interface Given {
  readonly steps: readonly Node[]
  /** When the caller's signal is aborted; below 0: before the run begins. */
  readonly abort?: number
  /** When the time is up; below 0: it was before the run begins. */
  readonly deadline?: number
  /** How that is said. */
  readonly limit: 'timeout' | 'date' | 'function'
  /** Whether hooks are around the steps. */
  readonly watched: boolean
}

/** What one case came to, and all that was seen of it. */
export interface Outcome {
  /** When the run settled. */
  readonly at: number
  /** `undefined` for a run that succeeded. */
  readonly error: unknown
  readonly context: Readonly<Record<string, unknown>>
  /** Calls, and what hooks were told, with their times. */
  readonly log: readonly string[]
  /** Whether it is open in which order some things happened: nothing can be said of such a case. */
  readonly open?: boolean
}

/** How long a compensation may take where nothing is said, in ms. */
export const PATIENCE = 30_000

/**
 * So many ms and a fraction that nothing else has: no two things happen at the same time by chance, and so their order is never open.
 * Fractions of 30 bits, so that sums are exact.
 */
export function exact(ms: number, what: string): number {
  if (ms === 0 || ms === PATIENCE) return ms
  let hash = 0x811c9dc5
  for (let index = 0; index < what.length; index++) hash = Math.imul(hash ^ what.charCodeAt(index), 0x01000193)
  // The last characters, in which names differ, are to reach all bits.
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
  return ms + ((hash ^ (hash >>> 13)) >>> 2) / 2 ** 30
}

/** What a call does, the so-manieth of an action's in one place, by the path of that. */
export function callOf({ calls }: Action, path: string, nth: number): Call {
  const index = path.split('/').reduce((sum, part) => sum + (Number(part) || 0), nth - 1)
  return calls[index % calls.length]!
}

/**
 * How long a source takes to give each item, or batch of items, and to say that there is no more: if it is asynchronous. An array is known to have no more with its last item,
 * and a source with a batch that is not full.
 */
export function pullsOf({ name, count, from, batch = 1 }: NodeOf<'map' | 'each'>): readonly number[] {
  const length = Math.ceil(count / batch) + (from !== 'array' && count % batch === 0 ? 1 : 0)
  return Array.from({ length }, (_, index) => (from === 'async' ? exact(2, `${name} pull ${index}`) : 0))
}

/** The name of a branch: a key, where branches are named. */
export function branchName({ name }: Pick<Node, 'name'>, index: number): string {
  return `${name}b${index}`
}

/** A time as the log shows it. */
function shown(at: number): string {
  return at.toFixed(6).padStart(12)
}

/** A log in order of time. What happens in one moment is in alphabetical order, but for what is undone: that has an order. */
export function sorted(lines: readonly string[]): readonly string[] {
  const keyOf = (line: string): string => (/\.(compensate|compensateUnknown|release)#/.test(line) ? '' : line)
  const keyed = lines.map((line) => ({ line, at: Number.parseFloat(line), key: keyOf(line) }))
  keyed.sort((a, b) => a.at - b.at || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
  return keyed.map(({ line }) => line)
}

/** The keys that steps add. */
export function outsOf(nodes: readonly Node[]): readonly string[] {
  return nodes.flatMap((node) => {
    if (node.kind === 'when') return outsOf([...node.steps, ...(node.otherwise ?? [])])
    if (node.kind !== 'parallel') return node.silent ? [] : [node.name]
    return node.named ? node.branches.map((_, index) => branchName(node, index)) : outsOf(node.branches.flat())
  })
}

/** What times of a step are called after, by its path: all items of a loop have the same. */
export function labelOf(path: string): string {
  return path
    .replace(/\/\d+$/, '')
    .split('/')
    .at(-1)!
}

/** A line of the log. */
export function logged(at: number, ...what: readonly string[]): string {
  return [shown(at), ...what].filter((part) => part !== '').join(' ')
}
