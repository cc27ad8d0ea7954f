/** How many maps may stand on top of one another before they are made one. */
const DEEPEST = 64

/**
 * The keys and names taken by a growing definition. All chains grown from one another in a row share one map, so that a step costs one entry;
 * a chain that is extended a second time gets a map of its own on top.
 */
export class Names {
  // Where a name came in, doubled; odd if it may be there before.
  readonly #taken = new Map<string, number>()
  readonly #below: Names | null
  readonly #belowSize: number
  readonly #depth: number
  #size: number

  constructor(below: Names | null = null, size: number = 0) {
    this.#below = below
    this.#belowSize = this.#size = size
    this.#depth = below === null ? 0 : below.#depth + 1
  }

  /** The place of a name among the first `size`; `undefined` if it is not one of them. */
  #find(name: string, size: number): number | undefined {
    const place = this.#taken.get(name)
    if (place !== undefined && place >> 1 <= size) return place
    return this.#below === null ? undefined : this.#below.#find(name, Math.min(size, this.#belowSize))
  }

  /** Tells whether a name is among the first `size`. */
  has(name: string, size: number): boolean {
    return this.#find(name, size) !== undefined
  }

  /** Tells whether a name is among the first `size`, and may not come from anywhere else. */
  makes(name: string, size: number): boolean {
    const place = this.#find(name, size)
    return place !== undefined && (place & 1) === 0
  }

  /** Puts the first `size` names into one map. */
  #gather(names: Map<string, number>, size: number): void {
    if (this.#below !== null) this.#below.#gather(names, Math.min(size, this.#belowSize))
    for (const [name, place] of this.#taken) if (place >> 1 <= size) names.set(name, place)
  }

  /** Adds a name behind the first `size`, or one that may be there before; gives the names to go on with. */
  add(name: string, size: number, shared: boolean = false): Names {
    if (size !== this.#size) {
      const deep = this.#depth === DEEPEST
      const own = new Names(deep ? null : this, size)
      if (deep) this.#gather(own.#taken, size)
      return own.add(name, size, shared)
    }
    this.#size = size + 1
    if (!this.#taken.has(name)) this.#taken.set(name, (size + 1) * 2 + (shared ? 1 : 0))
    return this
  }
}

/** What a step's own name is kept under, apart from the keys. */
export function nameKey(name: string): string {
  return `\0${name}`
}
