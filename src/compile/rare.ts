import { isPlainObject } from './arguments.ts'
import type { Place } from './check.ts'
import type { Plan, PlanStep, Predicate, Rare, StepFunction } from './plan.ts'
import { DEFAULT_SETTINGS } from './settings.ts'

/** How long a compensation or a release may take, in ms, where nothing else is said. */
const PATIENCE = 30_000

/** The options of a step that few have, as they were given. */
export interface GivenRare {
  when?: unknown
  fallback?: { readonly value: unknown } | undefined
  compensate?: unknown
  compensateUnknown?: unknown
  release?: unknown
  sensitive?: unknown
}

/** How a step is compiled: `step.ts` needs what is made here, and this needs that. */
export type Compile = (source: unknown, options: unknown, place: Place) => PlanStep

/** A plan of one step, run with a context of its own. */
export function soloPlan(step: PlanStep, place: Place): Plan {
  const header = { name: place.chain, input: null, settings: DEFAULT_SETTINGS }
  const tail = { header, previous: null, put: null, step: null, steps: 0, size: 0, marks: 0, names: null }
  const { name, settings } = header
  return { name, steps: [step], puts: [], tail, input: null, settings, async: null, usesInput: false, endless: null }
}

const ACTION = { run: undefined, retry: undefined, timeout: undefined }

interface Action {
  readonly option: 'compensate' | 'compensateUnknown' | 'release'
  /** What it is given, beside the step's handle. */
  readonly of: 'output' | 'error'
}

function compileAction(given: unknown, { option, of }: Action, { place, compile }: Making): Plan {
  let options: Record<string, unknown> = { run: given }
  if (typeof given !== 'function') {
    if (!isPlainObject(given)) place.refuse(option, given, 'a function, or an object with run, retry and timeout')
    options = place.options<Record<string, unknown>>(option, given, ACTION)
    place.function(`${option}.run`, options['run'])
  }
  const { run, retry, timeout = PATIENCE } = options
  const { step: name } = place
  const compiled = compile(run, { args: [of, '$step'], retry, timeout }, place)
  place.step = name
  return soloPlan({ ...compiled, name: `${name}.${option}` }, place)
}

interface Making {
  readonly place: Place
  readonly compile: Compile
}

function compileFallback(given: { readonly value: unknown }): Rare['fallback'] {
  return typeof given.value === 'function' ? { call: given.value as StepFunction } : given
}

/**
 * Compiles the options that few steps have.
 * @throws DefinitionError that names the option and its value
 */
export function compileRare(given: GivenRare, place: Place, compile: Compile): Rare {
  const { when, fallback, compensate, compensateUnknown, release, sensitive = false } = given
  const making = { place, compile }
  if (when !== undefined) place.function('when', when, 'a function of the context that gives true or false')
  const action = (of: Action['of'], option: Action['option'], value: unknown): Plan | null =>
    value === undefined ? null : compileAction(value, { option, of }, making)
  return {
    when: (when as Predicate | undefined) ?? null,
    fallback: fallback === undefined ? null : compileFallback(fallback),
    compensate: action('output', 'compensate', compensate),
    compensateUnknown: action('error', 'compensateUnknown', compensateUnknown),
    release: action('output', 'release', release),
    sensitive: place.boolean('sensitive', sensitive),
  }
}
