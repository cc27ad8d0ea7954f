import { type Argument, type Arguments, compileArguments, Source } from './arguments.ts'
import { Place } from './check.ts'
import { Arity, type LogCallback, type Plan, type PlanStep, type StepFunction } from './plan.ts'
import { compilePolicy } from './policy.ts'
import { compileTemplate, type Template } from './template.ts'
import { compileValidator } from './validator.ts'

/** What the fluent interface knows of a step before its options are read. */
export interface StepSource {
  readonly fn: unknown
  readonly nested: (() => Plan) | null
  readonly effect: boolean
  /** Whether the nested chain has steps that are declared `async`. */
  readonly async: boolean
}

const NOTHING_GIVEN: Record<'name' | 'out' | 'args' | 'retry' | 'timeout' | 'validate' | 'log' | 'overwrite', unknown> =
  {
    name: undefined,
    out: undefined,
    args: undefined,
    retry: undefined,
    timeout: undefined,
    validate: undefined,
    log: undefined,
    overwrite: undefined,
  }

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

function checkTimeout(place: Place, timeout: unknown): number {
  const limit = place.number('timeout', timeout, [Number.MIN_VALUE, Infinity])
  return limit === Infinity ? 0 : limit
}

function compileLog(log: unknown, place: Place): Template | LogCallback {
  if (typeof log === 'string') return compileTemplate(log, place)
  return typeof log === 'function' ? (log as LogCallback) : place.refuse('log', log, 'a template or a function')
}

/** How the function is to be called. */
function arityOf(args: Arguments | null): PlanStep['arity'] {
  if (args === null) return Arity.context
  const { list, names } = args
  return names === null && list.length <= 2 && list.every(isSafeKey) ? (list.length as 0 | 1 | 2) : Arity.any
}

// What every object has would be found in the context without being there.
function isSafeKey(argument: Argument): boolean {
  return argument.source === 1 && !(argument.key in Object.prototype)
}

/** The name that faulty options seem to mean, for the message about them. */
function nameIn(options: unknown): string | undefined {
  const { name, out } = (options ?? {}) as { name?: unknown; out?: unknown }
  const given = typeof name === 'string' ? name : out
  return typeof given === 'string' && given !== '' && given.length <= 128 ? given : undefined
}

/** Whether nothing happens around the call but its retries and its timeout. */
function isPlain(
  { nested }: StepSource,
  { validator, log, policy }: Pick<PlanStep, 'validator' | 'log' | 'policy'>,
): boolean {
  const simple = policy === null || (policy.budget === null && policy.maxElapsed === Infinity)
  return nested === null && validator === null && log === null && simple
}

function nameOf(given: unknown, otherwise: string, place: Place): string {
  return given === undefined ? place.name('out, without a name beside it,', otherwise) : place.name('name', given)
}

function outOf({ effect }: StepSource, out: unknown, place: Place): string | null {
  if (out === undefined) return null
  return effect ? place.refuse('out', out, 'no out: tap is for effects, next stores an output') : place.key('out', out)
}

function argsOf({ nested }: StepSource, given: unknown, place: Place): Arguments | null {
  if (given === undefined) return null
  const args = compileArguments(given, place)
  if (nested === null || args.names !== null || args.list.length === 1) return args
  return place.refuse('args', given, 'one ref to the input of the chain, or an object of named refs')
}

/**
 * Compiles a step.
 * @throws DefinitionError that names the chain, the step, the option, its value and what was expected
 */
export function compileStep(
  source: StepSource,
  options: unknown,
  at: { readonly chain: string; readonly number: number },
): PlanStep {
  const { chain, number } = at
  const unnamed = new Place(chain, nameIn(options) ?? number)
  const given = unnamed.options('the step', options, NOTHING_GIVEN)
  const out = outOf(source, given.out, unnamed)
  const name = nameOf(given.name, out ?? `step-${number}`, unnamed)
  const place = new Place(chain, name)
  if (given.overwrite !== undefined) place.boolean('overwrite', given.overwrite)
  const async = source.nested === null ? isAsync(source.fn, place) : source.async
  const args = argsOf(source, given.args, place)
  const validator = given.validate === undefined ? null : compileValidator(given.validate, place, 'validate')
  const log = given.log === undefined ? null : compileLog(given.log, place)
  const policy = given.retry === undefined ? null : compilePolicy(given.retry, place)
  const timeout = given.timeout === undefined ? 0 : checkTimeout(place, given.timeout)
  return {
    name,
    out,
    overwrite: given.overwrite === true,
    fn: source.fn as StepFunction,
    nested: source.nested,
    // No spread in this literal: all steps are of one shape, which the runner's speed depends on.
    arity: arityOf(args),
    key0: args?.list[0]?.key ?? '',
    key1: args?.list[1]?.key ?? '',
    args,
    policy,
    timeout,
    validator,
    log,
    async,
    clocked: timeout === 0 ? policy !== null : !async,
    usesInput: args !== null && args.list.some(({ source: from }) => from === Source.input),
    plain: isPlain(source, { validator, log, policy }),
  }
}
