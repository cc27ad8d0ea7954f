import { type HookTable, NO_HOOKS } from '../compile/hooks.ts'
import type { Output, Redact, Stopwatch, Surroundings } from '../compile/plan.ts'
import type { Clock } from '../define/clock.ts'
import type { RetryEvent, RunEndEvent, StepEndEvent } from '../define/hooks.ts'
import type { Report, ReportedAttempt } from '../define/report.ts'
import type { FailedAttempt } from '../errors.ts'
import { reportOf, type StepRecord } from './report-build.ts'
import { type Clean, reportedError } from './report-error.ts'
import { ItemTally } from './report-items.ts'

/** How many failed attempts of a step are kept. */
const MOST_ATTEMPTS = 100
/** Of how many steps at once what is inside of them is kept, and how many for each: of a loop's items those that are undone in the end, and those of many attempts. */
const MOST = 4_096

/** Whether what begins with a path is inside of the step of that path. On a host its later attempts are numbered. */
function isInside(prefix: string, path: string): boolean {
  return prefix.startsWith(path) && /^(?:#\d+)?(?:\/|$)/.test(prefix.slice(path.length))
}

/** Keeps what hooks tell of one run. It throws nothing, and what items do is counted at once: they may be any number. */
export class Recorder implements Stopwatch {
  clean: Clean = String
  startedAt = 0
  wall = 0
  readonly steps: StepRecord[] = []
  /** What ended inside of steps that have not, by what its paths begin with. */
  inside: Map<string, StepRecord[]> | null = null
  private clock: Clock | null = null
  private count = 0
  private loops: Map<string, ItemTally> | null = null
  private failures: Map<string, ReportedAttempt[]> | null = null
  private report: Report | null = null

  /** Begins to keep the time. */
  begin({ clock, output }: Pick<Surroundings, 'clock' | 'output'>): void {
    this.clock = clock
    this.startedAt = clock.now()
    this.wall = clock.wall()
    this.clean = output.redact
  }

  get begun(): boolean {
    return this.clock !== null
  }

  /** The ms since the beginning. */
  get elapsed(): number {
    return (this.clock as Clock).now() - this.startedAt
  }

  stepEnded(event: StepEndEvent, clean: Clean): void {
    const { path, name, kind, status, duration, attempt, abandoned } = event
    if (kind === 'item') return this.itemEnded(event, clean)
    const end = this.elapsed
    const plain = status === 'ok' && event.fallback === undefined
    const step: StepRecord = {
      path,
      name,
      kind,
      status,
      start: end - duration,
      end,
      attempts: status === 'skipped' ? 0 : attempt,
      failures: this.failures === null && plain ? null : this.failuresOf(event, clean),
      fallback: event.fallback === true,
      abandoned,
      error: event.error === undefined ? null : reportedError(event.error, clean),
      order: this.count++,
      steps: kind === 'step' ? null : this.take(path),
      items: null,
    }
    if (kind === 'map' || kind === 'each') {
      step.steps = null
      if (status !== 'skipped') step.items = this.items(path)
      this.loops?.delete(path)
    }
    this.add(path.slice(0, -name.length - 1), step)
  }

  lap(name: string, prefix: string, since: number): number {
    const now = (this.clock as Clock).now()
    const { startedAt } = this
    this.add(prefix.slice(0, -1), {
      path: prefix + name,
      name,
      kind: 'step',
      status: 'ok',
      start: since - startedAt,
      end: now - startedAt,
      attempts: 1,
      failures: null,
      fallback: false,
      abandoned: false,
      error: null,
      order: this.count++,
      steps: null,
      items: null,
    })
    return now
  }

  items(path: string): ItemTally {
    const all = (this.loops ??= new Map<string, ItemTally>())
    let tally = all.get(path)
    if (tally === undefined) all.set(path, (tally = new ItemTally(path, () => this.elapsed, this.clean)))
    return tally
  }

  attemptFailed({ path, attempt, error, delay, duration, abandoned }: RetryEvent, clean: Clean): void {
    const all = (this.failures ??= new Map<string, ReportedAttempt[]>())
    const kept = all.get(path) ?? []
    if (kept.length >= MOST_ATTEMPTS) return
    kept.push({ ...failureOf({ attempt, error, duration, abandoned }, clean), delay })
    all.set(path, kept)
  }

  /** What is told of the run. It is made once, when first asked for. */
  tell(end: Omit<RunEndEvent, 'path' | 'name' | 'kind' | 'report'>): Report {
    return (this.report ??= reportOf(this, end))
  }

  private add(prefix: string, step: StepRecord): void {
    if (prefix === '') return void this.steps.push(step)
    const all = (this.inside ??= new Map<string, StepRecord[]>())
    const list = all.get(prefix)
    if (list === undefined) {
      if (all.size < MOST) all.set(prefix, [step])
    } else if (list.length < MOST) list.push(step)
  }

  /** Takes what is inside of a step. */
  private take(path: string): StepRecord[] {
    const taken: StepRecord[] = []
    for (const [prefix, steps] of this.inside ?? []) {
      if (!isInside(prefix, path)) continue
      taken.push(...steps)
      this.inside?.delete(prefix)
    }
    return taken
  }

  private failuresOf({ path, error, attempt }: StepEndEvent, clean: Clean): ReportedAttempt[] | null {
    const kept = this.failures?.get(path) ?? []
    this.failures?.delete(path)
    const { attempts = [] } = (error ?? {}) as { attempts?: readonly FailedAttempt[] }
    const last = attempts.at(-1)
    if (last !== undefined && last.attempt === attempt && kept.at(-1)?.attempt !== attempt)
      kept.push(failureOf(last, clean))
    return kept.length === 0 ? null : kept
  }

  private itemEnded(event: StepEndEvent, clean: Clean): void {
    const { path } = event
    this.take(path)
    this.failures?.delete(path)
    const cut = path.lastIndexOf('/')
    this.items(path.slice(0, cut)).add(path.slice(cut + 1), event, clean)
  }
}

function failureOf({ attempt, error, duration, abandoned }: FailedAttempt, clean: Clean): ReportedAttempt {
  return {
    attempt,
    error: reportedError(error, clean),
    // Where anybody listens, all attempts are timed.
    duration: duration as number,
    ...(abandoned ? { abandoned } : {}),
  }
}

/** What listens for a recorder, with what texts are redacted with there. */
class Listener {
  private readonly recorder: Recorder
  private readonly clean: Clean
  constructor(recorder: Recorder, redact: Redact) {
    this.recorder = recorder
    this.clean = redact
  }

  afterStep(event: StepEndEvent): void {
    this.recorder.stepEnded(event, this.clean)
  }

  onRetry(event: RetryEvent): void {
    this.recorder.attemptFailed(event, this.clean)
  }
}

type Call = (...given: readonly unknown[]) => unknown
const { afterStep, onRetry } = Listener.prototype as unknown as { afterStep: Call; onRetry: Call }

/** Has a recorder told of what happens: before anybody else, since how long others take is no part of a step. */
export function recorded(output: Output, recorder: Recorder): Output {
  const { redact, fields, printer } = output
  const set = new Listener(recorder, redact)
  const others: HookTable = output.hooks ?? NO_HOOKS
  const ends = { call: afterStep, set }
  const retries = { call: onRetry, set }
  return {
    redact,
    fields,
    printer,
    // Written out: spreads are dear on Node 20, and this is made for each run.
    hooks: {
      onRunStart: others.onRunStart,
      beforeStep: others.beforeStep,
      beforeAttempt: others.beforeAttempt,
      onRetry: others.onRetry === null ? [retries] : [retries, ...others.onRetry],
      afterStep: others.afterStep === null ? [ends] : [ends, ...others.afterStep],
      onProgress: others.onProgress,
      onSlowStep: others.onSlowStep,
      onLateSettle: others.onLateSettle,
      onRunEnd: others.onRunEnd,
      onHookError: others.onHookError,
      wrap: others.wrap,
      isActive: others.isActive,
    },
    within: (inner) => recorded(output.within(inner), recorder),
    recorder,
  }
}
