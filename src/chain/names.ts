/**
 * The names taken by a growing definition. All chains grown from one another in a row share one map, so that a step costs one entry;
 * a chain that is extended a second time gets a map of its own on top.
 */
export class Names {
  readonly #taken = new Map<string, number>()
  readonly #below: Names | null
  readonly #belowSize: number
  #size = 0

  constructor(below: Names | null = null, belowSize = 0) {
    this.#below = below
    this.#belowSize = belowSize
  }

  /** Tells whether a name is among the first `size`. */
  has(name: string, size: number): boolean {
    const place = this.#taken.get(name)
    if (place !== undefined && place <= size) return true
    return this.#below?.has(name, this.#belowSize) ?? false
  }

  /** Adds a name behind the first `size`; gives the names to go on with. */
  add(name: string, size: number): Names {
    const names: Names = size === this.#size ? this : new Names(this, size)
    names.#size = size + 1
    if (!names.#taken.has(name)) names.#taken.set(name, size + 1)
    return names
  }
}
