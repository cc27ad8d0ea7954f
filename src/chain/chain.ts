import { Place } from '../compile/check.ts'
import { compilePlan } from '../compile/compile.ts'
import { addHooks } from '../compile/hooks.ts'
import type { Definition, Node, Plan, PlanStep } from '../compile/plan.ts'
import { compileSettings, DEFAULT_SETTINGS } from '../compile/settings.ts'
import { compileStep, type StepSource } from '../compile/step.ts'
import { compileValidator } from '../compile/validator.ts'
import type { Hooks } from '../define/hooks.ts'
import type { RunOptions } from '../define/options.ts'
import type { MakeChain } from '../define/types/chain.ts'
import type { StepchainError } from '../errors.ts'
import { Names } from './names.ts'
import { type Ready, type Result, standing, start, startSync } from './start.ts'

// Shared by every copy of the package in a process.
const brand: unique symbol = Symbol.for('stepchain.chain') as never

type Input = Readonly<Record<string, unknown>> | undefined
type Context = Record<string, unknown>

/** Where a definition stands: what was said, and the names that are taken. */
interface State extends Definition {
  /** How many steps there are. */
  readonly steps: number
  readonly outs: Names
  readonly outsSize: number
  readonly names: Names
  readonly namesSize: number
}

class ChainBuilder {
  readonly #state: State
  #ready: Ready | null = null

  constructor(state: State) {
    this.#state = state
  }

  get name(): string {
    return this.#state.name
  }

  put(key: unknown, value: unknown): ChainBuilder {
    const state = this.#state
    const place = new Place(state.name)
    const name = place.key('the key of put', key)
    if (state.outs.has(name, state.outsSize)) place.refuse('the key of put', name, 'a key that is not taken')
    const node: Node = { previous: state.tail, put: Object.freeze({ key: name, value }), step: null }
    return new ChainBuilder({
      ...state,
      tail: node,
      outs: state.outs.add(name, state.outsSize),
      outsSize: state.outsSize + 1,
    })
  }

  next(step: unknown, options: unknown): ChainBuilder {
    return this.#add(step, options, false)
  }

  tap(step: unknown, options: unknown = {}): ChainBuilder {
    return this.#add(step, options, true)
  }

  use(other: unknown): ChainBuilder {
    const place = new Place(this.#state.name)
    if (!(other instanceof ChainBuilder)) return place.refuse('the argument of use', other, 'a chain')
    const { puts, steps } = other.#compile().plan
    const filled = puts.reduce<ChainBuilder>((chain, { key, value }) => chain.put(key, value), this)
    return steps.reduce((chain, step) => chain.#append(step), filled)
  }

  with(hooks: Hooks): ChainBuilder {
    const state = this.#state
    const settings = { ...state.settings, hooks: addHooks(state.settings.hooks, hooks, new Place(state.name)) }
    return new ChainBuilder({ ...state, settings })
  }

  run(input?: Input, options?: RunOptions): Promise<Context> {
    return start(this.#compile(), input, options)
  }

  runSync(input?: Input, options?: RunOptions): Context {
    return startSync(this.#compile(), input, options)
  }

  safeRun(input?: Input, options?: RunOptions): Promise<Result> {
    return this.run(input, options).then(succeeded, failed)
  }

  safeRunSync(input?: Input, options?: RunOptions): Result {
    try {
      return succeeded(this.runSync(input, options))
    } catch (error) {
      return failed(error)
    }
  }

  #add(step: unknown, options: unknown, effect: boolean): ChainBuilder {
    const { name, steps } = this.#state
    const source = sourceOf(step, effect, new Place(name, `#${steps + 1}`))
    return this.#append(compileStep(source, options, { chain: name, number: steps + 1 }))
  }

  #append(step: PlanStep): ChainBuilder {
    const state = this.#state
    const { out, overwrite } = step
    const place = new Place(state.name, step.name)
    const outTaken = out !== null && state.outs.has(out, state.outsSize)
    if (outTaken && !overwrite) place.refuse('out', out, 'a key that is not taken, or overwrite: true')
    const name = outTaken && step.name === out ? `${out}-${state.steps + 1}` : step.name
    // A step that is named after its output needs no entry of its own, unless other steps have names that are not.
    const named = name !== out
    if (state.names.has(name, state.namesSize) || (named && state.outs.has(name, state.outsSize)))
      place.refuse('name', name, 'a name that no other step has')
    const node: Node = { previous: state.tail, put: null, step: name === step.name ? step : { ...step, name } }
    return new ChainBuilder({
      ...state,
      tail: node,
      steps: state.steps + 1,
      ...(out === null || outTaken ? {} : { outs: state.outs.add(out, state.outsSize), outsSize: state.outsSize + 1 }),
      ...(named ? { names: state.names.add(name, state.namesSize), namesSize: state.namesSize + 1 } : {}),
    })
  }

  /** Compiles the definition, once. */
  #compile(): Ready {
    return (this.#ready ??= { plan: compilePlan(this.#state), around: standing(this.#state.settings) })
  }

  /** What a step is: a function, or a chain and its plan. */
  static source(step: unknown, effect: boolean): StepSource {
    if (!(step instanceof ChainBuilder)) return { fn: step, nested: null, effect, async: false }
    const plan = (): Plan => step.#compile().plan
    return { fn: undefined, nested: plan, effect, async: plan().async !== null }
  }
}
Object.defineProperty(ChainBuilder.prototype, brand, { value: true })

/** A chain of another copy of the package is known by its brand, and run by its own `run`. */
function sourceOf(step: unknown, effect: boolean, place: Place): StepSource {
  if (step instanceof ChainBuilder || typeof step !== 'object' || step === null)
    return ChainBuilder.source(step, effect)
  if (Reflect.get(step, brand) !== true) return place.refuse('the step', step, 'a function or a chain')
  const foreign = step as { run: (input: unknown, options: object) => Promise<Context> }
  const fn = (input: unknown, handle?: { signal: AbortSignal }): Promise<Context> =>
    foreign.run(input, handle === undefined ? {} : { signal: handle.signal })
  return { fn, nested: null, effect, async: true }
}

function succeeded(context: Context): Result {
  return { ok: true, context }
}

function failed(error: unknown): Result {
  return { ok: false, error: error as StepchainError, context: (error as StepchainError).context ?? {} }
}

const CHAIN_ONLY = {
  ...Object.fromEntries(Object.keys(DEFAULT_SETTINGS).map((name) => [name, undefined])),
  runId: undefined,
  input: undefined,
}

function make(given?: unknown, options?: unknown): ChainBuilder {
  const name = given === undefined ? 'chain' : new Place('').name('the name of the chain', given)
  const place = new Place(name)
  const { input, ...rest } =
    options === undefined ? { input: undefined } : place.options<Record<string, unknown>>('chain', options, CHAIN_ONLY)
  if (rest['runId'] !== undefined) place.refuse('runId', rest['runId'], 'no runId: it belongs to a run')
  return new ChainBuilder({
    name,
    tail: null,
    input: input === undefined ? null : compileValidator(input, place, 'input'),
    settings: options === undefined ? DEFAULT_SETTINGS : compileSettings(DEFAULT_SETTINGS, rest, place),
    steps: 0,
    outs: new Names(),
    outsSize: 0,
    names: new Names(),
    namesSize: 0,
  })
}

/**
 * Begins a chain: an immutable definition, to be extended step by step and run any number of times.
 *
 * @param name what errors, lines and events call it @default 'chain'
 * @param options defaults for its runs, and a schema for its input
 * @throws DefinitionError for a name or an option that is not what it must be
 *
 * @example
 * ```ts
 * import { chain } from 'stepchain'
 *
 * const greet = chain<{ name: string }>('greet')
 *   .next(({ name }) => `Hello, ${name}!`, { out: 'greeting', log: 'said {greeting}' })
 *
 * const { greeting } = greet.runSync({ name: 'Ada' })
 * ```
 */
export const chain: MakeChain = make as unknown as MakeChain
