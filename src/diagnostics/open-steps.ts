import type { RunEvent } from '../define/hooks.ts'

/** How many runs are kept in mind: one that an engine suspends never tells that it ended. */
const MOST_RUNS = 16_384

/** What an event says of where it happened. */
export type Place = Pick<RunEvent, 'chain' | 'runId' | 'path'>

/** The path of what is around a path; `null` where that is nothing. A nested chain's second part on a host, `outer#2/`, is inside of `outer`. */
function outer(path: string): string | null {
  if (path === '') return null
  const end = path.lastIndexOf('/')
  return end === -1 ? '' : path.slice(0, end)
}

/** What is open of one run. */
interface Run<T> {
  readonly chain: string
  readonly steps: Map<string, T>
}

/** What is kept for each run and step that has begun and is not over, found by run and path. `discard` is given what nobody ends. */
export class OpenSteps<T> {
  // By id, and then by chain: an id may be that of a request that runs several.
  readonly #runs = new Map<string, Run<T>[]>()
  readonly #discard: (value: T) => void

  constructor(discard: (value: T) => void) {
    this.#discard = discard
  }

  /** How many ids of runs there are. */
  get size(): number {
    return this.#runs.size
  }

  /** Keeps what has begun. What was there in its place is discarded; so is all of an earlier run of the same id, where a run begins. */
  open(at: Place, value: T): void {
    if (at.path === '') this.closeInside(at)
    const steps = this.#stepsOf(at) ?? this.#begin(at)
    const before = steps.get(at.path)
    if (before !== undefined) this.#discard(before)
    steps.set(at.path, value)
  }

  /** What was kept at exactly this place. */
  find(at: Place): T | undefined {
    return this.#stepsOf(at)?.get(at.path)
  }

  /** What is nearest around this place. */
  around(at: Place): T | undefined {
    const steps = this.#stepsOf(at)
    if (steps === undefined) return undefined
    for (let path = outer(at.path); path !== null; path = outer(path)) {
      const found = steps.get(path) ?? (path.includes('#') ? steps.get(path.replace(/#\d+$/, '')) : undefined)
      if (found !== undefined) return found
    }
    return undefined
  }

  /** Gives up what is over. */
  close(at: Place): T | undefined {
    const steps = this.#stepsOf(at)
    const value = steps?.get(at.path)
    steps?.delete(at.path)
    if (steps?.size === 0) this.#forget(at)
    return value
  }

  /** Discards all that is inside of a place: what was abandoned, and perhaps never tells that it ended. */
  closeInside(at: Place): void {
    const inside = at.path === '' ? '' : `${at.path}/`
    const paths = [...(this.#stepsOf(at)?.keys() ?? [])].filter((path) => path !== at.path && path.startsWith(inside))
    // What is innermost ends first.
    for (const path of paths.reverse()) this.#discard(this.close({ ...at, path }) as T)
  }

  #stepsOf({ chain, runId }: Place): Map<string, T> | undefined {
    return this.#runs.get(runId)?.find((run) => run.chain === chain)?.steps
  }

  #begin({ chain, runId }: Place): Map<string, T> {
    for (const [id, oldest] of this.#runs) {
      if (this.#runs.size < MOST_RUNS) break
      this.#runs.delete(id)
      for (const { steps } of oldest) for (const value of steps.values()) this.#discard(value)
    }
    const run: Run<T> = { chain, steps: new Map() }
    const runs = this.#runs.get(runId)
    if (runs === undefined) this.#runs.set(runId, [run])
    else runs.push(run)
    return run.steps
  }

  #forget({ chain, runId }: Place): void {
    const runs = this.#runs.get(runId) as Run<T>[]
    if (runs.length === 1) this.#runs.delete(runId)
    else
      this.#runs.set(
        runId,
        runs.filter((run) => run.chain !== chain),
      )
  }
}
