import type { Clock } from 'stepchain'

interface Timer {
  readonly at: number
  readonly order: number
  readonly callback: () => void
}

/** Lets everything that waits for promises alone go on, as far as it can. */
export async function settlePromises(): Promise<void> {
  // A macrotask comes behind all microtasks, also those that microtasks make.
  await new Promise<void>((resolve) => setImmediate(resolve))
}

/** A clock that stands still until a test moves it. */
export class VirtualClock implements Clock {
  #now = 1_000
  #order = 0
  readonly #wallOffset = Date.UTC(2026, 0, 1)
  readonly #timers = new Map<number, Timer>()
  /** How many ms passed in which nothing could happen. */
  blocked = 0
  /** Every wait of `sleepSync`, in ms. */
  readonly slept: number[] = []

  readonly now = (): number => this.#now
  readonly wall = (): number => this.#wallOffset + this.#now

  readonly setTimeout = (callback: () => void, ms: number): number => {
    const order = ++this.#order
    this.#timers.set(order, { at: this.#now + ms, order, callback })
    return order
  }

  readonly clearTimeout = (handle: unknown): void => {
    this.#timers.delete(handle as number)
  }

  readonly sleepSync = (ms: number): void => {
    this.slept.push(ms)
    this.#now += ms
  }

  /** How many timers are waiting. */
  get pending(): number {
    return this.#timers.size
  }

  /** Moves time without letting anything happen: what code that blocks does. */
  block(ms: number): void {
    this.#now += ms
    this.blocked += ms
  }

  /** Moves time, letting each timer fire when its moment comes. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms
    await settlePromises()
    for (;;) {
      const next = [...this.#timers.values()]
        .filter(({ at }) => at <= end)
        .toSorted((a, b) => a.at - b.at || a.order - b.order)[0]
      if (next === undefined) break
      this.#timers.delete(next.order)
      this.#now = Math.max(this.#now, next.at)
      next.callback()
      await settlePromises()
    }
    this.#now = Math.max(this.#now, end)
  }
}
