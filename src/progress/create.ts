import type { Hooks, RunEndEvent, RunEvent } from '../define/hooks.ts'
import { type Change, type Display, LiveDisplay } from './display.ts'
import type { ProgressOptions, ProgressStream } from './options.ts'
import { PlainDisplay } from './plain.ts'
import { type Platform, type View, viewOf } from './platform.ts'
import { RunState, type StepNode } from './state.ts'

/** A display that is redrawn in place, and how many runs it shows. */
interface Shown {
  readonly display: LiveDisplay
  runs: number
}

// A stream has one such display, whoever shows runs on it.
const live = new WeakMap<ProgressStream, Shown>()

function shownOn(view: View): Shown {
  let shown = live.get(view.stream)
  // Without runs it holds nothing of the terminal, and may be another the next time.
  if (shown === undefined || shown.runs === 0) {
    shown = { display: new LiveDisplay(view), runs: 0 }
    live.set(view.stream, shown)
  }
  return shown
}

const RUNS: unique symbol = Symbol.for('stepchain.progress') as never

/** The keys of the runs that are shown on a stream, also by other copies of this module: the command has one of its own. */
function idsOn(stream: ProgressStream & { [RUNS]?: Set<string> }): Set<string> {
  return (stream[RUNS] ??= new Set())
}

/** What tells runs apart: several chains may have runs of one id. */
function keyOf({ runId, chain }: RunEvent): string {
  return `${runId} ${chain}`
}

interface Tracked {
  readonly run: RunState
  readonly display: Display
  readonly shown: Shown | null
}

/** The runs that one set of hooks shows: not those that another shows on the same stream already. */
class Tracker {
  private readonly view: View
  private readonly plain: PlainDisplay | null
  /** By their keys; `null` for those that another set of hooks shows. */
  private readonly own: Map<string, Tracked | null> = new Map()

  constructor(view: View) {
    this.view = view
    this.plain = view.interactive ? null : new PlainDisplay(view)
  }

  begin(event: RunEvent): void {
    const { view, plain, own } = this
    const ids = idsOn(view.stream)
    const key = keyOf(event)
    if (ids.has(key)) return void own.set(key, null)
    const run = new RunState(event, view.clock.now())
    const shown = plain === null ? shownOn(view) : null
    const display = plain ?? (shown as Shown).display
    ids.add(key)
    if (shown !== null) shown.runs++
    own.set(key, { run, display, shown })
    display.begin(run)
  }

  change(event: RunEvent, change: Change, apply: (run: RunState, now: number) => StepNode | null): void {
    const at = this.own.get(keyOf(event))
    if (at == null) return
    const node = apply(at.run, this.view.clock.now())
    if (node !== null) at.display.changed(at.run, node, change)
  }

  end(event: RunEndEvent): void {
    // One that could not begin has an end all the same.
    const key = keyOf(event)
    if (!this.own.has(key)) this.begin(event)
    const at = this.own.get(key)
    this.own.delete(key)
    if (at == null) return
    idsOn(this.view.stream).delete(key)
    if (at.shown !== null) at.shown.runs--
    at.run.finish(event, this.view.clock.now())
    at.display.end(at.run)
  }
}

/** The hooks of `progress`, in a process that is passed in. */
export function createProgress(options: ProgressOptions, platform: Platform): Hooks {
  const tracker = new Tracker(viewOf(options, platform))
  return {
    onRunStart: (event) => (event.path === '' ? tracker.begin(event) : undefined),
    beforeStep: (event) => tracker.change(event, 'began', (run, now) => run.begin(event, now)),
    onRetry: (event) => tracker.change(event, 'retry', (run, now) => run.retry(event, now)),
    onProgress: (event) => tracker.change(event, 'progress', (run, now) => run.progress(event, now)),
    afterStep: (event) => tracker.change(event, 'ended', (run, now) => run.end(event, now)),
    onRunEnd: (event) => (event.path === '' ? tracker.end(event) : undefined),
  }
}
