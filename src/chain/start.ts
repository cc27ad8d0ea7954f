import { Place } from '../compile/check.ts'
import { checkEndless } from '../compile/compile.ts'
import type { Output, Plan, Surroundings } from '../compile/plan.ts'
import { compileSettings, DEFAULT_SETTINGS, type Settings } from '../compile/settings.ts'
import type { RunOptions } from '../define/options.ts'
import { DefinitionError, InputError, isStepchainError, LimitError } from '../errors.ts'
import { consoleLogger } from '../observe/console.ts'
import { outputOf } from '../observe/output.ts'
import { recorded, Recorder } from '../observe/report.ts'
import { systemClock } from '../run/clock.ts'
import { failureOf } from '../run/end.ts'
import { DEEPEST } from '../run/nested.ts'
import { Run } from '../run/pump.ts'
import { onlyActive, surround } from '../run/surround.ts'

type Context = Record<string, unknown>

let defaultOutput: Output | null = null

function surroundings(settings: Settings): Surroundings {
  const { logger, redact, printLimits, hooks, clock } = settings
  const output =
    logger === undefined && redact === null && printLimits === null
      ? (defaultOutput ??= outputOf(consoleLogger(), settings))
      : outputOf(logger === undefined ? consoleLogger() : logger, settings)
  return surround({ settings, output, own: hooks, clock: clock ?? systemClock })
}

const known = new WeakMap<Settings, Surroundings>()

/** A plan and what surrounds its runs: all that is decided once. */
export interface Ready {
  readonly plan: Plan
  readonly around: Surroundings
}

let usual: Surroundings | null = null

/** The surroundings of runs without options of their own; chains with the same settings share them. */
export function standing(settings: Settings): Surroundings {
  // By far the most, and made when first needed: an import alone does nothing.
  if (settings === DEFAULT_SETTINGS) return (usual ??= surroundings(settings))
  let around = known.get(settings)
  if (around === undefined) known.set(settings, (around = surroundings(settings)))
  return around
}

/** When a run must be over, by its clock. */
function endOf({ settings, clock, output }: Surroundings, chain: string, now: number): number {
  const { timeout, deadline, reserve } = settings
  if (deadline === null) return now + timeout
  const place = new Place(chain, undefined, output.redact)
  let left: unknown
  try {
    left = typeof deadline === 'function' ? deadline() : deadline.getTime() - clock.wall()
  } catch (cause) {
    throw new InputError(`Chain '${chain}': the deadline function threw`, { chain, cause })
  }
  if (typeof left !== 'number' || Number.isNaN(left)) return place.refuse('the deadline', left, 'a number of ms')
  return now + Math.min(timeout, left - reserve)
}

/** The settings of a run with options of its own. Getters among them run code of others, which may throw. */
function settingsOf(plan: Plan, options: RunOptions, standard: Surroundings): Settings {
  const { redact } = standard.output
  try {
    return compileSettings(plan.settings, options, new Place(plan.name, undefined, redact))
  } catch (cause) {
    if (isStepchainError(cause)) throw cause
    throw new InputError(`Chain '${plan.name}': reading the options of the run threw`, { chain: plan.name, cause })
  }
}

/** How a run is begun. */
interface Manner {
  readonly sync: boolean
  /** What keeps what happens, where that was asked for. */
  readonly kept: Recorder | null
}

const ASYNC: Manner = { sync: false, kept: null }
const SYNC: Manner = { sync: true, kept: null }

export function prepare({ plan, around: own }: Ready, options: RunOptions | undefined, { sync, kept }: Manner): Run {
  let around = onlyActive(options === undefined ? own : surroundings(settingsOf(plan, options, own)))
  if (plan.endless !== null) checkEndless(plan, around.settings)
  const tells = around.hooks?.onRunEnd != null
  const recorder = kept ?? (tells ? new Recorder() : null)
  if (recorder !== null) {
    recorder.begin(around)
    const { settings, output, own: hooks, clock } = around
    around = surround({ settings, output: recorded(output, recorder), own: hooks, clock })
  }
  const run = new Run(plan, around, sync)
  if (around.gated || tells) {
    const extra = run.more()
    extra.startedAt = around.clock.now()
    extra.endAt = endOf(around, plan.name, extra.startedAt)
    if (tells) extra.report = (end) => (recorder as Recorder).tell(end)
  }
  return run
}

// How many runs are under way inside of one another on the stack: a step may run chains by itself.
let depth = 0

/** Gives a run its input, and takes it as far as it goes at once; tells whether it waits. */
export function begin(run: Run, input: unknown): boolean {
  if (depth >= DEEPEST) {
    const chain = run.plan.name
    throw new LimitError(`Chain '${chain}' is run inside of ${DEEPEST} others; that is the most`, { chain })
  }
  depth++
  try {
    run.open(input)
    return run.pump()
  } finally {
    depth--
  }
}

/** Runs a plan; goes on synchronously until something is a thenable. */
export function start(ready: Ready, input: unknown, options: RunOptions | undefined): Promise<Context> {
  let run: Run
  let waits: boolean
  try {
    run = prepare(ready, options, ASYNC)
    waits = begin(run, input)
  } catch (error) {
    return Promise.reject(error)
  }
  if (waits) return new Promise((resolve, reject) => run.whenOver(resolve, reject))
  const outcome = failureOf(run)
  return outcome === null ? Promise.resolve(run.context) : Promise.reject(outcome.error)
}

/** @throws DefinitionError or InputError where a plan cannot be run without waiting */
export function prepareSync(ready: Ready, options: RunOptions | undefined, manner: Manner): Run {
  const { plan } = ready
  if (plan.async !== null) {
    throw new DefinitionError(
      `Chain '${plan.name}', step '${plan.async.name}': its function is declared async; use run() instead of runSync()`,
      { chain: plan.name, step: plan.async.name },
    )
  }
  const run = prepare(ready, options, manner)
  const { host } = run.around.settings
  if (host !== null)
    new Place(plan.name, undefined, true).refuse('host', host, 'no host: a host is asynchronous; use run()')
  return run
}

/**
 * Runs a plan without ever waiting for a promise.
 * @throws what the run fails with
 */
export function startSync(ready: Ready, input: unknown, options: RunOptions | undefined): Context {
  const run = prepareSync(ready, options, SYNC)
  begin(run, input)
  const outcome = failureOf(run)
  if (outcome !== null) throw outcome.error
  return run.context
}
