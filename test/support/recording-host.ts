import type { Host, HostBranch, StepCall, StepOutcome } from 'stepchain'

/** What an engine keeps of a run, as JSON. */
export type Journal = Map<string, string>

export interface RecordingOptions {
  /** What an earlier run of the same id left behind. */
  readonly journal?: Journal
  /** Whether the host waits for the runner. */
  readonly sleeps?: boolean
  readonly minDurableMs?: number
  /** After how many calls of the host the machine goes down. */
  readonly crashAfter?: number
  /** Whether it runs branches itself: `'steps'` runs them anew each time and remembers their steps, `'branches'` also what came of each. */
  readonly all?: 'steps' | 'branches' | undefined
}

/** The machine went down: what an engine throws to end a run that is to go on elsewhere. */
export class Crash extends Error {}

/** An engine in small: it runs each step once, keeps outcomes as JSON and gives them back in later runs. */
export class RecordingHost implements Host {
  readonly runId = 'run-1'
  readonly journal: Journal
  /** Every call, in order. */
  readonly calls: StepCall[] = []
  /** The paths of the steps that were run, not repeated. */
  readonly ran: string[] = []
  /** Every wait, in order. */
  readonly waits: { readonly name: string; readonly ms: number }[] = []
  readonly minDurableMs?: number
  readonly sleep?: (name: string, ms: number) => Promise<void>
  readonly all?: NonNullable<Host['all']>
  /** What it was asked to run branches of, with the names of those, in order. */
  readonly groups: string[] = []
  /** How many steps run at this moment: never more than one. */
  #open = 0
  #left: number

  constructor(options: RecordingOptions = {}) {
    const { journal = new Map(), sleeps = false, minDurableMs, crashAfter = Infinity, all } = options
    this.journal = journal
    this.#left = crashAfter
    if (minDurableMs !== undefined) this.minDurableMs = minDurableMs
    if (sleeps) this.sleep = (name, ms) => this.#wait(name, ms)
    if (all !== undefined) this.all = (name, branches) => this.#branches(name, branches, all === 'branches')
  }

  /** The paths of all calls. */
  get paths(): string[] {
    return this.calls.map(({ path }) => path)
  }

  async step<T = StepOutcome>(call: StepCall, run: (info: { signal?: AbortSignal }) => Promise<T>): Promise<T> {
    this.calls.push(call)
    if (this.#open > 0) throw new Error(`the call of ${call.path} is nested in another`)
    const known = this.journal.get(call.path)
    if (known !== undefined) return JSON.parse(known) as T
    this.#spend()
    this.ran.push(call.path)
    this.#open++
    let outcome: T
    try {
      outcome = await run({})
    } finally {
      this.#open--
    }
    const kept = JSON.stringify(outcome)
    this.journal.set(call.path, kept)
    return JSON.parse(kept) as T
  }

  isControl(error: unknown): boolean {
    return error instanceof Crash
  }

  /** Runs branches one after the other, which is an order that is the same each time. */
  async #branches<T>(
    name: string,
    branches: readonly HostBranch<T>[],
    remembers: boolean,
  ): Promise<PromiseSettledResult<T>[]> {
    this.groups.push(`${name}: ${branches.map((branch) => branch.name).join(' ')}`)
    const results: PromiseSettledResult<T>[] = []
    for (const branch of branches) {
      const key = `all ${name}/${branch.name}`
      const known = this.journal.get(key)
      // Whatever a branch came to, it is kept as an outcome; only where the run ends does it reject.
      const kept = known ?? JSON.stringify(await branch.run())
      if (remembers) this.journal.set(key, kept)
      results.push({ status: 'fulfilled', value: JSON.parse(kept) as T })
    }
    return results
  }

  async #wait(name: string, ms: number): Promise<void> {
    this.waits.push({ name, ms })
    if (this.journal.has(name)) return
    this.#spend()
    this.journal.set(name, 'waited')
  }

  #spend(): void {
    if (this.#left-- <= 0) throw new Crash('the machine went down')
  }
}
