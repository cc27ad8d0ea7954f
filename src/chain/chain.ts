import { Place } from '../compile/check.ts'
import { compilePlan } from '../compile/compile.ts'
import { addHooks } from '../compile/hooks.ts'
import { nameKey, Names } from '../compile/names.ts'
import type { Definition, Node, Plan, PlanStep } from '../compile/plan.ts'
import { compileSettings, DEFAULT_SETTINGS } from '../compile/settings.ts'
import { compileStep, type StepSource } from '../compile/step.ts'
import { compileValidator } from '../compile/validator.ts'
import type { Hooks } from '../define/hooks.ts'
import type { RunOptions } from '../define/options.ts'
import type { MakeChain } from '../define/types/chain.ts'
import type { StepchainError } from '../errors.ts'
import { type Ready, type Result, standing, start, startSync } from './start.ts'

// Shared by every copy of the package in a process.
const brand: unique symbol = Symbol.for('stepchain.chain') as never

type Input = Readonly<Record<string, unknown>> | undefined
type Context = Record<string, unknown>

class ChainBuilder {
  readonly #definition: Definition
  #ready: Ready | null = null

  constructor(definition: Definition) {
    this.#definition = definition
  }

  get name(): string {
    return this.#definition.name
  }

  put(key: unknown, value: unknown): ChainBuilder {
    const { name, tail } = this.#definition
    const place = new Place(name)
    const put = Object.freeze({ key: place.key('the key of put', key), value })
    if (tail.names.has(put.key, tail.size)) place.refuse('the key of put', key, 'a key that is not taken')
    const names = tail.names.add(put.key, tail.size)
    return ChainBuilder.#grown(this, { ...tail, previous: tail, put, step: null, names, size: tail.size + 1 })
  }

  next(step: unknown, options: unknown): ChainBuilder {
    return ChainBuilder.#add(this, options, sourceOf(step, false))
  }

  tap(step: unknown, options: unknown = {}): ChainBuilder {
    return ChainBuilder.#add(this, options, sourceOf(step, true))
  }

  use(other: unknown): ChainBuilder {
    const place = new Place(this.#definition.name)
    if (!(other instanceof ChainBuilder)) return place.refuse('the argument of use', other, 'a chain')
    const { puts, steps } = ChainBuilder.#compile(other).plan
    const filled = puts.reduce<ChainBuilder>((chain, { key, value }) => chain.put(key, value), this)
    return steps.reduce((chain, step, index) => {
      // A name that only says where the step stood in its own chain says where it stands in this one.
      const numbered = step.out === null && step.name === `step-${index + 1}`
      const name = `step-${chain.#definition.tail.steps + 1}`
      return ChainBuilder.#append(chain, numbered ? { ...step, name } : step)
    }, filled)
  }

  with(hooks: Hooks): ChainBuilder {
    const { settings, ...rest } = this.#definition
    const all = addHooks(settings.hooks, hooks, new Place(rest.name))
    return new ChainBuilder({ ...rest, settings: { ...settings, hooks: all } })
  }

  run(input?: Input, options?: RunOptions): Promise<Context> {
    return start(ChainBuilder.#compile(this), input, options)
  }

  runSync(input?: Input, options?: RunOptions): Context {
    return startSync(ChainBuilder.#compile(this), input, options)
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

  // Static: private methods would cost each chain a slot, and definitions may be made anew for each request.
  static #add(chain: ChainBuilder, options: unknown, source: StepSource): ChainBuilder {
    const { name, tail } = chain.#definition
    return ChainBuilder.#append(chain, compileStep(source, options, { chain: name, number: tail.steps + 1 }))
  }

  static #append(chain: ChainBuilder, step: PlanStep): ChainBuilder {
    const { name: chainName, tail } = chain.#definition
    const { out, overwrite } = step
    const { size } = tail
    let { names, named } = tail
    const taken = out !== null && names.has(out, size)
    const place = new Place(chainName, step.name)
    if (taken && !overwrite) place.refuse('out', out, 'a key that is not taken, or overwrite: true')
    const name = taken && step.name === out ? `${out}-${tail.steps + 1}` : step.name
    // A step that is named after its key needs no entry of its own.
    const own = name !== out
    if ((named && names.has(nameKey(name), size)) || (own && names.has(name, size)))
      place.refuse('name', name, 'a name that no other step has')
    let next = size
    if (out !== null && !taken) names = names.add(out, next++, overwrite)
    if (own) names = names.add(nameKey(name), next++)
    named ||= own
    const kept = name === step.name ? step : { ...step, name }
    return ChainBuilder.#grown(chain, {
      previous: tail,
      put: null,
      step: kept,
      steps: tail.steps + 1,
      names,
      size: next,
      named,
    })
  }

  static #grown(chain: ChainBuilder, tail: Node): ChainBuilder {
    const { name, input, settings } = chain.#definition
    return new ChainBuilder({ name, input, settings, tail })
  }

  /** Compiles the definition, once. */
  static #compile(chain: ChainBuilder): Ready {
    const definition = chain.#definition
    return (chain.#ready ??= { plan: compilePlan(definition), around: standing(definition.settings) })
  }

  /** The plan of a chain. */
  static plan(chain: ChainBuilder): Plan {
    return ChainBuilder.#compile(chain).plan
  }
}
Object.defineProperty(ChainBuilder.prototype, brand, { value: true })

/** What a step is: a function, a chain, or a chain of another copy of the package, which is known by its brand and run by its own `run`. */
function sourceOf(step: unknown, effect: boolean): StepSource {
  if (typeof step !== 'object' || step === null) return { fn: step, nested: null, effect, async: false }
  if (step instanceof ChainBuilder) {
    const plan = ChainBuilder.plan(step)
    return { fn: step, nested: () => plan, effect, async: plan.async !== null }
  }
  if (Reflect.get(step, brand) !== true) return { fn: step, nested: null, effect, async: false }
  const foreign = step as { run: (input: unknown, options: object) => Promise<Context> }
  const fn = async (input: unknown, handle?: { signal: AbortSignal }): Promise<Context> =>
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
    input: input === undefined ? null : compileValidator(input, place, 'input'),
    settings: options === undefined ? DEFAULT_SETTINGS : compileSettings(DEFAULT_SETTINGS, rest, place),
    tail: { previous: null, put: null, step: null, steps: 0, names: new Names(), size: 0, named: false },
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
