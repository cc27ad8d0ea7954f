import type { VirtualClock } from './virtual-clock.ts'

/** How long what undoes a step may take where nothing else is said, and how long it may take to end when that is over, in ms. */
const PATIENCE = 30_000
const MOMENT = 20

/** When something was undone: for as long, and no longer, a run that was to end may wait. */
export class Undoing {
  readonly #clock: VirtualClock
  readonly #spans: { readonly from: number; to: number }[] = []

  constructor(clock: VirtualClock) {
    this.#clock = clock
  }

  /** The same function, of which it is known when it is under way. */
  watch<Act extends (...of: never) => unknown>(act: Act, timeout: number = PATIENCE): Act {
    const undo = async (...of: never): Promise<unknown> => {
      const from = this.#clock.now()
      const span = { from, to: from + timeout + MOMENT }
      this.#spans.push(span)
      try {
        return await act(...of)
      } finally {
        span.to = Math.min(span.to, this.#clock.now())
      }
    }
    return undo as unknown as Act
  }

  /** For how many ms of a time something was undone. */
  within(from: number, to: number): number {
    let ms = 0
    let at = from
    for (const span of this.#spans.toSorted((a, b) => a.from - b.from)) {
      const end = Math.min(to, span.to)
      ms += Math.max(0, end - Math.max(at, span.from))
      at = Math.max(at, end)
    }
    return ms
  }
}
