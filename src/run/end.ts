import type { StepchainError } from '../errors.ts'
import { runEvent } from './events.ts'
import { notify } from './notify.ts'
import { isA, type RunRecord, type Work } from './record.ts'
import { Interrupted } from './stop.ts'

/** Notes what a run failed with: an error of ours, a reason to stop, or an engine's own suspension, which is noted already. */
export function noteFailure(run: RunRecord, error: unknown): void {
  const extra = run.more()
  if (isA(error, Interrupted)) {
    extra.stopping = true
    extra.failure = error.why.make(run)
  } else if (extra.control === null) extra.failure = error as StepchainError
}

/** Tells of the end of a run. */
export function* tellEnd(run: RunRecord): Work {
  yield* notify(run, 'onRunEnd', () => {
    const { failure, stopping, startedAt } = run.more()
    const status = failure === null ? 'ok' : stopping ? 'cancelled' : 'failed'
    return {
      ...runEvent(run),
      status,
      duration: run.around.clock.now() - startedAt,
      ...(failure === null ? {} : { error: failure }),
    }
  })
}

/** What a run fails with: untouched if it is an engine's own, in the engine's form if it has one; `null` where it succeeds. */
export function failureOf(run: RunRecord): { readonly error: unknown } | null {
  const { extra } = run
  if (extra === null || (extra.failure === null && extra.control === null)) return null
  if (extra.control !== null) return extra.control
  const { host } = run.around.settings
  return { error: extra.parent === null && host?.fail !== undefined ? host.fail(extra.failure) : extra.failure }
}
