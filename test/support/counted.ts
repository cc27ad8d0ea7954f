/** An iterator that counts what is asked of it: out of sight, for it is part of an input, which is to stay as it is. */
export class Counted {
  #asked = 0
  #returned = 0
  readonly #items: readonly unknown[]
  readonly #wrap: (result: object) => unknown

  constructor(items: readonly unknown[], wrap: (result: object) => unknown = (result) => result) {
    this.#items = items
    this.#wrap = wrap
  }

  /** How often it was asked for an item, and told to end. */
  get counts(): readonly [asked: number, returned: number] {
    return [this.#asked, this.#returned]
  }

  next(): unknown {
    const at = this.#asked++
    return this.#wrap(
      at < this.#items.length ? { done: false, value: this.#items[at] } : { done: true, value: undefined },
    )
  }

  return(): unknown {
    this.#returned++
    return this.#wrap({ done: true, value: undefined })
  }

  [Symbol.iterator](): this {
    return this
  }
}

/** The same, which takes its time. */
export class Async extends Counted {
  declare readonly [Symbol.iterator]: never
  constructor(items: readonly unknown[]) {
    super(items, (result) => Promise.resolve(result))
    Object.defineProperty(this, Symbol.iterator, { value: undefined })
  }

  [Symbol.asyncIterator](): this {
    return this
  }
}
