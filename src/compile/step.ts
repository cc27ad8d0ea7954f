import { type Argument, compileArguments, Source } from './arguments.ts'
import { Place } from './check.ts'
import { Arity, type Flow, type LogCallback, type Plan, type PlanStep, type StepFunction } from './plan.ts'
import { compilePolicy } from './policy.ts'
import { compileRare, type GivenRare } from './rare.ts'
import { compileTemplate, type Template } from './template.ts'
import { compileValidator } from './validator.ts'

/** What a step is that is no function: a chain, or several. */
export class StepSource {
  readonly fn: unknown
  /** Gives the plan of a chain; `null` for a chain of another copy of the package, which `fn` runs. */
  readonly nested: (() => Plan) | null
  /** Whether it has steps that are declared `async`. */
  readonly async: boolean
  readonly kind: PlanStep['kind']
  readonly flow: Flow | null
  readonly outs: readonly string[] | null
  constructor(
    given: Pick<StepSource, 'fn' | 'nested' | 'async'> & Partial<Pick<StepSource, 'kind' | 'flow' | 'outs'>>,
  ) {
    this.fn = given.fn
    this.nested = given.nested
    this.async = given.async
    this.kind = given.kind ?? 'chain'
    this.flow = given.flow ?? null
    this.outs = given.outs ?? null
  }
}

type Raw = 'name' | 'out' | 'overwrite' | 'args' | 'policy' | 'timeout' | 'validator' | 'log' | 'rare'

/** A step while it is compiled: what was given is where what it is compiled to will be. */
type Draft = { -readonly [Name in keyof PlanStep]: Name extends Raw ? unknown : PlanStep[Name] }

const KNOWN: readonly string[] =
  'name out args retry timeout validate log overwrite when fallback compensate compensateUnknown release sensitive'.split(
    ' ',
  )

/** A step without options. All are made here: the runner's speed depends on their being of one shape. */
function blank(fn: unknown): Draft {
  return {
    name: undefined,
    out: undefined,
    overwrite: undefined,
    fn: fn as StepFunction,
    nested: null,
    kind: 'step',
    flow: null,
    outs: null,
    rare: null,
    arity: Arity.context,
    key0: '',
    key1: '',
    args: undefined,
    policy: undefined,
    timeout: undefined,
    validator: undefined,
    log: undefined,
    async: false,
    clocked: false,
    plain: false,
    bare: false,
  }
}

/** Reads an option that few steps have. */
function readRare(key: string, value: unknown, { draft, place }: { draft: Draft; place: Place }): void {
  if (!KNOWN.includes(key)) place.unknown('the step', key, KNOWN)
  const rare = (draft.rare ??= {}) as GivenRare
  if (key === 'fallback') rare.fallback = value === undefined ? undefined : { value }
  else rare[key as 'when'] = value
}

/** Reads the own options of a step. Written out, since definitions may be made anew for each request. */
function read(options: unknown, draft: Draft, place: Place): void {
  const given = place.object('the step', options)
  for (const key in given) {
    // Not `Object.hasOwn`: of this V8 knows the answer for the keys that it enumerates.
    if (!Object.prototype.hasOwnProperty.call(given, key)) continue
    const value = given[key]
    switch (key) {
      case 'out':
        draft.out = value
        break
      case 'args':
        draft.args = value
        break
      case 'name':
        draft.name = value
        break
      case 'retry':
        draft.policy = value
        break
      case 'timeout':
        draft.timeout = value
        break
      case 'validate':
        draft.validator = value
        break
      case 'log':
        draft.log = value
        break
      case 'overwrite':
        draft.overwrite = value
        break
      default:
        readRare(key, value, { draft, place })
    }
  }
}

/* v8 ignore next -- @preserve its prototype is all that is wanted of the function */
const asyncFunction: unknown = Object.getPrototypeOf(async () => {})

/** Whether a function is declared `async`. Most are told by their prototype alone. */
function isAsync(fn: unknown, place: Place): boolean {
  if (typeof fn !== 'function') return place.refuse('the step', fn, 'a function or a chain')
  const prototype: unknown = Object.getPrototypeOf(fn)
  if (prototype === asyncFunction) return true
  const tag = prototype === Function.prototype ? '' : Object.prototype.toString.call(fn)
  if (tag.endsWith('GeneratorFunction]')) {
    return place.refuse('the step', fn, 'a function that gives its value, not a generator; collect it in a function')
  }
  // Only classes and built-in constructors have a `prototype` that cannot be replaced; `Number` and the like are good steps.
  const replaceable = !Object.hasOwn(fn, 'prototype') || Object.getOwnPropertyDescriptor(fn, 'prototype')?.writable
  if (replaceable === false && /^class\b/.test(Function.prototype.toString.call(fn))) {
    return place.refuse('the step', fn, 'a function, not a class; write (…) => new Name(…)')
  }
  return tag === '[object AsyncFunction]'
}

function compileTimeout(timeout: unknown, place: Place): number {
  if (timeout === undefined || timeout === Infinity) return 0
  return typeof timeout === 'number' && timeout > 0 ? timeout : place.number('timeout', timeout, [Number.MIN_VALUE])
}

function compileLog(log: unknown, place: Place): Template | LogCallback {
  if (typeof log === 'string') return compileTemplate(log, place)
  return typeof log === 'function' ? (log as LogCallback) : place.refuse('log', log, 'a template or a function')
}

// What every object has would be found in the context without being there.
function isSafeKey(argument: Argument): boolean {
  return argument.source === Source.key && !(argument.key in Object.prototype)
}

/** The name that faulty options seem to mean, for the message about them. */
export function nameIn(options: unknown): string | undefined {
  const { name, out } = (options ?? {}) as { name?: unknown; out?: unknown }
  const given = typeof name === 'string' ? name : out
  return typeof given === 'string' && given !== '' && given.length <= 128 ? given : undefined
}

const HANDLE = compileArguments(['$step'], new Place('')).list

/** Takes the arguments apart, and decides how the function is to be called. */
function setArguments(step: Draft, place: Place): void {
  const args = compileArguments(step.args, place)
  const { names } = args
  // A chain of another copy is stopped through the handle of the step that runs it.
  const list = step.kind === 'chain' && step.nested === null ? [...args.list, ...HANDLE] : args.list
  if (step.nested !== null && names === null && list.length !== 1)
    place.refuse('args', step.args, 'one ref to the input of the chain, or an object of named refs')
  step.args = { list, names }
  step.arity = names === null && list.length <= 2 && list.every(isSafeKey) ? (list.length as 0 | 1 | 2) : Arity.any
  step.key0 = list[0]?.key ?? ''
  step.key1 = list[1]?.key ?? ''
}

/**
 * Compiles a step: a function, or a chain.
 * @param place where it is, with its number
 * @throws DefinitionError that names the chain, the step, the option, its value and what was expected
 */
export function compileStep(source: unknown, options: unknown, place: Place): PlanStep {
  const chained = typeof source === 'object' && source instanceof StepSource ? source : null
  const step = blank(chained === null ? source : chained.fn)
  const number = place.step
  place.step = nameIn(options) ?? number
  read(options, step, place)
  const { out, name, overwrite } = step
  step.out = out === undefined ? null : place.key('out', out)
  if (name !== undefined) step.name = place.name('name', name)
  else if (out === undefined)
    step.name = `${chained === null || chained.flow === null ? 'step' : chained.kind}-${number}`
  else step.name = place.name('out, without a name beside it,', out)
  place.step = step.name as string
  step.overwrite = overwrite === undefined ? false : place.boolean('overwrite', overwrite)
  if (chained !== null)
    Object.assign(step, { nested: chained.nested, kind: chained.kind, flow: chained.flow, outs: chained.outs })
  step.async = chained === null ? isAsync(source, place) : chained.async
  if (step.args === undefined) step.args = null
  else setArguments(step, place)
  step.validator = step.validator === undefined ? null : compileValidator(step.validator, place, 'validate')
  step.log = step.log === undefined ? null : compileLog(step.log, place)
  const policy = step.policy === undefined ? null : compilePolicy(step.policy, place)
  step.policy = policy
  const timeout = compileTimeout(step.timeout, place)
  step.timeout = timeout
  step.clocked = timeout === 0 ? policy !== null : !step.async
  if (step.rare !== null) step.rare = compileRare(step.rare as GivenRare, place, compileStep)
  step.plain =
    step.nested === null &&
    step.flow === null &&
    step.rare === null &&
    step.validator === null &&
    (policy === null || (policy.budget === null && policy.maxElapsed === Infinity))
  step.bare = step.plain && !step.clocked && step.log === null && step.args === null
  return step as PlanStep
}
