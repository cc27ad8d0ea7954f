import type { Host, StepCall, StepOutcome } from 'stepchain'

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
  /** How many steps run at this moment: never more than one. */
  #open = 0
  #left: number

  constructor({ journal = new Map(), sleeps = false, minDurableMs, crashAfter = Infinity }: RecordingOptions = {}) {
    this.journal = journal
    this.#left = crashAfter
    if (minDurableMs !== undefined) this.minDurableMs = minDurableMs
    if (sleeps) this.sleep = (name, ms) => this.#wait(name, ms)
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
