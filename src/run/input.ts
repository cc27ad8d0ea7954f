import { isPlainObject } from '../compile/arguments.ts'
import { Place, RESERVED_NAMES } from '../compile/check.ts'
import { findUnresolved } from '../compile/compile.ts'
import { isFree, isMade } from '../compile/names.ts'
import { describeIssues, type Verdict } from '../compile/validator.ts'
import {
  DefinitionError,
  InputError,
  isStepchainError,
  UnresolvedReferenceError,
  ValidationFailedError,
} from '../errors.ts'
import { runEvent } from './events.ts'
import { detailsOf, scrub } from './failure.ts'
import { copyData, freeze } from './freeze.ts'
import { attend } from './limits.ts'
import { notify } from './notify.ts'
import type { RunRecord, Work } from './record.ts'
import { throwIfBlocked } from './stop.ts'
import { noop, promiseOf, thenOf } from './thenable.ts'

function placeOf({ plan, around }: RunRecord): Place {
  return new Place(plan.name, undefined, around.output.redact)
}

function refuseKey(run: RunRecord, key: string): never {
  const { name } = run.plan
  if (!isMade(run.plan.tail, key)) return placeOf(run).refuse('a key of the input', key, RESERVED_NAMES)
  const message = `Chain '${name}': the input has the key '${key}', which the chain makes itself; expected another name, or overwrite: true on that step`
  throw new DefinitionError(scrub(run, message), { chain: name })
}

/** The own, enumerable keys of the input that are strings. They are copied one by one: `Object.assign` takes symbols too. */
function copyKeys(run: RunRecord, input: Record<string, unknown>): Record<string, unknown> {
  const { plan } = run
  const own: Record<string, unknown> = {}
  for (const key in input) {
    if (!Object.hasOwn(input, key)) continue
    if (!isFree(plan.tail, key)) refuseKey(run, key)
    own[key] = input[key]
  }
  return own
}

function copy(run: RunRecord, input: unknown): Record<string, unknown> {
  if (input === undefined) return {}
  try {
    if (isPlainObject(input)) return copyKeys(run, input)
  } catch (cause) {
    if (isStepchainError(cause)) throw cause
    const { name } = run.plan
    throw new InputError(scrub(run, `Chain '${name}': reading the input threw`, { error: cause }), {
      chain: name,
      cause,
    })
  }
  return placeOf(run).refuse('input', input, 'a plain object')
}

function fill(run: RunRecord, given: Record<string, unknown>): void {
  const { plan, around } = run
  const own = around.frozen ? copyData : <T>(value: T): T => value
  const context = own(given)
  if (plan.usesInput) run.more().input = Object.freeze({ ...context })
  for (const { key, value } of plan.puts) context[key] = own(value)
  if (around.frozen) freeze(context)
  run.context = context
  if (!run.around.settings.strict) return
  const unresolved = findUnresolved(plan, Object.keys(context))
  if (unresolved === null) return
  const message = `Chain '${plan.name}', step '${unresolved.step.name}': the ref '${unresolved.ref}' leads nowhere; there is ${Object.keys(context).join(', ') || 'nothing'}`
  throw new UnresolvedReferenceError(scrub(run, message), detailsOf(run, { step: unresolved.step.name }))
}

/** Has the input judged by the chain's schema. */
function* judge(run: RunRecord, own: Record<string, unknown>): Work<Record<string, unknown>> {
  const { name, input } = run.plan
  throwIfBlocked(run)
  const given = input?.(own)
  const then = thenOf(given)
  if (then !== null && run.sync) {
    promiseOf(given, then).then(noop, noop)
    throw new DefinitionError(
      `Chain '${name}': the schema of its input is asynchronous; use run() instead of runSync()`,
      detailsOf(run),
    )
  }
  let verdict = given as Verdict
  if (then !== null) {
    attend(run)
    verdict = (yield promiseOf(given, then)) as Verdict
  }
  if (verdict.ok) return copy(run, verdict.value)
  const { issues } = verdict
  const details = { ...detailsOf(run), issues, ...('cause' in verdict ? { cause: verdict.cause } : {}) }
  throw new ValidationFailedError(
    scrub(run, `Chain '${name}': its input was refused: ${describeIssues(issues)}`),
    details,
  )
}

/** What comes before the first step: the input is judged, and the beginning is told, unless the run may not begin. */
export function* opening(run: RunRecord, input: unknown): Work {
  const own = copy(run, input)
  fill(run, run.plan.input === null ? own : yield* judge(run, own))
  throwIfBlocked(run)
  yield* notify(run, 'onRunStart', () => runEvent(run))
}

/** Gives a run its input, where nothing else comes before the first step. */
export function takeInput(run: RunRecord, input: unknown): void {
  fill(run, copy(run, input))
}

/** Whether something comes before the first step, or is told of a run that cannot begin. */
export function hasOpening(run: RunRecord): boolean {
  const { hooks } = run.around
  return run.plan.input !== null || hooks?.onRunStart != null || hooks?.onRunEnd != null
}
