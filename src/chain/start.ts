import { Place } from '../compile/check.ts'
import { checkEndless } from '../compile/compile.ts'
import type { Output, Plan, Surroundings } from '../compile/plan.ts'
import { compileSettings, DEFAULT_SETTINGS, type Settings } from '../compile/settings.ts'
import type { RunOptions } from '../define/options.ts'
import { DefinitionError, InputError, isStepchainError, LimitError, type StepchainError } from '../errors.ts'
import { consoleLogger } from '../observe/console.ts'
import { outputOf } from '../observe/output.ts'
import { systemClock } from '../run/clock.ts'
import { failureOf } from '../run/end.ts'
import { DEEPEST } from '../run/nested.ts'
import { Run } from '../run/pump.ts'
import { surround } from '../run/surround.ts'

type Context = Record<string, unknown>

/** What a safe run gives. */
export type Result =
  | { readonly ok: true; readonly context: Context }
  | { readonly ok: false; readonly error: StepchainError; readonly context: Readonly<Context> }

let defaultOutput: Output | null = null

function surroundings(settings: Settings): Surroundings {
  const { logger, redact, hooks, clock } = settings
  const output =
    logger === undefined && redact === null
      ? (defaultOutput ??= outputOf(consoleLogger(), null))
      : outputOf(logger === undefined ? consoleLogger() : logger, redact)
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
  const place = new Place(chain, undefined, output.redact ?? true)
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
    return compileSettings(plan.settings, options, new Place(plan.name, undefined, redact ?? true))
  } catch (cause) {
    if (isStepchainError(cause)) throw cause
    throw new InputError(`Chain '${plan.name}': reading the options of the run threw`, { chain: plan.name, cause })
  }
}

function prepare({ plan, around: own }: Ready, options: RunOptions | undefined, sync: boolean): Run {
  const around = options === undefined ? own : surroundings(settingsOf(plan, options, own))
  if (plan.endless !== null) checkEndless(plan, around.settings)
  const run = new Run(plan, around, sync)
  if (around.gated || around.hooks?.onRunEnd != null) {
    const extra = run.more()
    extra.startedAt = around.clock.now()
    extra.endAt = endOf(around, plan.name, extra.startedAt)
  }
  return run
}

// How many runs are under way inside of one another on the stack: a step may run chains by itself.
let depth = 0

/** Gives a run its input, and takes it as far as it goes at once; tells whether it waits. */
function begin(run: Run, input: unknown): boolean {
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
    run = prepare(ready, options, false)
    waits = begin(run, input)
  } catch (error) {
    return Promise.reject(error)
  }
  if (waits) return new Promise((resolve, reject) => run.whenOver(resolve, reject))
  const outcome = failureOf(run)
  return outcome === null ? Promise.resolve(run.context) : Promise.reject(outcome.error)
}

/**
 * Runs a plan without ever waiting for a promise.
 * @throws what the run fails with
 */
export function startSync(ready: Ready, input: unknown, options: RunOptions | undefined): Context {
  const { plan } = ready
  if (plan.async !== null) {
    throw new DefinitionError(
      `Chain '${plan.name}', step '${plan.async.name}': its function is declared async; use run() instead of runSync()`,
      { chain: plan.name, step: plan.async.name },
    )
  }
  const run = prepare(ready, options, true)
  if (run.around.settings.host !== null)
    new Place(plan.name, undefined, true).refuse(
      'host',
      run.around.settings.host,
      'no host: a host is asynchronous; use run()',
    )
  begin(run, input)
  const outcome = failureOf(run)
  if (outcome !== null) throw outcome.error
  return run.context
}
