import type { Clock } from '../define/clock.ts'
import { systemClock } from './clock.ts'
import { type Interruption, type RunRecord, stepOf } from './record.ts'
import { cancelled, Interrupted, whyBlocked } from './stop.ts'
import { PERIOD, Sweeper } from './sweeper.ts'

/** What a signal says, and what is found in `attempts`, when an attempt takes too long. */
export function timeoutError(run: RunRecord): Error {
  const step = stepOf(run)
  const error = new Error(`it took longer than its timeout of ${step.timeout} ms`)
  error.name = 'TimeoutError'
  return error
}

function endDue(run: RunRecord, now: number): void {
  if (run.extra === null || now < run.extra.endAt) {
    // The step's own error is made where it ends; a chain that it runs is cancelled.
    return run.interrupt({ ...cancelled({ reason: timeoutError(run) }), kind: 'timeout' })
  }
  const why = whyBlocked(run)
  if (why !== null) run.interrupt(why)
}

const systemSweeper = new Sweeper(systemClock, endDue)
const sweepers = new WeakMap<Clock, Sweeper>()

// There a timer belongs to the request that made it, and ends with it: others cannot rely on it.
const timersAreOwned = globalThis.navigator?.userAgent === 'Cloudflare-Workers'

/** The sweeper that watches a run: that of its clock or, where timers cannot be shared, its own. */
export function sweeperOf(run: RunRecord): Sweeper {
  const { clock } = run.around
  if (clock === systemClock) {
    if (!timersAreOwned) return systemSweeper
    return (run.more().sweeper ??= new Sweeper(clock, endDue))
  }
  let sweeper = sweepers.get(clock)
  if (sweeper === undefined) sweepers.set(clock, (sweeper = new Sweeper(clock, endDue)))
  return sweeper
}

/** Sets the limits of what a run begins to wait for: the timeout of its attempt, or 0 for none. */
export function arm(run: RunRecord, timeout: number): void {
  run.armed = timeout
  const { clock, precise } = run.around
  const endAt = run.extra?.endAt ?? Infinity
  let limit = timeout === 0 ? Infinity : timeout
  // A run that has to end some time is looked at now and then. A limit of 0, when that time has come, would say that it is not.
  if (endAt !== Infinity)
    limit = Math.min(limit, precise ? Math.max(Number.MIN_VALUE, endAt - clock.now()) : PERIOD * 4)
  if (limit !== Infinity && (run.listed === 0 || precise || limit < run.listed)) sweeperOf(run).enlist(run, limit)
}

interface Listener {
  readonly runs: Set<RunRecord>
  readonly onAbort: () => void
}

const listeners = new WeakMap<AbortSignal, Listener>()

/** The listener on a signal, one for all runs that wait: of many, Node warns, and each costs more than the one before. */
function listenerOf(signal: AbortSignal): Listener {
  let listener = listeners.get(signal)
  if (listener === undefined) {
    const runs = new Set<RunRecord>()
    const onAbort = (): void => {
      for (const run of new Set(runs)) {
        const why = whyBlocked(run)
        if (why !== null) run.interrupt(why)
      }
    }
    listeners.set(signal, (listener = { runs, onAbort }))
  }
  return listener
}

/**
 * Listens to the caller's signal, from the first time the run waits: a run that never does, pays nothing.
 * @returns why the run may not wait, where the signal is aborted already and no event will come
 */
export function listen(run: RunRecord): Interruption | null {
  // It was told to go no further while it was at work.
  if (run.extra !== null && run.extra.halt !== null) return run.extra.halt
  const { signal } = run.around.settings
  if (signal === null) return null
  if (signal.aborted) return whyBlocked(run)
  const extra = run.more()
  if (extra.parent !== null || extra.unlisten !== null) return null
  const { runs, onAbort } = listenerOf(signal)
  if (runs.size === 0) signal.addEventListener('abort', onAbort)
  runs.add(run)
  extra.unlisten = () => {
    runs.delete(run)
    if (runs.size === 0) signal.removeEventListener('abort', onAbort)
  }
  return null
}

/**
 * Prepares a run to wait for something other than a step: it hears of all that may stop it.
 * @throws Interrupted where it may not wait any more
 */
export function attend(run: RunRecord): void {
  arm(run, 0)
  const why = listen(run)
  if (why !== null) throw new Interrupted(why)
}

/** Gives back everything that a run holds outside of itself. */
export function release(run: RunRecord): void {
  run.armed = 0
  if (run.listed !== 0) sweeperOf(run).delist(run)
  run.extra?.unlisten?.()
}
