import { getEventListeners } from 'node:events'
import { assertNoPoisoning } from '@fast-check/poisoning'
import { type Hooks, isStepchainError, type RunOptions, StepchainError, type StepEndEvent } from 'stepchain'
import { expect, test } from 'vitest'
import { settlePromises, VirtualClock } from './virtual-clock.ts'

/** What a run came to. */
export type Outcome =
  | { readonly ok: true; readonly context: Record<string, unknown> }
  | { readonly ok: false; readonly error: StepchainError }

interface Runs {
  run(...given: never): Promise<object>
}

interface RunsSync {
  runSync(...given: never): object
}

const CODES = new Set(
  'STEP TIMEOUT ASYNC_IN_SYNC SYNC_SLEEP VALIDATION DEADLINE CANCELLED REFERENCE DEFINITION TEMPLATE INPUT LIMIT'
    .split(' ')
    .map((name) => `SC_${name}`),
)

/** What one run was given and told, for the promises that concern it alone. */
interface Watched {
  readonly input: unknown
  readonly before: unknown
  settled: number
  ends: number
  readonly outputs: unknown[]
}

function shape(input: unknown): unknown {
  if (typeof input !== 'object' || input === null) return input
  try {
    return Object.getOwnPropertyDescriptors(input)
  } catch {
    return 'unreadable'
  }
}

/**
 * One case under the global promises of the catalogue: it makes runs on a virtual clock and with a caller's signal, and looks afterwards
 * at what they left behind. A step without `out` gives `undefined` here: every other output is looked for on the error.
 */
export class Case {
  readonly clock = new VirtualClock()
  readonly controller = new AbortController()
  /** Whether something is around every step, so that none takes the runner's short way. */
  readonly watched: boolean
  readonly #runs: Watched[] = []
  readonly #faults: unknown[] = []
  readonly #note = (fault: unknown): void => void this.#faults.push(fault)

  constructor(watched: boolean) {
    this.watched = watched
    process.on('unhandledRejection', this.#note)
    process.on('uncaughtException', this.#note)
    process.on('warning', this.#note)
  }

  /** Starts a run; gives what it came to. */
  async run(definition: Runs, input?: unknown, options: RunOptions = {}): Promise<Outcome> {
    const run = this.#watch(input)
    const promise = definition.run(...([input, this.#options(run, options)] as never))
    promise.then(
      () => run.settled++,
      () => run.settled++,
    )
    try {
      return { ok: true, context: (await promise) as Record<string, unknown> }
    } catch (error) {
      return this.#failed(run, error)
    }
  }

  /** Runs synchronously. */
  runSync(definition: RunsSync, input?: unknown, options: RunOptions = {}): Outcome {
    const run = this.#watch(input)
    run.settled++
    try {
      return { ok: true, context: definition.runSync(...([input, this.#options(run, options)] as never)) as never }
    } catch (error) {
      return this.#failed(run, error)
    }
  }

  /** Starts a run that is to fail, moves time, and gives the error. */
  async failure(
    definition: Runs,
    { input, ms = 0, ...options }: RunOptions & { input?: unknown; ms?: number } = {},
  ): Promise<StepchainError> {
    const running = this.run(definition, input, options)
    await this.clock.advance(ms)
    const outcome = await running
    if (outcome.ok) throw new Error('expected a failure')
    return outcome.error
  }

  /** Looks at what is left behind, and takes the case apart. */
  async end(): Promise<void> {
    await settlePromises()
    await settlePromises()
    for (const name of ['unhandledRejection', 'uncaughtException', 'warning']) process.off(name, this.#note)
    expect(this.#faults, 'G1, G3: no unhandled rejection, exception or warning').toEqual([])
    expect(this.clock.pending, 'G3: no timer is left').toBe(0)
    expect(getEventListeners(this.controller.signal, 'abort'), 'G3: no listener is left').toEqual([])
    for (const run of this.#runs) {
      expect(run.settled, 'G2: settled exactly once').toBe(1)
      if (this.watched) expect(run.ends, 'G2: ended exactly once').toBeLessThanOrEqual(1)
      expect(shape(run.input), 'G8: the input is as it was').toEqual(run.before)
    }
    // Node registers the dispatcher of its fetch late; vitest keeps notes of its own.
    expect(
      () => assertNoPoisoning({ ignoredRootRegex: /undici|vitest/i }),
      'G6: prototypes are as they were',
    ).not.toThrow()
  }

  #watch(input: unknown): Watched {
    const run: Watched = { input, before: shape(input), settled: 0, ends: 0, outputs: [] }
    this.#runs.push(run)
    return run
  }

  #options(run: Watched, { hooks, ...options }: RunOptions): RunOptions {
    const own: Hooks = {
      afterStep: (event: StepEndEvent) => {
        if (event.status === 'ok' && event.path === event.name) run.outputs.push(event.output)
      },
      onRunEnd: ({ path }) => void (run.ends += path === '' ? 1 : 0),
    }
    const all = this.watched ? { ...own, ...join(own, hooks) } : hooks
    const { clock, controller } = this
    return { clock, signal: controller.signal, logger: null, ...options, ...(all === undefined ? {} : { hooks: all }) }
  }

  #failed(run: Watched, error: unknown): Outcome {
    expect(error, 'G4: one of our errors').toBeInstanceOf(StepchainError)
    expect(isStepchainError(error)).toBe(true)
    const ours = error as StepchainError
    expect(CODES, 'G4: a stable code').toContain(ours.code)
    expect(typeof ours.chain).toBe('string')
    expect(Array.isArray(ours.attempts)).toBe(true)
    // What is refused before a run begins belongs to no run.
    if (ours.code !== 'SC_INPUT' && ours.code !== 'SC_DEFINITION') expect(typeof ours.runId).toBe('string')
    if (run.outputs.length > 0) {
      const kept = Object.values(ours.context)
      for (const output of run.outputs) if (output !== undefined) expect(kept, 'G5: nothing is lost').toContain(output)
    }
    return { ok: false, error: ours }
  }
}

/** Two sets of hooks as one, for those that a case listens to itself. */
function join(own: Hooks, given: Hooks | undefined): Hooks {
  if (given === undefined) return {}
  // Taken now, as a run takes them.
  const { afterStep: step, onRunEnd: end } = given
  const afterStep: Hooks['afterStep'] = (event) => {
    own.afterStep?.(event)
    return step?.call(given, event)
  }
  const onRunEnd: Hooks['onRunEnd'] = (event) => {
    own.onRunEnd?.(event)
    return end?.call(given, event)
  }
  return { ...given, afterStep, onRunEnd }
}

// Nothing here lets real time pass, but some cases do much, perhaps on a machine that is busy.
const PATIENCE = 30_000

/**
 * A test under the global promises, made twice: with nothing around the steps, which is the runner's short way, and with hooks around each.
 * The body makes its runs through the case that it gets.
 */
export function promised(title: string, body: (given: Case) => Promise<void> | void): void {
  for (const watched of [false, true]) {
    // oxlint-disable-next-line vitest/expect-expect -- the body has them, and so has the case
    test(
      `${title}${watched ? ' (with hooks)' : ''}`,
      async () => {
        const given = new Case(watched)
        try {
          await body(given)
        } finally {
          await given.end()
        }
      },
      PATIENCE,
    )
  }
}
