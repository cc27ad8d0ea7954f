import { Place } from '../compile/check.ts'
import { compilePlan } from '../compile/compile.ts'
import { describe } from '../compile/describe.ts'
import {
  branchOf,
  compileChoice,
  compileLoop,
  compileParallel,
  type LoopParts,
  type Standing,
} from '../compile/group.ts'
import { addHooks } from '../compile/hooks.ts'
import { addPut, addStep, rootOf, Taken, takenAs } from '../compile/names.ts'
import type { Branch, Node, Plan, PlanStep } from '../compile/plan.ts'
import { compileSettings, DEFAULT_SETTINGS } from '../compile/settings.ts'
import { StepSource, compileStep } from '../compile/step.ts'
import { compileValidator } from '../compile/validator.ts'
import type { ChainDescription } from '../define/description.ts'
import type { Hooks } from '../define/hooks.ts'
import type { RunOptions } from '../define/options.ts'
import type { MakeChain } from '../define/types/chain.ts'
import { asBuild, buildOf, forkOf, isBuiltOn, ITEM_KEYS } from './branch.ts'
import { type Result, startSafe, startSafeSync } from './safe.ts'
import { type Ready, standing, start, startSync } from './start.ts'

// Shared by every copy of the package in a process.
const brand: unique symbol = Symbol.for('stepchain.chain') as never

type Input = Readonly<Record<string, unknown>> | undefined
type Context = Record<string, unknown>

class ChainBuilder {
  readonly #tail: Node
  #ready: Ready | null = null

  constructor(tail: Node) {
    this.#tail = tail
  }

  get name(): string {
    return this.#tail.header.name
  }

  put(key: unknown, value: unknown): ChainBuilder {
    const place = new Place(this.name)
    const put = Object.freeze({ key: place.key('the key of put', key), value })
    if ((takenAs(this.#tail, put.key) & Taken.key) !== 0) place.refuse('the key of put', key, 'a key that is not taken')
    return new ChainBuilder(addPut(this.#tail, put))
  }

  next(step: unknown, options: unknown): ChainBuilder {
    return ChainBuilder.#append(this, compileStep(sourceOf(step), options, ChainBuilder.#place(this)))
  }

  tap(step: unknown, options: unknown = {}): ChainBuilder {
    const place = ChainBuilder.#place(this)
    const compiled = compileStep(sourceOf(step), options, place)
    if (compiled.out !== null) place.refuse('out', compiled.out, 'no out: tap is for effects, next stores an output')
    return ChainBuilder.#append(this, compiled)
  }

  parallel(branches: unknown, options: unknown = {}): ChainBuilder {
    const at = ChainBuilder.#standing(this)
    const named = !Array.isArray(branches)
    const given = named ? Object.entries(at.place.object('parallel, its branches', branches)) : [...branches.entries()]
    const list = given.map(([name, build]) => ChainBuilder.#branch(this, build, { name: named ? String(name) : '' }))
    return ChainBuilder.#append(this, compileParallel({ branches: list, named }, options, at))
  }

  map(ref: unknown, fn: unknown, options: unknown): ChainBuilder {
    return ChainBuilder.#loop(this, { kind: 'map', ref, fn }, options)
  }

  each(ref: unknown, fn: unknown, options: unknown = {}): ChainBuilder {
    return ChainBuilder.#loop(this, { kind: 'each', ref, fn }, options)
  }

  when(
    predicate: unknown,
    build: unknown,
    ...[other, options = {}]: [other?: unknown, options?: unknown]
  ): ChainBuilder {
    const taken = ChainBuilder.#branch(this, build)
    const otherwise = other === undefined ? null : ChainBuilder.#branch(this, other)
    const at = ChainBuilder.#standing(this)
    return ChainBuilder.#append(this, compileChoice({ predicate, taken, otherwise }, options, at))
  }

  use(other: unknown): ChainBuilder {
    const place = new Place(this.name)
    if (!(other instanceof ChainBuilder)) return place.refuse('the argument of use', other, 'a chain')
    const { puts, steps } = ChainBuilder.#compile(other).plan
    const filled = puts.reduce<ChainBuilder>((chain, { key, value }) => chain.put(key, value), this)
    return steps.reduce((chain, step, index) => {
      // A name that only says where the step stood in its own chain says where it stands in this one.
      const kind = step.flow === null ? 'step' : step.kind
      const numbered = step.out === null && step.name === `${kind}-${index + 1}`
      const name = `${kind}-${chain.#tail.steps + 1}`
      return ChainBuilder.#append(chain, numbered ? { ...step, name } : step)
    }, filled)
  }

  with(hooks: Hooks): ChainBuilder {
    const { header } = this.#tail
    const { name, settings } = header
    const all = addHooks(settings.hooks, hooks, new Place(name))
    return new ChainBuilder({ ...this.#tail, header: { ...header, settings: { ...settings, hooks: all } } })
  }

  describe(): ChainDescription {
    return describe(ChainBuilder.plan(this))
  }

  run(input?: Input, options?: RunOptions): Promise<Context> {
    return start(ChainBuilder.#compile(this), input, options)
  }

  runSync(input?: Input, options?: RunOptions): Context {
    return startSync(ChainBuilder.#compile(this), input, options)
  }

  safeRun(input?: Input, options?: RunOptions): Promise<Result> {
    return startSafe(ChainBuilder.#compile(this), input, options)
  }

  safeRunSync(input?: Input, options?: RunOptions): Result {
    return startSafeSync(ChainBuilder.#compile(this), input, options)
  }

  // Static: private methods would cost each chain a slot, and definitions may be made anew for each request.
  static #place(chain: ChainBuilder): Place {
    const { header, steps } = chain.#tail
    return new Place(header.name, steps + 1)
  }

  /** Where the next step stands. */
  static #standing(chain: ChainBuilder): Standing {
    const tail = chain.#tail
    return { place: ChainBuilder.#place(chain), isTaken: (key) => (takenAs(tail, key) & Taken.key) !== 0 }
  }

  static #branch(
    chain: ChainBuilder,
    build: unknown,
    { name = '', keys }: { name?: string; keys?: readonly string[] } = {},
  ): Branch {
    const place = ChainBuilder.#place(chain)
    const fork = forkOf(chain.#tail, keys)
    const made = asBuild(build, place)(new ChainBuilder(fork))
    if (!(made instanceof ChainBuilder) || !isBuiltOn(made.#tail, fork))
      return place.refuse('what a branch gave', made, 'the chain that it was given, with steps behind it')
    return branchOf(name, made.#tail, fork)
  }

  static #loop(chain: ChainBuilder, parts: Pick<LoopParts, 'kind' | 'ref' | 'fn'>, options: unknown): ChainBuilder {
    const build = buildOf(parts.fn)
    const branch = build === null ? null : ChainBuilder.#branch(chain, build, { keys: ITEM_KEYS })
    return ChainBuilder.#append(chain, compileLoop({ ...parts, branch }, options, ChainBuilder.#standing(chain)))
  }

  static #append(chain: ChainBuilder, step: PlanStep): ChainBuilder {
    const tail = chain.#tail
    const { out } = step
    const bits = out === null ? 0 : takenAs(tail, out)
    const taken = (bits & Taken.key) !== 0
    if (taken && !step.overwrite)
      new Place(chain.name, step.name).refuse('out', out, 'a key that is not taken, or overwrite: true')
    const name = taken && step.name === out ? `${out}-${tail.steps + 1}` : step.name
    // A step that is named after its key shares its name with that alone.
    if (name === out ? (bits & Taken.name) !== 0 : takenAs(tail, name) !== 0)
      new Place(chain.name, name).refuse('name', name, 'a name that no other step has')
    return new ChainBuilder(addStep(tail, name === step.name ? step : { ...step, name }))
  }

  /** Compiles the definition, once. */
  static #compile(chain: ChainBuilder): Ready {
    const tail = chain.#tail
    return (chain.#ready ??= { plan: compilePlan(tail), around: standing(tail.header.settings) })
  }

  /** The plan of a chain. */
  static plan(chain: ChainBuilder): Plan {
    return ChainBuilder.#compile(chain).plan
  }
}
Object.defineProperty(ChainBuilder.prototype, brand, { value: true })

/** What a step is: a function, a chain, or a chain of another copy of the package, which is known by its brand and run by its own `run`. */
function sourceOf(step: unknown): unknown {
  if (typeof step !== 'object' || step === null) return step
  if (step instanceof ChainBuilder) {
    const plan = ChainBuilder.plan(step)
    return new StepSource({ fn: step, nested: () => plan, async: plan.async !== null })
  }
  if (Reflect.get(step, brand) !== true) return step
  const foreign = step as { run: (input: unknown, options: object) => Promise<Context> }
  const fn = async (input: unknown, { signal }: { signal: AbortSignal }): Promise<Context> =>
    foreign.run(input, { signal })
  return new StepSource({ fn, nested: null, async: true })
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
  const header = {
    name,
    input: input === undefined ? null : compileValidator(input, place, 'input'),
    settings: options === undefined ? DEFAULT_SETTINGS : compileSettings(DEFAULT_SETTINGS, rest, place),
  }
  return new ChainBuilder(rootOf(header))
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
