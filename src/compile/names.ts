import { isReserved, RESERVED } from './check.ts'
import type { Header, Node, PlanStep, Put } from './plan.ts'

/** How many nodes are looked through one by one: for so few that is quicker than a map, and a definition made for one request fills none. */
const FEW = 24
/** How many maps may stand on top of one another before they are made one. */
const DEEPEST = 64

/** What a text is taken as, in bits: a key of the context, one that may also come from elsewhere, a step's name apart from its key. */
export const Taken = { key: 1, shared: 2, name: 4 } as const

/** Adds what one node takes to what a later one does: the earlier one decides where a key comes from. */
function join(later: number, earlier: number): number {
  return (earlier & Taken.key) === 0 ? later | earlier : (later & Taken.name) | earlier
}

/** One of 31 bits, which texts that differ mostly have apart: where all nodes lack it, none of them has to be looked at. */
function bitOf(text: string): number {
  const last = text.length - 1
  return 1 << ((text.charCodeAt(0) * 7 + text.charCodeAt(last) + last * 3) % 31)
}

/** What a text is taken as, up to a node. */
export function takenAs(tail: Node, text: string): number {
  if ((tail.marks & bitOf(text)) === 0) return 0
  if (tail.names !== null) return tail.names.find(text, tail.size)
  let bits = 0
  for (let node: Node | null = tail; node !== null; node = node.previous) {
    const { put, step } = node
    if (step === null) bits = put?.key === text ? join(bits, Taken.key) : bits
    else if (step.out === text) bits = join(bits, step.overwrite ? Taken.key | Taken.shared : Taken.key)
    else if (step.outs?.includes(text) === true) bits = join(bits, Taken.key)
    else if (step.name === text) bits |= Taken.name
  }
  return bits
}

/** Tells whether a chain makes a key itself, and nobody else may. */
export function isMade(tail: Node, key: string): boolean {
  return (takenAs(tail, key) & (Taken.key | Taken.shared)) === Taken.key
}

const RESERVED_MARKS = RESERVED.map(bitOf).reduce((marks, bit) => marks | bit)

/** Tells whether an input may have a key. Mostly the marks tell that no name is like it. */
export function isFree(tail: Node, key: string): boolean {
  const unlike = ((tail.marks | RESERVED_MARKS) & bitOf(key)) === 0
  return unlike ? !key.startsWith('$') : !isReserved(key) && !isMade(tail, key)
}

/**
 * The keys and names taken by a definition of many nodes. All chains grown from one another in a row share one map, so that a step costs one entry;
 * a chain that is extended a second time gets a map of its own on top.
 */
export class Names {
  // By the node that came first, counted from 1; those of keys doubled, and odd where the key is shared.
  readonly #keys = new Map<string, number>()
  readonly #names = new Map<string, number>()
  readonly #below: Names | null
  readonly #belowSize: number
  readonly #depth: number
  #size: number

  constructor(below: Names | null, size: number) {
    this.#below = below
    this.#belowSize = this.#size = size
    this.#depth = below === null ? 0 : below.#depth + 1
  }

  /** What a text is taken as by the first `size` nodes. */
  find(text: string, size: number): number {
    const key = this.#keys.get(text)
    const name = this.#names.get(text)
    const own =
      (key !== undefined && key >> 1 <= size ? Taken.key | ((key & 1) * Taken.shared) : 0) |
      (name !== undefined && name <= size ? Taken.name : 0)
    return this.#below === null ? own : join(own, this.#below.find(text, Math.min(size, this.#belowSize)))
  }

  #add({ put, step, size }: Node): void {
    const key = step === null ? (put?.key ?? null) : step.out
    this.#size = size
    if (key !== null && !this.#keys.has(key)) this.#keys.set(key, size * 2 + (step?.overwrite === true ? 1 : 0))
    for (const out of step?.outs ?? []) this.#keys.set(out, size * 2)
    if (step !== null && step.name !== key && !this.#names.has(step.name)) this.#names.set(step.name, size)
  }

  /** The names of all nodes up to one that comes behind those of `below`; `null` where they are few. */
  static upTo(node: Node, below: Names | null): Names | null {
    const before = node.size - 1
    if (below === null && before < FEW) return null
    if (below === null) return Names.#gathered(node)
    const isNext = below.#size === before
    if (!isNext && below.#depth === DEEPEST) return Names.#gathered(node)
    const names = isNext ? below : new Names(below, before)
    names.#add(node)
    return names
  }

  static #gathered(last: Node): Names {
    const nodes: Node[] = []
    for (let node: Node | null = last; node !== null; node = node.previous) nodes.push(node)
    const names = new Names(null, 0)
    for (const node of nodes.reverse()) names.#add(node)
    return names
  }
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] }

/** What a chain begins with. */
export function rootOf(header: Header): Node {
  return { header, previous: null, put: null, step: null, steps: 0, size: 0, marks: 0, names: null }
}

function linked(node: Mutable<Node>, below: Names | null): Node {
  node.names = Names.upTo(node, below)
  return node
}

/** Puts a step behind what there is. */
export function addStep(previous: Node, step: PlanStep): Node {
  const { header, steps, size, names } = previous
  const { name, out } = step
  let marks = previous.marks | bitOf(name) | (out === null || out === name ? 0 : bitOf(out))
  for (const key of step.outs ?? []) marks |= bitOf(key)
  return linked({ header, previous, put: null, step, steps: steps + 1, size: size + 1, marks, names: null }, names)
}

/** Puts a value behind what there is. */
export function addPut(previous: Node, put: Put): Node {
  const { header, steps, size, names } = previous
  const marks = previous.marks | bitOf(put.key)
  return linked({ header, previous, put, step: null, steps, size: size + 1, marks, names: null }, names)
}
