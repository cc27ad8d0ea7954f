import type { Plan, Rare, Surroundings } from '../compile/plan.ts'
import { CompensationError, type StepchainError } from '../errors.ts'
import { runEvent } from './events.ts'
import { detailsOf, scrub } from './failure.ts'
import { release as letGo } from './limits.ts'
import { reportHookError } from './notify.ts'
import { pathOf, rootOf, type RunRecord, runIdOf, type Work } from './record.ts'
import { surround } from './surround.ts'
import { type Undo, undoListOf } from './undo-list.ts'

/** What surrounds a compensation: all that surrounds its run but what would end it. */
function shielded({ settings, output, own, clock }: Surroundings): Surroundings {
  return surround({ settings: { ...settings, signal: null, deadline: null, timeout: Infinity }, output, own, clock })
}

/** Does one thing for a finished step, as a step of a run of its own. Gives what it failed with. */
function* act(run: RunRecord, { run: at, step, error, output }: Undo, plan: Plan): Work<StepchainError | null> {
  const child = run.spawn({ ...plan, name: rootOf(at).plan.name }, shielded(at.around))
  child.context = error === null ? { output } : { error }
  const inner = child.more()
  const { prefix, trail } = at.more()
  const runId = runIdOf(at)
  Object.assign(inner, { prefix, trail, runId, inner: true, undoneKey: `${runId}/${pathOf(at, step.name)}` })
  if (child.pump()) yield new Promise((resolve) => child.whenOver(resolve, resolve))
  if (inner.control !== null) {
    run.more().control = inner.control
    throw inner.control.error
  }
  return inner.failure
}

/** Undoes what a run has done, if it failed, and then lets go of what it held; the last comes first. Nothing interrupts this. */
function* undo(run: RunRecord, entries: readonly Undo[], failed: boolean): Work<readonly StepchainError[]> {
  const errors: StepchainError[] = []
  run.more().undoing = true
  try {
    for (const entry of failed ? entries : []) {
      const { compensate, compensateUnknown } = entry.step.rare as Rare
      const plan = entry.error === null ? compensate : compensateUnknown
      const error = plan === null ? null : yield* act(run, entry, plan)
      if (error !== null) errors.push(error)
    }
    for (const entry of entries) {
      const plan = entry.step.rare?.release ?? null
      if (plan === null || entry.released || entry.error !== null) continue
      entry.released = true
      const error = yield* act(run, entry, plan)
      const { name } = entry.step
      const about = { ...runEvent(entry.run), path: pathOf(entry.run, name), name, kind: entry.step.kind }
      if (error !== null) reportHookError(run, about, { source: 'release', error: error.cause })
    }
    return errors
  } finally {
    run.more().undoing = false
  }
}

/** The error of a run that failed and could not be undone. */
function compensationError(run: RunRecord, cause: StepchainError, errors: readonly StepchainError[]): StepchainError {
  const what = errors.length === 1 ? '1 compensation' : `${errors.length} compensations`
  const message = scrub(run, `${cause.message}; and ${what} failed: ${(errors[0] as StepchainError).message}`)
  const { attempts, context, step } = cause
  return new CompensationError(message, { ...detailsOf(run), step, attempts, context, cause, errors })
}

/** What has to be done at the end of a run before that is told; `null` for nothing. */
export function unwinding(run: RunRecord): Work | null {
  const list = undoListOf(run)
  const { extra } = run
  if (list === null || extra === null || extra.control !== null) return null
  const { failure, parent, undoes, releases, stopped } = extra
  // One that was told to end has not been settled: it is undone with all that is around it.
  if (parent !== null && !(failure === null ? releases : undoes && !stopped)) return null
  const entries = list.take(run)
  return entries.length === 0 ? null : unwind(run, entries)
}

function* unwind(run: RunRecord, entries: readonly Undo[]): Work {
  const extra = run.more()
  const { failure, parent } = extra
  // Once: what is put back is not taken again.
  extra.undoes = extra.releases = false
  letGo(run)
  const errors = yield* undo(run, entries, failure !== null)
  if (failure !== null && errors.length > 0) extra.failure = compensationError(run, failure, errors)
  // Should the run around it fail, it is undone with that.
  if (failure === null && parent !== null) undoListOf(run)?.putBack(entries)
}

/**
 * Undoes what was done inside of a step whose attempt failed, before something else is done in its place.
 * @throws CompensationError where that fails
 */
export function* undoAttempt(run: RunRecord, since: number, failure: () => StepchainError): Work {
  const entries = undoListOf(run)?.take(run, { since, inside: true }) ?? []
  if (entries.length === 0) return
  const errors = yield* undo(run, entries, true)
  if (errors.length > 0) throw (run.more().failure = compensationError(run, failure(), errors))
}
