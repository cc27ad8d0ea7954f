import type { Plan, PlanStep, Surroundings } from '../compile/plan.ts'
import type { RunEndEvent } from '../define/hooks.ts'
import type { Report } from '../define/report.ts'
import type { FailedAttempt, StepchainError } from '../errors.ts'
import { freeze } from './freeze.ts'
import type { Sweeper } from './sweeper.ts'
import type { UndoList } from './undo-list.ts'

/** Work that goes on synchronously, but for the promises that it yields. */
export type Work<T = void> = Generator<PromiseLike<unknown>, T, unknown>

/** Work under way, and what becomes of its end. */
export interface Task {
  readonly work: Work<unknown>
  /** Changes with all that the task waits for: an answer to an older question is late. */
  ticket: number
  /** What the work is given when it goes on; `null` while it waits. */
  next: Answer | null
  /** Whether it is at work, so that nobody else may move it. */
  running: boolean
  /** Takes what the work gave, or threw. */
  readonly ended: (end: Answer) => void
}

/** What a promise came to. */
export type Answer = { readonly value: unknown } | { readonly error: unknown }

/** What was finished inside of a step that is under way. */
export interface Inside {
  /** The outs of its branches, as the context would have them. */
  outs(): Readonly<Record<string, unknown>>
  /** What there is of its results. */
  results(): unknown
}

/** What a step runs that can be told to end: a chain, or a group. */
export interface Child {
  readonly extra: Pick<Extra, 'failure' | 'stopped'> | null
  interrupt(why: Interruption): void
  /** Whether something is being undone in it, which nothing interrupts. */
  isUndoing(): boolean
}

/** What only some runs need: made when first needed, so that a plain run in flight stays small. */
export class Extra {
  parent: RunRecord | null = null
  child: Child | null = null
  inside: Inside | null = null
  depth = 0
  /** The path of the step that runs this chain, with a trailing slash; empty for a run of its own. */
  prefix = ''
  /** The same as errors have it: `outer > `. */
  trail = ''
  /** Whether the run is that of one step of the run around it, whose path has no part for the step itself. */
  solo = false
  /** Whether it is part of the run around it, and not one whose beginning and end are told. */
  inner = false
  /** Whether what it does when it fails is undone by itself: the run around it goes on. */
  undoes = false
  /** Whether it lets go of what it holds when it is over, since nobody has its outputs. */
  releases = false
  /** What is undone and released when the outermost run ends. */
  undo: UndoList | null = null
  /** The key of the step that the run undoes. */
  undoneKey: string | undefined = undefined
  /** What the outputs of sensitive steps are hidden for: of the outermost run. */
  owner: object | null = null
  /** Whether things are undone, which nothing interrupts. */
  undoing = false
  /** Whether an attempt of the step was cut off, so that nobody knows what came of it. */
  unknown = false
  /** Which side of a `when` is taken. */
  side = false
  /** Whether the step gave what it falls back to. */
  fellBack = false
  /** What it failed with before. */
  fellFrom: StepchainError | null = null
  /** Why the run goes no further, if a group that it is part of has said so. */
  halt: Interruption | null = null
  runId = ''
  input: unknown = undefined
  startedAt = 0
  /** When the run must be over, by its clock. */
  endAt: number = Infinity
  stepAt = 0
  /** Whether the step that the run is at has begun, as far as errors are concerned. */
  begun = false
  attempts: FailedAttempt[] = []
  failure: StepchainError | null = null
  /** The signal of the last attempt that was cut off. */
  cutOff: AbortController | null = null
  /** An engine's own suspension: given back untouched, seen by no hook. */
  control: { readonly error: unknown } | null = null
  /** What a hook threw that fails the run. */
  hookFault: { readonly source: string; readonly error: unknown } | null = null
  /** Whether the run was told to stop, and waits for no hook any more. */
  stopping = false
  /** Whether that is why it ended: it may have failed by itself in the time that it had. */
  stopped = false
  /** The most urgent of the reasons to end that it was told. */
  told = 0
  unlisten: (() => void) | null = null
  /** What watches the run, where that cannot be shared. */
  sweeper: Sweeper | null = null
  /** Whether the step runs inside a host's call. */
  hosted = false
  /** Gives what is told of the run at its end, where anybody listens for that. */
  report: ((end: RunEndEvent) => Report) | null = null
  /** Whether all steps are done with, and only the end has to be told. */
  ending = false
}

/** What the parts of the runner know of a run; `pump.ts` has the rest. */
export interface RunRecord extends Child {
  readonly plan: Plan
  around: Surroundings
  readonly sync: boolean
  context: Record<string, unknown>
  /** Which step the run is at. */
  index: number
  /** How many attempts of the step have failed. */
  failures: number
  controller: AbortController | null
  /** The attempt that the controller is of, by its `sequence`. */
  signalled: number
  extra: Extra | null
  /** What it is at, where that is more than a plain step. */
  task: Task | null
  // For the sweeper; see there.
  armed: number
  sequence: number
  seen: number
  seenAt: number
  listed: number
  listNext: RunRecord | null
  listPrevious: RunRecord | null

  /**
   * Gives the run its input, before it is pumped for the first time.
   * @throws InputError, DefinitionError or UnresolvedReferenceError for one that it cannot begin with, unless that takes time to find out
   */
  open(input: unknown): void
  /** Goes on until the run waits (true) or is over (false). */
  pump(): boolean
  /** Calls one of the two when the run is over. */
  whenOver(resolve: (context: Record<string, unknown>) => void, reject: (error: unknown) => void): void
  /** Gives the run something to do before it goes on. */
  begin(work: Work<unknown>, ended: (end: Answer) => void): void
  /** Makes a run of a nested chain. */
  spawn(plan: Plan, around: Surroundings): RunRecord
  /** The rest of the record. */
  more(): Extra
}

/** Why a run, or an attempt, is ended from outside. */
export interface Interruption {
  readonly kind: 'stop' | 'timeout'
  /** The ms that what is under way gets to end, and may succeed in; absent where it is to end at once. */
  readonly grace?: number
  /** Whether not even a moment is left. */
  readonly urgent?: boolean
  /** What the signals of steps say. */
  readonly reason: unknown
  /** Makes the error of a run that is stopped, be it with the step that runs it. */
  readonly make: (run: RunRecord) => StepchainError
}

/** How urgent a reason to end is: another counts only if it is more so. */
export function urgencyOf({ grace, urgent }: Interruption): number {
  return urgent === true ? 3 : grace === undefined ? 2 : 1
}

/** The step that a run is at, while it is at one. */
export function stepOf(run: RunRecord): PlanStep {
  return run.plan.steps[run.index] as PlanStep
}

/** Tells what is ours from whatever a step may throw: `instanceof` asks for a prototype, which a proxy may refuse to tell. */
export function isA<T>(value: unknown, type: abstract new (...given: never) => T): value is T {
  try {
    return value instanceof type
  } catch {
    return false
  }
}

/** Keeps an output. The context may have been frozen by a step, or by what it gave that to: then the run goes on with a copy. */
export function keep(run: RunRecord, key: string, output: unknown): void {
  if (run.around.frozen) {
    freeze(output)
    run.context = Object.freeze({ ...run.context, [key]: output })
    return
  }
  try {
    run.context[key] = output
  } catch {
    run.context = { ...run.context, [key]: output }
  }
}

/** Whether an attempt is the one that its run is at: neither cut off nor over. */
export function isCurrent(run: RunRecord, step: PlanStep, sequence: number): boolean {
  return run.sequence === sequence && run.plan.steps[run.index] === step
}

/** The outermost run. */
export function rootOf(run: RunRecord): RunRecord {
  let root = run
  for (let parent = root.extra?.parent; parent !== null && parent !== undefined; parent = root.extra?.parent)
    root = parent
  return root
}

/** The run's id, made when first needed. */
export function runIdOf(run: RunRecord): string {
  const extra = run.more()
  if (extra.runId !== '') return extra.runId
  const { runId, host, random } = run.around.settings
  return (extra.runId = extra.parent === null ? runId || (host?.runId ?? randomId(random)) : runIdOf(extra.parent))
}

function randomId(random: () => number): string {
  // Ids are labels, not secrets; those of a seeded run can be repeated.
  if (random === Math.random && globalThis.crypto?.randomUUID !== undefined) return globalThis.crypto.randomUUID()
  return Array.from({ length: 4 }, () =>
    Math.floor(random() * 2 ** 32)
      .toString(16)
      .padStart(8, '0'),
  ).join('')
}

/** The path of a step, as events and hosts have it. */
export function pathOf(run: RunRecord, name: string): string {
  const { prefix, solo } = run.more()
  return solo ? prefix.slice(0, -1) : prefix + name
}
