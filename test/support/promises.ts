import { getEventListeners } from 'node:events'
import { assertNoPoisoning } from '@fast-check/poisoning'
import { type Hooks, isStepchainError, type RunOptions, StepchainError, type StepEndEvent } from 'stepchain'
import { expect, test } from 'vitest'
import { type Recorder, recorder } from './recorder.ts'
import { snapshot } from './snapshot.ts'
import { type Flaky, flaky } from './steps.ts'
import { Tally } from './tally.ts'
import { Undoing } from './undoing.ts'
import { type Loose, untyped } from './untyped.ts'
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
  'STEP TIMEOUT ASYNC_IN_SYNC SYNC_SLEEP VALIDATION DEADLINE CANCELLED REFERENCE DEFINITION TEMPLATE INPUT LIMIT HOOK GROUP COMPENSATION'
    .split(' ')
    .map((name) => `SC_${name}`),
)

/** A text that watched runs redact: where it comes out all the same, G7 is broken. */
export const SECRET = 'hunter2-5f1c'

/** How late a run may settle after the moment when it had to end, in ms. */
const LATEST = 50

/** What the steps that undo others are called: what they give is kept nowhere. */
const UNDOES = /\.(?:compensate|compensateUnknown|release)$/

/** What one run was given and told, for the promises that concern it alone. */
interface Watched {
  readonly input: unknown
  readonly before: unknown
  settled: number
  ends: number
  /** How many ms after it had to end it settled, as far as that is known and no step blocked. */
  late: number
  readonly outputs: unknown[]
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
  /** What watched runs print. */
  readonly printed: Recorder = recorder()
  readonly #told = new Tally()
  #abortedAt = Infinity
  readonly #undoing = new Undoing(this.clock)
  readonly #runs: Watched[] = []
  readonly #faults: unknown[] = []
  readonly #note = (fault: unknown): void => void this.#faults.push(fault)

  constructor(watched: boolean) {
    this.watched = watched
    const { controller } = this
    const abort = controller.abort.bind(controller)
    controller.abort = (reason?: unknown) => {
      this.#abortedAt = Math.min(this.#abortedAt, this.clock.now())
      abort(reason)
    }
    process.on('unhandledRejection', this.#note)
    process.on('uncaughtException', this.#note)
    process.on('warning', this.#note)
  }

  /** A chain as JavaScript sees it; a watched one has hooks and a logger of its own, which are silent until it runs. */
  chain(name: string = 'c', options: object = {}): Loose {
    return untyped(name, this.watched ? { hooks: this.#told.hooks, logger: this.printed, ...options } : options)
  }

  /**
   * Something that undoes a step, or releases what it held. A run that was to end may wait for as long as it is under way, and not a moment more.
   * @param timeout after how many ms the definition has it end
   */
  undoing<Act extends (...of: never) => unknown>(act: Act, timeout?: number): Act {
    return this.#undoing.watch(act, timeout)
  }

  /**
   * Builds something, which runs nothing, prints nothing and leaves what it is made `of` as it was.
   * The step that `build` gets must not be called.
   */
  build<T>(build: (step: Flaky<number>) => T, ...of: readonly unknown[]): T {
    const step = flaky(0, 1)
    const before = of.map((given) => snapshot(given))
    const heard = this.#heard
    try {
      return build(step)
    } finally {
      expect(step.calls, 'nothing was run').toBe(0)
      expect(this.#heard, 'nothing was told or printed').toBe(heard)
      expect(
        of.map((given) => snapshot(given)),
        'G8: what a definition is made of is as it was',
      ).toEqual(before)
    }
  }

  /** Expects a definition to be refused while it is built, at once and before anything is run. */
  refused(build: (step: Flaky<number>) => unknown, ...of: readonly unknown[]): StepchainError {
    let error: unknown
    try {
      this.build(build, ...of)
    } catch (thrown) {
      error = thrown
    }
    expectOurs(error)
    expect(['SC_DEFINITION', 'SC_TEMPLATE', 'SC_LIMIT'], error.message).toContain(error.code)
    expect(error.runId, 'there is no run').toBeUndefined()
    return error
  }

  /** Starts a run; gives what it came to. */
  async run(definition: Runs, input?: unknown, options: RunOptions = {}): Promise<Outcome> {
    const run = this.#watch(input)
    const settled = this.#settling(run, options)
    const promise = definition.run(...([input, this.#options(run, options)] as never))
    promise.then(settled, settled)
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
      expect(run.late, 'G2: settled on time').toBeLessThanOrEqual(LATEST)
      if (this.watched) expect(run.ends, 'G2: ended exactly once').toBeLessThanOrEqual(1)
      expect(snapshot(run.input), 'G8: the input is as it was').toEqual(run.before)
    }
    expect(JSON.stringify(this.printed.lines), 'G7: no line shows a secret').not.toContain(SECRET)
    // Node registers the dispatcher of its fetch late; vitest keeps notes of its own.
    expect(
      () => assertNoPoisoning({ ignoredRootRegex: /undici|vitest/i }),
      'G6: prototypes are as they were',
    ).not.toThrow()
  }

  #watch(input: unknown): Watched {
    const run: Watched = { input, before: snapshot(input), settled: 0, ends: 0, late: 0, outputs: [] }
    this.#runs.push(run)
    return run
  }

  /** How much hooks and loggers of chains were told. */
  get #heard(): number {
    return this.#told.events.length + this.printed.lines.length
  }

  /** What is to be called when a run settles: it notes how late that is. */
  #settling(run: Watched, { clock, timeout = Infinity, deadline, reserve = 0 }: RunOptions): () => void {
    const { now, wall } = this.clock
    const [begun, blocked] = [now(), this.clock.blocked]
    const left = deadline instanceof Date ? deadline.getTime() - wall() - reserve : Infinity
    // What is no number is refused, and by itself ends nothing.
    const endAt = begun + Math.min(...[timeout, left].filter((ms) => !Number.isNaN(ms)), Infinity)
    return () => {
      run.settled++
      const due = Math.max(begun, Math.min(endAt, this.#abortedAt))
      // Nothing can interrupt a step that blocks, and another clock keeps another time.
      if (clock === undefined)
        run.late = now() - due - (this.clock.blocked - blocked) - this.#undoing.within(due, now())
    }
  }

  #options(run: Watched, { hooks, ...options }: RunOptions): RunOptions {
    const own: Hooks = {
      afterStep: (event: StepEndEvent) => {
        if (event.status === 'ok' && event.path === event.name) run.outputs.push(...storedOf(event))
      },
      onRunEnd: ({ path }) => void (run.ends += path === '' ? 1 : 0),
    }
    const { clock, controller, printed, watched } = this
    const usual = { clock, signal: controller.signal, logger: null }
    if (!watched) return Object.freeze({ ...usual, ...options, ...(hooks === undefined ? {} : { hooks }) })
    return Object.freeze({
      ...usual,
      logger: printed,
      redact: hide,
      ...options,
      hooks: { ...own, ...join(own, hooks) },
    })
  }

  #failed(run: Watched, error: unknown): Outcome {
    expectOurs(error)
    // What is refused before a run begins belongs to no run.
    if (error.code !== 'SC_INPUT' && error.code !== 'SC_DEFINITION') expect(typeof error.runId).toBe('string')
    if (run.outputs.length > 0) {
      const kept = Object.values(error.context)
      for (const output of run.outputs) if (output !== undefined) expect(kept, 'G5: nothing is lost').toContain(output)
    }
    if (this.watched) {
      // Looking at a cause is left to whoever prints it: it is the user's own, and untouched.
      const shown = `${String(error)}${error.stack}${JSON.stringify(error)}`
      expect(shown, 'G7: no error shows a secret').not.toContain(SECRET)
    }
    return { ok: false, error }
  }
}

/** What is stored of a step that is over. Of an `each` that may be nothing. */
function storedOf({ kind, name, output }: StepEndEvent): readonly unknown[] {
  if (kind === 'each' || UNDOES.test(name)) return []
  return kind === 'parallel' || kind === 'when' ? Object.values(output as object) : [output]
}

function hide(text: string): string {
  return text.replaceAll(SECRET, '[hidden]')
}

function expectOurs(error: unknown): asserts error is StepchainError {
  expect(error, 'G4: one of our errors').toBeInstanceOf(StepchainError)
  const ours = error as StepchainError
  expect(isStepchainError(ours)).toBe(true)
  expect(CODES, 'G4: a stable code').toContain(ours.code)
  expect(typeof ours.chain).toBe('string')
  expect(Array.isArray(ours.attempts)).toBe(true)
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
const PATIENCE = Number(process.env['PATIENCE'] ?? 30_000)

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
