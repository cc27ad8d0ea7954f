import type { RunOptions } from '../define/options.ts'
import type { Report } from '../define/report.ts'
import type { StepchainError } from '../errors.ts'
import { Recorder } from '../observe/report.ts'
import { endOf, failureOf } from '../run/end.ts'
import type { Run } from '../run/pump.ts'
import { runIdOf } from '../run/record.ts'
import { begin, prepare, prepareSync, type Ready } from './start.ts'

type Context = Record<string, unknown>

/** What a safe run gives. The report is made when it is first read: mostly nobody does. */
export class Result {
  readonly ok: boolean
  declare readonly error?: StepchainError
  readonly context: Readonly<Context>
  readonly #report: () => Report

  constructor(context: Readonly<Context>, report: () => Report, failure: { readonly error: unknown } | null) {
    this.ok = failure === null
    if (failure !== null) this.error = failure.error as StepchainError
    this.context = context
    this.#report = report
  }

  get report(): Report {
    return this.#report()
  }
}

/** A run from which nothing is thrown. */
class Attempted {
  readonly recorder = new Recorder()
  run: Run | null = null
  private readonly ready: Ready

  constructor(ready: Ready) {
    this.ready = ready
  }

  /** Takes what a run gave, or failed with. */
  result(context: Context, failure: { readonly error: unknown } | null): Result {
    const { recorder, run, ready } = this
    if (!recorder.begun) recorder.begin(ready.around)
    const duration = recorder.elapsed
    const report = (): Report => {
      const runId = run === null ? '' : runIdOf(run)
      // On a host the error may be in the engine's form; what is told is ours.
      const own = run === null || failure === null ? null : endOf(run)
      const end = own?.error === undefined ? ({ status: failure === null ? 'ok' : 'failed', ...failure } as const) : own
      return recorder.tell({ chain: ready.plan.name, runId, duration, ...end })
    }
    return new Result(context, report, failure)
  }

  failed(error: unknown): Result {
    // On a host it may be an engine's own, in whatever form.
    const { context = {} } = (error ?? {}) as { readonly context?: Context }
    return this.result(context, { error })
  }

  /** What has come of a run that is over. */
  get outcome(): Result {
    const run = this.run as Run
    const failure = failureOf(run)
    return failure === null ? this.result(run.context, null) : this.failed(failure.error)
  }
}

/** Runs a plan; the promise never rejects. */
export function startSafe(ready: Ready, input: unknown, options: RunOptions | undefined): Promise<Result> {
  const attempted = new Attempted(ready)
  try {
    const run = (attempted.run = prepare(ready, options, { sync: false, kept: attempted.recorder }))
    if (!begin(run, input)) return Promise.resolve(attempted.outcome)
    return new Promise((resolve) => {
      run.whenOver(
        (context) => resolve(attempted.result(context, null)),
        (error) => resolve(attempted.failed(error)),
      )
    })
  } catch (error) {
    return Promise.resolve(attempted.failed(error))
  }
}

/** Runs a plan without ever waiting for a promise. It never throws. */
export function startSafeSync(ready: Ready, input: unknown, options: RunOptions | undefined): Result {
  const attempted = new Attempted(ready)
  try {
    const run = (attempted.run = prepareSync(ready, options, { sync: true, kept: attempted.recorder }))
    begin(run, input)
    return attempted.outcome
  } catch (error) {
    return attempted.failed(error)
  }
}
