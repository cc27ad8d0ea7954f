import { chain, type Hooks, type RunOptions, type StepchainError, type StepHandle } from 'stepchain'
import {
  type Action,
  branchName,
  callOf,
  exact,
  type Given,
  logged,
  type Node,
  type NodeOf,
  type Outcome,
  pullsOf,
  sorted,
} from './model-chain.ts'
import { told } from './model-shape.ts'
import { VirtualClock } from './virtual-clock.ts'

/** A chain of which the compiler knows nothing: these are made at run time. */
interface Built {
  next(...given: readonly unknown[]): Built
  tap(...given: readonly unknown[]): Built
  parallel(...given: readonly unknown[]): Built
  map(...given: readonly unknown[]): Built
  each(...given: readonly unknown[]): Built
  when(...given: readonly unknown[]): Built
  run(...given: readonly unknown[]): Promise<Record<string, unknown>>
  runSync(...given: readonly unknown[]): Record<string, unknown>
}

/** Later than anything that a run may wait for. */
const FOR_EVER = 10_000_000

type Build = (start: Built) => Built

const empty = chain as unknown as (name: string, options?: object) => Built

/** What goes on in a run that is watched by a test. */
class Stage {
  readonly clock = new VirtualClock()
  readonly log: string[] = []
  readonly calls = new Map<string, number>()
  readonly lists: Record<string, unknown> = {}
  /** How many functions are under way, each with a timer. */
  open = 0
  /** Sources that were begun and neither ended nor closed. */
  sources = 0
  readonly startedAt = this.clock.now()

  get now(): number {
    return this.clock.now() - this.startedAt
  }

  note(...what: readonly string[]): void {
    this.log.push(logged(this.now, ...what))
  }

  /** The function that an action describes. */
  act(action: Action): (...given: readonly unknown[]) => unknown {
    return (...given) => this.#call(action, given.at(-1) as StepHandle)
  }

  #call(action: Action, step: StepHandle): unknown {
    const path = step.key.slice(step.key.indexOf('/') + 1)
    const nth = (this.calls.get(path) ?? 0) + 1
    this.calls.set(path, nth)
    const name = `${path}#${nth}`
    const { heeds } = action
    const { ms, fails } = callOf(action, path, nth)
    this.note('call', name)
    const failure = new Error(name)
    if (ms === 0) {
      if (fails) throw failure
      return name
    }
    return new Promise((resolve, reject) => {
      const settle = fails ? () => reject(failure) : () => resolve(name)
      this.later(settle, exact(ms, name))
      if (heeds === undefined) return
      const { signal } = step
      const giveUp = (): void => reject(signal.reason as Error)
      signal.addEventListener('abort', () =>
        heeds === 0 ? giveUp() : this.later(giveUp, exact(heeds, `${name} heeds`)),
      )
    })
  }

  /** Does something later, which is no timer of the runner. */
  later(act: () => void, ms: number): void {
    this.open++
    this.clock.setTimeout(() => {
      this.open--
      act()
    }, ms)
  }

  /** A list of so many items, as an array or as something that gives one after the other. */
  source(node: NodeOf<'map' | 'each'>): unknown {
    const { count, from, batch = 1 } = node
    if (from === 'array') return Array.from({ length: count }, (_, index) => index)
    const begin = <T>(give: (index: number) => T, closed: T): { next(): T; return(): T } => {
      let index = 0
      let open = true
      this.sources++
      const close = (): void => {
        if (open) this.sources--
        open = false
      }
      const next = (): T => {
        if (index === count) close()
        return give(index++)
      }
      return { next, return: () => (close(), closed) }
    }
    const result = (index: number) => ({ done: index >= count, value: index })
    if (from === 'iterable') return { [Symbol.iterator]: () => begin(result, result(count)) }
    const pulls = pullsOf(node)
    const later = async (index: number): Promise<unknown> => {
      const ms = index % batch === 0 ? pulls[index / batch] : undefined
      if (ms !== undefined) await new Promise<void>((resolve) => this.later(resolve, ms))
      return result(index)
    }
    return { [Symbol.asyncIterator]: () => begin(later, Promise.resolve<unknown>(result(count))) }
  }

  /** The options of a step. */
  options(node: Partial<Node> & Pick<Node, 'name'>): Record<string, unknown> {
    const { name, retries, delay = 0, timeout, again, fallback, skip, silent } = node
    const options: Record<string, unknown> = {}
    if (name !== undefined) options['name'] = name
    if (!silent && node.kind !== 'parallel' && node.kind !== 'when') options['out'] = name
    if (retries !== undefined) options['retry'] = this.policy({ retries, delay }, `${name} delay`, again)
    if (timeout !== undefined) options['timeout'] = exact(timeout, `${name} timeout`)
    if (fallback === 'value') options['fallback'] = `${name} fell back`
    if (fallback === 'throws')
      options['fallback'] = () => {
        throw new Error(`${name} cannot fall back`)
      }
    if (skip) options['when'] = () => false
    if (node.compensate) options['compensate'] = this.action(node.compensate, `${name}.compensate`)
    if (node.unknown) options['compensateUnknown'] = this.action(node.unknown, `${name}.compensateUnknown`)
    if (node.release) options['release'] = this.action(node.release, `${name}.release`)
    return options
  }

  policy({ retries, delay }: { retries: number; delay: number }, what: string, again?: boolean): object {
    const backoff = { backoff: 'constant', jitter: 'none', initialDelay: exact(delay, what) }
    return { retries, ...backoff, ...(again ? { retryIf: () => true } : {}) }
  }

  action(action: Action, name: string): unknown {
    const { retries, delay = 0, timeout } = action
    const retry = retries === undefined ? undefined : this.policy({ retries, delay }, `${name} delay`)
    const limit = timeout === undefined ? undefined : exact(timeout, `${name} timeout`)
    const run = this.act(action)
    return retry === undefined && limit === undefined ? run : defined({ run, retry, timeout: limit })
  }

  build(nodes: readonly Node[]): Build {
    return (start) => nodes.reduce((built, node) => this.add(built, node), start)
  }

  add(built: Built, node: Node): Built {
    const options = this.options(node)
    switch (node.kind) {
      case 'step':
        return built.next(this.act(node), options)
      case 'parallel':
        return built.parallel(this.branches(node), { ...options, ...limits(node) })
      case 'when': {
        const [then, otherwise] = [node.steps, node.otherwise].map((steps) => steps && this.build(steps))
        return built.when(() => node.yes, then, otherwise, options)
      }
      case 'map':
      case 'each':
        return this.loop(built, node, options)
      default:
        return built.next(this.build(node.steps)(empty(node.name)), { ...options, args: ['$input'] })
    }
  }

  branches(node: NodeOf<'parallel'>): unknown {
    const branches = node.branches.map((steps) => this.build(steps))
    return node.named
      ? Object.fromEntries(branches.map((branch, index) => [branchName(node, index), branch]))
      : branches
  }

  loop(built: Built, node: NodeOf<'map' | 'each'>, options: object): Built {
    const { name, does, batch, tolerate } = node
    this.lists[name] = this.source(node)
    const { retry, timeout, fallback } = this.options({ ...node.item, name })
    const own = defined({ retry, timeout, fallback, batch, tolerate })
    return built[node.kind](`lists.${name}`, 'calls' in does ? this.act(does) : [this.build(does)], {
      ...options,
      ...own,
      ...limits(node),
    })
  }

  hooks(): Hooks {
    return {
      onRetry: ({ path, attempt, abandoned }) => this.note('retry', `${path}#${attempt}`, abandoned ? 'abandoned' : ''),
      onHookError: ({ path, source }) => this.note(source === 'release' ? 'lost' : source, path),
      afterStep: ({ path, attempt, status, abandoned }) =>
        this.note(status, `${path}#${attempt}`, abandoned ? 'abandoned' : ''),
    }
  }
}

function limits({ name, ...given }: NodeOf<'parallel' | 'map' | 'each'>): object {
  const { concurrency, grace, settle } = given
  return defined({ concurrency, settle, grace: grace === undefined ? undefined : exact(grace, `${name} grace`) })
}

/** Options without those that say nothing. */
function defined(options: object): object {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
}

/** What a run left behind that it should not have. */
export interface Left {
  readonly settled: number
  readonly timers: number
  readonly sources: number
  /** Lines of what was done or told after the end. */
  readonly late: readonly string[]
}

/** Runs a case for real, on a clock that goes on when nothing else does. */
export async function perform(given: Given): Promise<Outcome & { readonly left: Left }> {
  const stage = new Stage()
  const { clock, log } = stage
  const { abort = Infinity } = given
  const controller = new AbortController()
  const end = (): void => controller.abort(new Error('enough'))
  if (abort < 0) end()
  else if (abort < Infinity) stage.later(end, exact(abort, 'abort'))
  const options: RunOptions = {
    clock,
    logger: null,
    runId: 'run',
    ...(abort < Infinity ? { signal: controller.signal } : {}),
    ...(given.watched ? { hooks: stage.hooks() } : {}),
    ...limitOf(given, clock),
  }
  let [settled, left, outcome] = [0, { timers: 0, sources: 0, lines: 0 }, undefined as Outcome | undefined]
  const settle = (error: unknown, context: object): void => {
    settled++
    left = { timers: clock.pending - stage.open, sources: stage.sources, lines: log.length }
    outcome = { at: stage.now, ...told(error, context), log }
  }
  stage
    .build(given.steps)(empty('case'))
    .run({ lists: stage.lists }, options)
    .then(
      (context) => settle(undefined, context),
      (error: StepchainError) => settle(error, error.context),
    )
  await clock.advance(FOR_EVER)
  if (outcome === undefined) throw new Error('the run did not end')
  const { lines, ...rest } = left
  return { ...outcome, log: sorted(log), left: { ...rest, settled, late: log.slice(lines) } }
}

/** The same for one in which nothing takes time, without a promise. */
export function performSync(given: Given): Outcome {
  const stage = new Stage()
  const options = { clock: stage.clock, logger: null, runId: 'run', ...(given.watched ? { hooks: stage.hooks() } : {}) }
  const built = stage.build(given.steps)(empty('case'))
  const [error, context] = outcomeOf(() => built.runSync({ lists: stage.lists }, options))
  return { at: stage.now, ...told(error, context), log: sorted(stage.log) }
}

function outcomeOf(run: () => object): readonly [error: unknown, context: object] {
  try {
    return [undefined, run()]
  } catch (error) {
    return [error, (error as StepchainError).context]
  }
}

function limitOf({ deadline, limit }: Given, clock: VirtualClock): RunOptions {
  if (deadline === undefined) return {}
  if (limit === 'date') return { deadline: new Date(clock.wall() + deadline) }
  const left = exact(deadline, 'deadline')
  if (limit === 'timeout' && deadline > 0) return { timeout: left }
  const endAt = clock.now() + left
  return { deadline: () => endAt - clock.now() }
}
