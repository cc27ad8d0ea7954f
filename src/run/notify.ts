import type { PlanStep, PrintedStep, Stopwatch } from '../compile/plan.ts'
import { sensitiveKeys } from '../compile/sensitive.ts'
import type { HookErrorEvent, Hooks, RunEvent } from '../define/hooks.ts'
import { HookFailedError } from '../errors.ts'
import { attemptEvent, endEvent, told } from './events.ts'
import { detailsOf, scrub, stepPath } from './failure.ts'
import { attend } from './limits.ts'
import { pathOf, rootOf, type RunRecord, runIdOf, type Work } from './record.ts'
import { noop, promiseOf, thenOf } from './thenable.ts'

/** Reports what a hook, logger, log callback or template threw. Nothing that happens here can change a run. */
export function reportHookError(
  run: RunRecord,
  about: RunEvent,
  fault: Pick<HookErrorEvent, 'source' | 'error'>,
): void {
  const { chain, runId, path, name, kind } = about
  const event: HookErrorEvent = Object.freeze(told(run, { chain, runId, path, name, kind, ...fault }))
  for (const hook of run.around.hooks?.onHookError ?? []) {
    try {
      const value = hook.call.call(hook.set, event)
      const then = thenOf(value)
      if (then !== null) promiseOf(value, then).then(noop, noop)
    } catch {
      // There is nobody left to tell.
    }
  }
}

/** Takes what a hook threw, or that it takes too long. */
function failed(run: RunRecord, about: RunEvent, fault: Pick<HookErrorEvent, 'source' | 'error'>): void {
  if (run.around.settings.strictHooks) run.more().hookFault ??= fault
  reportHookError(run, about, fault)
}

/** @throws HookFailedError where a hook failed that is to fail the run, if it does not fail already */
function throwIfFailed(run: RunRecord): void {
  const { extra } = run
  if (extra === null || extra.hookFault === null || extra.failure !== null || extra.stopping) return
  const { source, error } = extra.hookFault
  extra.hookFault = null
  const where = extra.begun ? `Step '${stepPath(run)}'` : `Chain '${run.plan.name}'`
  const message = scrub(run, `${where}: the hook '${source}' failed, which strictHooks does not allow`, { error })
  throw (extra.failure = new HookFailedError(message, detailsOf(run, { cause: error })))
}

type Listeners = Omit<Hooks, 'wrap' | 'isActive'>
type EventOf<Name extends keyof Listeners> = Parameters<NonNullable<Listeners[Name]>>[0]

/** Whether lines and events of a run are to be seen: not while an engine repeats what they were seen for. */
function isMuted(run: RunRecord): boolean {
  return run.around.settings.host?.replaying?.() === true
}

/**
 * Calls the hooks of one name with one event.
 * @returns the promises of those that are asynchronous, none of which rejects; `null` where there are none
 */
export function emit<Name extends keyof Listeners>(
  run: RunRecord,
  name: Name,
  given: EventOf<Name>,
): readonly Promise<unknown>[] | null {
  const hooks = run.around.hooks?.[name]
  let pending: Promise<unknown>[] | null = null
  if (hooks == null || isMuted(run)) return pending
  const event = Object.freeze(told(run, given))
  for (const hook of hooks) {
    try {
      const value = hook.call.call(hook.set, event)
      const then = thenOf(value)
      if (then === null) continue
      const report = (error: unknown): void => failed(run, event, { source: name, error })
      ;(pending ??= []).push(promiseOf(value, then).then(noop, report))
    } catch (error) {
      failed(run, event, { source: name, error })
    }
  }
  return pending
}

/** Calls the hooks of one name, and waits for those that are asynchronous where the run may wait. */
export function* notify<Name extends keyof Listeners>(run: RunRecord, name: Name, make: () => EventOf<Name>): Work {
  if (run.around.hooks?.[name] == null) return
  const event = make()
  const pending = emit(run, name, event)
  if (pending !== null) yield* waitFor(run, pending, { source: name, event })
  throwIfFailed(run)
}

/** Waits for hooks that are asynchronous, but not for ever. */
function* waitFor(
  run: RunRecord,
  pending: readonly Promise<unknown>[],
  about: { readonly source: string; readonly event: RunEvent },
): Work {
  const { clock, settings } = run.around
  const { host, hookTimeout } = settings
  // A run on a host waits for nothing but the host, save inside of its steps.
  if (run.sync || run.extra?.stopping === true || (host !== null && run.extra?.hosted !== true)) return
  attend(run)
  let timer: unknown
  const patience = new Promise<void>((resolve) => {
    if (hookTimeout === Infinity) return
    timer = clock.setTimeout(() => {
      const error = new Error(`the hook did not settle within ${hookTimeout} ms; the run went on without it`)
      failed(run, about.event, { source: about.source, error })
      resolve()
    }, hookTimeout)
  })
  try {
    yield Promise.race([patience, Promise.all(pending)])
  } finally {
    if (timer !== undefined) clock.clearTimeout(timer)
  }
}

/** Tells a recorder alone that a plain step is over: the next one begins then, so the clock is read once for both. */
export function lap(run: RunRecord, step: PlanStep, laps: Stopwatch): void {
  run.seenAt = laps.lap(step.name, run.extra === null ? '' : run.extra.prefix, run.seenAt)
  run.seen = run.sequence + 1
  run.index++
}

/** Tells of the end of a plain step. Gives what there is to wait for; `null` for nothing. */
export function tellPlain(run: RunRecord, step: PlanStep, output: unknown): Work | null {
  const extra = run.more()
  extra.begun = true
  extra.stepAt = run.seenAt
  const event = endEvent(run, step, { status: 'ok', abandoned: false, output })
  const pending = emit(run, 'afterStep', event)
  return pending === null || run.sync ? null : waitFor(run, pending, { source: 'afterStep', event })
}

/** Prints what a step has to say. */
export function printLine(run: RunRecord, step: PlanStep, output: unknown): void {
  const { printer } = run.around.output
  if (step.log !== null && printer?.prints('info') === true && !isMuted(run))
    printer.line(printedStep(run, step), run.context, output)
}

/** What a printed line says of its step. */
export function printedStep(run: RunRecord, step: PlanStep): PrintedStep {
  return {
    chain: rootOf(run).plan.name,
    runId: runIdOf(run),
    path: pathOf(run, step.name),
    log: step.log,
    sensitive: sensitiveKeys(rootOf(run).plan),
    hidden: step.rare?.sensitive === true,
    report: (source, error) => reportHookError(run, attemptEvent(run, step), { source, error }),
  }
}
