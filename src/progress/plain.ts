import type { Change, Display } from './display.ts'
import { attempt, count, duration, rate, remaining } from './format.ts'
import type { Meter } from './meter.ts'
import type { View } from './platform.ts'
import type { RunState, StepNode } from './state.ts'
import { fit, span, type Style } from './text.ts'

/** ms between two lines about the progress of one step, and between two that say what is still running. */
const EVERY = 10_000
/** How many failed items of a loop get a line. */
const MOST_FAILED = 16

const STYLES: Readonly<Record<string, Style>> = { failed: '31', cancelled: '33', skipped: '2', ok: '' }

function words(...all: readonly string[]): string {
  return all.filter((word) => word !== '').join(' ')
}

function howFar(meter: Meter, now: number): string {
  const { done, total } = meter
  const perSecond = meter.rate(now)
  const left = meter.eta(now)
  return [
    total === undefined ? count(done) : `${count(done)} of ${count(total)} (${Math.floor((done / total) * 100)} %)`,
    perSecond === null ? '' : rate(perSecond),
    left === null ? '' : `ETA ${remaining(left)}`,
  ]
    .filter((word) => word !== '')
    .join(', ')
}

/** What is running now and has nothing inside that is. */
function innermost(children: ReadonlyMap<string, StepNode>): StepNode[] {
  return [...children.values()].flatMap((node) => {
    if (node.status !== 'running') return []
    const inside = innermost(node.children)
    return inside.length > 0 ? inside : [node]
  })
}

/** A display for what is no terminal: a line for each thing that happens, with its time. */
export class PlainDisplay implements Display {
  private readonly view: View
  /** The runs, and when something was last said of each. */
  private readonly seen: Map<RunState, number> = new Map()
  private readonly told: WeakMap<StepNode, number> = new WeakMap()
  private timer: unknown = null

  constructor(view: View) {
    this.view = view
  }

  begin(run: RunState): void {
    this.line(run, 'started')
    if (this.timer === null) this.arm()
  }

  changed(run: RunState, node: StepNode, what: Change): void {
    if (what === 'progress') return this.progressed(run, node)
    if (what === 'retry') {
      const wait = duration(node.resumesAt - this.view.clock.now())
      const before = attempt(node.attempt - 1, node.attempts)
      return this.line(run, `${node.path}: ${before} failed (${node.reason}), the next in ${wait}`, '33')
    }
    if (node.kind === 'item') {
      const isTold = what === 'ended' && node.status === 'failed' && node.parent !== null
      if (isTold && node.parent.failed <= MOST_FAILED) this.ended(run, node)
    } else if (what === 'ended') this.ended(run, node)
    else this.line(run, `${node.path}: started`)
  }

  end(run: RunState): void {
    const reason = run.error === '' ? '' : `: ${run.error}`
    this.line(run, `${run.status} in ${duration(run.duration)}${reason}`, STYLES[run.status])
    this.seen.delete(run)
    if (this.seen.size > 0) return
    this.view.clock.clearTimeout(this.timer)
    this.timer = null
  }

  private ended(run: RunState, node: StepNode): void {
    const { status, failed, reason } = node
    if (status === 'skipped') return this.line(run, `${node.path}: skipped`, '2')
    const said = words(
      `${node.path}: ${node.fallback ? 'fallback' : status} in ${duration(node.duration)}`,
      node.attempt > 1 ? `on ${attempt(node.attempt, node.attempts)}` : '',
      node.meter === null ? '' : `(${count(node.meter.done)} done${failed > 0 ? `, ${count(failed)} failed` : ''})`,
    )
    this.line(run, reason === '' ? said : `${said}: ${reason}`, node.fallback ? '33' : STYLES[status])
  }

  private progressed(run: RunState, node: StepNode): void {
    const now = this.view.clock.now()
    if (now - (this.told.get(node) ?? node.startedAt) < EVERY) return
    this.told.set(node, now)
    this.line(run, `${node.path}: ${howFar(node.meter as Meter, now)}`)
  }

  private arm(): void {
    this.timer = this.view.clock.setTimeout(() => this.tick(), EVERY)
  }

  /** Says of runs that say nothing what they are at. */
  private tick(): void {
    const now = this.view.clock.now()
    try {
      for (const [run, at] of this.seen) {
        const [first, ...others] = innermost(run.children)
        if (now - at < EVERY || first === undefined) continue
        const more = others.length > 0 ? ` and ${count(others.length)} more` : ''
        this.line(run, `${first.path}${more}: still running after ${duration(now - first.startedAt)}`)
      }
      this.arm()
    } catch {
      // A stream that takes nothing shows nothing, and the run goes on.
      this.timer = null
    }
  }

  private line(run: RunState, text: string, style: Style = ''): void {
    const { clock, stream, color, unicode } = this.view
    this.seen.set(run, clock.now())
    const twin = [...this.seen.keys()].some((other) => other !== run && other.chain === run.chain)
    const time = new Date(clock.wall()).toISOString()
    const spans = [span(`${time} `, '2'), span(`${words(run.chain, twin ? run.runId : '')} `), span(text, style)]
    stream.write(`${fit(spans, { width: Infinity, color, unicode })}\n`)
  }
}
