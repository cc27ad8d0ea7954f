import type { Output, PlanStep } from '../compile/plan.ts'
import type { AttemptEvent, RunEvent, StepEndEvent, StepStatus } from '../define/hooks.ts'
import type { LogFields } from '../define/logger.ts'
import { INSPECT } from '../scrub.ts'
import { pathOf, rootOf, type RunRecord, runIdOf } from './record.ts'

const OUTPUT: ReadonlySet<string> = new Set(['output'])

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] }

/**
 * What hooks are told. It has all values as they are, but is printed without what is not to be seen. The end of a step is written out here:
 * spreads, or a class of its own, would cost several times what all else around a step does.
 */
class Told {
  declare chain: string
  declare runId: string
  declare path: string
  declare name: string
  declare kind: StepEndEvent['kind']
  declare attempt: number
  declare attempts: number
  declare status: StepStatus
  declare duration: number
  declare abandoned: boolean
  readonly #fields: Output['fields']

  constructor(run: RunRecord, step: PlanStep | null, end: StepEnd | null) {
    const { fields } = run.around.output
    this.#fields =
      step === null || step.rare === null || !step.rare.sensitive ? fields : (event) => fields(event, OUTPUT)
    if (step === null || end === null) return
    const { name } = step
    const { prefix, stepAt } = run.more()
    this.chain = prefix === '' ? run.plan.name : rootOf(run).plan.name
    this.runId = runIdOf(run)
    this.path = prefix === '' ? name : pathOf(run, name)
    this.name = name
    this.kind = step.kind
    this.attempt = run.failures + 1
    this.attempts = attemptsOf(step)
    this.status = end.status
    this.duration = run.around.clock.now() - stepAt
    this.abandoned = end.abandoned
  }

  toJSON(): LogFields {
    return this.#fields(this)
  }
}
Object.defineProperty(Told.prototype, INSPECT, Object.getOwnPropertyDescriptor(Told.prototype, 'toJSON') as object)

/** What every event of a run says. */
export function runEvent(run: RunRecord): RunEvent {
  const { name } = rootOf(run).plan
  return {
    chain: name,
    runId: runIdOf(run),
    path: run.more().prefix.slice(0, -1),
    name: run.plan.name,
    kind: 'run',
  }
}

/** What every event of an attempt says. */
export function attemptEvent(run: RunRecord, step: PlanStep): AttemptEvent {
  const { name } = rootOf(run).plan
  return {
    chain: name,
    runId: runIdOf(run),
    path: pathOf(run, step.name),
    name: step.name,
    kind: step.kind,
    attempt: run.failures + 1,
    attempts: attemptsOf(step),
  }
}

/** How a step ended. */
export interface StepEnd {
  readonly status: StepStatus
  readonly abandoned: boolean
  readonly output?: unknown
  readonly error?: unknown
}

/** What is told of the end of a step. */
export function endEvent(run: RunRecord, step: PlanStep, end: StepEnd): StepEndEvent {
  const event: Mutable<StepEndEvent> = new Told(run, step, end)
  if (end.status === 'ok') {
    event.output = end.output
    if (run.extra?.fellBack === true) {
      event.fallback = true
      event.error = run.extra.fellFrom
    }
  } else if (end.status === 'skipped') event.duration = 0
  else event.error = end.error
  return event
}

/** An event as it is told: with its getters, which only the end of a run has. */
export function told<Event extends RunEvent>(run: RunRecord, event: Event): Event {
  if (event instanceof Told) return event
  // Of these few there are, and none is told at each step.
  const step = 'output' in event ? run.plan.steps.find(({ name }) => name === event.name) : undefined
  const empty = new Told(run, step ?? null, null)
  return (event.kind === 'run'
    ? Object.defineProperties(empty, Object.getOwnPropertyDescriptors(event))
    : Object.assign(empty, event)) as unknown as Event
}

/** How many attempts a step has. */
export function attemptsOf(step: PlanStep): number {
  return step.policy === null ? 1 : step.policy.retries + 1
}
