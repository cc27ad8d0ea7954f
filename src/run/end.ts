import type { RunEndEvent } from '../define/hooks.ts'
import type { StepchainError } from '../errors.ts'
import { runEvent } from './events.ts'
import { notify } from './notify.ts'
import { isA, type RunRecord, type Work } from './record.ts'
import { Interrupted } from './stop.ts'

/** Notes what a run failed with: an error of ours, a reason to stop, or an engine's own suspension, which is noted already. */
export function noteFailure(run: RunRecord, error: unknown): void {
  const extra = run.more()
  if (isA(error, Interrupted)) {
    extra.stopping = extra.stopped = true
    extra.failure = error.why.make(run)
  } else if (extra.control === null) extra.failure = error as StepchainError
}

/** How a run ended. */
export function endOf({ extra }: RunRecord): Pick<RunEndEvent, 'status' | 'error'> {
  const failure = extra?.failure ?? null
  if (failure === null) return { status: 'ok' }
  return { status: extra?.stopping === true ? 'cancelled' : 'failed', error: failure }
}

/** Tells of the end of a run. */
function* tellEnd(run: RunRecord): Work {
  yield* notify(run, 'onRunEnd', () => {
    const { report, startedAt } = run.more()
    const duration = run.around.clock.now() - startedAt
    const event = { ...runEvent(run), ...endOf(run), duration }
    if (report === null) return event
    return {
      ...event,
      get report() {
        return report(event)
      },
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

/** What there is to tell at the end of a run, once; `null` for nothing, or where nobody is to hear of it. */
export function ending(run: RunRecord): Work | null {
  const { around, extra } = run
  if (around.hooks?.onRunEnd == null || extra === null || extra.control !== null || extra.ending || extra.inner)
    return null
  extra.ending = true
  return tellEnd(run)
}
