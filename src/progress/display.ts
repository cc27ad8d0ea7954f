import { limited, linesOf } from './lines.ts'
import type { View } from './platform.ts'
import { Screen } from './screen.ts'
import type { RunState, StepNode } from './state.ts'

/** What happened to a step. */
export type Change = 'began' | 'retry' | 'progress' | 'ended'

/** What the runs on a stream are shown by. */
export interface Display {
  begin(run: RunState): void
  changed(run: RunState, node: StepNode, change: Change): void
  end(run: RunState): void
}

/** At most 20 frames a second. */
const SOONEST = 50
/** Spinners, durations and countdowns go on by themselves. */
const LATEST = 100

/** A display that is redrawn in place. */
export class LiveDisplay implements Display {
  private readonly view: View
  private readonly screen: Screen
  private readonly runs: Set<RunState> = new Set()
  private timer: unknown = null
  private due = Infinity
  private drawnAt = -Infinity
  private broken = false

  constructor(view: View) {
    this.view = view
    this.screen = new Screen(view, () => this.quietly(() => this.soon()))
  }

  begin(run: RunState): void {
    this.runs.add(run)
    this.attempt(() => this.soon())
  }

  changed(): void {
    this.attempt(() => this.soon())
  }

  end(run: RunState): void {
    const shared = this.isShared(run)
    this.runs.delete(run)
    this.attempt(() => this.close(run, shared))
  }

  private close(run: RunState, shared: boolean): void {
    const { view } = this
    const drawing = { ...view, now: view.clock.now(), width: view.size().width, stays: true }
    this.screen.print(linesOf(run, shared, drawing).map(({ text }) => text))
    if (this.runs.size > 0) return this.draw()
    this.stop()
  }

  private stop(): void {
    this.disarm()
    this.screen.end()
  }

  /** A stream that throws is given nothing more. The hook that it happened in tells of it. */
  private attempt(action: () => void): void {
    if (this.broken) return
    try {
      action()
    } catch (error) {
      this.broken = true
      this.stop()
      throw error
    }
  }

  /** Whether a run cannot be told from another by its name. */
  private isShared(run: RunState): boolean {
    return [...this.runs].some((other) => other !== run && other.chain === run.chain)
  }

  private soon(): void {
    const { clock } = this.view
    const now = clock.now()
    const at = this.drawnAt + SOONEST
    if (at <= now) this.draw()
    else if (at < this.due) this.arm(at, now)
  }

  private draw(): void {
    const { view, runs } = this
    const now = view.clock.now()
    const { width, height } = view.size()
    const drawing = { ...view, now, width, stays: false }
    this.drawnAt = now
    const lines = [...runs].flatMap((run) => linesOf(run, this.isShared(run), drawing))
    this.screen.draw(limited(lines, height, drawing))
    this.arm(now + LATEST, now)
  }

  private arm(at: number, now: number): void {
    this.disarm()
    this.due = at
    this.timer = this.view.clock.setTimeout(() => this.tick(), at - now)
  }

  private disarm(): void {
    if (this.timer !== null) this.view.clock.clearTimeout(this.timer)
    this.timer = null
    this.due = Infinity
  }

  private tick(): void {
    this.timer = null
    this.due = Infinity
    this.quietly(() => this.draw())
  }

  /** Where there is nobody to be told. */
  private quietly(action: () => void): void {
    try {
      this.attempt(action)
    } catch {
      // The run goes on without being shown.
    }
  }
}
