import { runEvent } from './events.ts'
import { notify } from './notify.ts'
import type { RunRecord, Work } from './record.ts'

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
