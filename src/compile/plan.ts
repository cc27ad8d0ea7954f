import type { Clock } from '../define/clock.ts'
import type { NodeKind } from '../define/hooks.ts'
import type { LogFields, LogLevel } from '../define/logger.ts'
import type { Argument, Arguments } from './arguments.ts'
import type { HookTable } from './hooks.ts'
import type { Names } from './names.ts'
import type { Policy } from './policy.ts'
import type { Redaction } from './redaction.ts'
import type { Settings } from './settings.ts'
import type { Template } from './template.ts'
import type { Validator } from './validator.ts'

/** How a step's function is called: with the context, with up to two keys of it, or with any arguments. */
export const Arity = { context: -1, none: 0, one: 1, two: 2, any: 3 } as const

/** A step's function, as the runner calls it. */
export type StepFunction = (...given: readonly unknown[]) => unknown

/** A log callback: what it returns, if a string, is printed. */
export type LogCallback = (context: Readonly<Record<string, unknown>>, output: unknown) => unknown

/** A predicate on the context. */
export type Predicate = (context: Readonly<Record<string, unknown>>) => unknown

/** A chain inside of a step, built on the context there. */
export interface Branch {
  /** Its name in paths; empty where its steps stand in the group itself. */
  readonly name: string
  readonly plan: Plan
  /** The keys that it sets. */
  readonly outs: readonly string[]
}

/** How several things at once are run. */
export interface GroupLimits {
  readonly concurrency: number
  /** Whether failures are results. */
  readonly settle: boolean
  /** The ms that others get to end when one has failed. */
  readonly grace: number
}

/** Branches that run at the same time. */
export interface Parallel extends GroupLimits {
  readonly kind: 'parallel'
  readonly branches: readonly Branch[]
  /** Whether what a branch gave goes under its name. */
  readonly named: boolean
}

/** The same for each of many items. */
export interface Loop extends GroupLimits {
  readonly kind: 'map' | 'each'
  readonly items: Argument
  /** What is done with one item, as a step that gets `item` and `index`. */
  readonly item: PlanStep
  /** The plan of that step alone. */
  readonly solo: Plan
  /** The chain that is run for each item; `null` where a function is called. */
  readonly branch: Branch | null
  /** Whether nothing is around the chain of an item. */
  readonly bare: boolean
  /** Whether nothing is around the items but their group, as far as the definition says. */
  readonly light: boolean
  /** How many items the function gets at once; 0 for one that is not in a list. */
  readonly batch: number
  /** How many items may fail: a number from 1, or below that a ratio of all. */
  readonly tolerate: number
}

/** One of two branches. */
export interface Choice {
  readonly kind: 'when'
  readonly predicate: Predicate
  readonly taken: Branch
  readonly otherwise: Branch | null
}

/** One branch alone: what is done with an item, where more is around that. */
export interface Whole {
  readonly kind: 'branch'
  readonly branch: Branch
}

/** What is run inside of a step, if that is more than a function or a chain. */
export type Flow = Parallel | Loop | Choice | Whole

/** What few steps have. */
export interface Rare {
  readonly when: Predicate | null
  /** What stands in for the output: a value, or what a function gives. */
  readonly fallback: { readonly value: unknown } | { readonly call: StepFunction } | null
  /** What undoes the step, as the plan of a step that gets `output`, or `error`. */
  readonly compensate: Plan | null
  readonly compensateUnknown: Plan | null
  readonly release: Plan | null
  /** Whether the output is not to be seen anywhere. */
  readonly sensitive: boolean
}

/** A step with everything decided that can be before a run. */
export interface PlanStep {
  readonly name: string
  readonly out: string | null
  readonly overwrite: boolean
  readonly fn: StepFunction
  /** The plan of the chain that the step runs; `null` where it calls a function. */
  readonly nested: (() => Plan) | null
  readonly kind: Exclude<NodeKind, 'run'>
  readonly flow: Flow | null
  /** The keys that its branches set, as the context has them. */
  readonly outs: readonly string[] | null
  readonly rare: Rare | null
  readonly arity: (typeof Arity)[keyof typeof Arity]
  readonly key0: string
  readonly key1: string
  readonly args: Arguments | null
  readonly policy: Policy | null
  /** The ms an attempt may take; 0 for no limit. */
  readonly timeout: number
  readonly validator: Validator | null
  readonly log: Template | LogCallback | null
  /** Whether the function is declared `async`, so that it cannot be part of a synchronous run. */
  readonly async: boolean
  /** Whether the clock is read when an attempt begins: nothing else would tell how long it took, or that it blocked for too long. */
  readonly clocked: boolean
  /** Whether nothing happens around the call but its retries, its timeout and its line. */
  readonly plain: boolean
  /** Whether it is plain, gets the context, says nothing, and needs no clock to be read. */
  readonly bare: boolean
}

/** What was said to a chain, one node behind the other; shared by all chains that were built on it. */
export interface Node {
  /** What the chain is made of apart from its nodes. */
  readonly header: Header
  readonly previous: Node | null
  readonly put: Put | null
  readonly step: PlanStep | null
  /** How many steps there are up to here, and how many nodes. */
  readonly steps: number
  readonly size: number
  /** Some bits of every key and name that is taken up to here. */
  readonly marks: number
  /** What is taken up to here; `null` where that is quicker to look up in the nodes. */
  readonly names: Names | null
}

/** A value that a chain puts into each context. */
export interface Put {
  readonly key: string
  readonly value: unknown
}

/** A definition, ready to be run any number of times at once. It is never changed. */
export interface Plan {
  readonly name: string
  readonly steps: readonly PlanStep[]
  readonly puts: readonly Put[]
  /** The last of the nodes that it was made of, which tell what keys it makes. */
  readonly tail: Node
  readonly input: Validator | null
  readonly settings: Settings
  /** The first step that is declared `async`. */
  readonly async: PlanStep | null
  /** Whether a step asks for the run's input as it was. */
  readonly usesInput: boolean
  /** A step that would retry for ever, where the definition sets no limit. */
  readonly endless: PlanStep | null
}

/** How the runner prints; `null` in its place prints nothing. */
export interface Printer {
  /** Whether lines of a level are seen by anybody: where not, none has to be made. */
  prints(level: LogLevel): boolean
  /** Prints what a step's `log` says. */
  line(at: PrintedStep, context: Readonly<Record<string, unknown>>, output: unknown): void
  /** Prints a message of a step itself. */
  print(at: PrintedStep, line: PrintedLine): void
}

/** A line before it is redacted. */
export interface PrintedLine {
  readonly level: LogLevel
  readonly message: string
  readonly fields?: LogFields | undefined
}

/** The step that a line is about. */
export interface PrintedStep {
  readonly chain: string
  readonly runId: string
  readonly path: string
  readonly log: PlanStep['log']
  /** The keys of the context that are not to be seen. */
  readonly sensitive?: ReadonlySet<string> | null
  /** Whether what the step gave is not to be seen. */
  readonly hidden?: boolean
  readonly report: (source: string, error: unknown) => void
}

/** Rewrites a text before it is printed. */
export type Redact = (text: string) => string

/** What keeps how long plain steps take, where nobody else is told of them. */
export interface Stopwatch {
  /**
   * Takes that a step is over that went well.
   * @param prefix what its path begins with
   * @param since when it began, by the run's clock
   * @returns the time, which is when the next one begins
   */
  lap(name: string, prefix: string, since: number): number
  /** What is told of the items of a loop, which have nothing around them but that. */
  items(path: string): ItemWatch
}

/** What keeps what becomes of the items of a loop. */
export interface ItemWatch {
  /** Takes that one begins; gives the time. */
  begin(): number
  /** Takes that one is over, with what it failed with. */
  end(item: { readonly index: number; readonly since: number }, error?: unknown): void
}

/** All that a run prints. */
export interface Output {
  /** What lines and the messages of errors are redacted with; it fails closed. */
  readonly redact: Redact
  /** Values as fields of a line: those with a key that is not to be seen are hidden. */
  readonly fields: (values: object, sensitive?: ReadonlySet<string> | null) => LogFields
  readonly printer: Printer | null
  /** The hooks that print the lines of a run itself. */
  readonly hooks: HookTable | null
  /** The same for a nested chain that redacts too. */
  readonly within: (inner: Redaction) => Output
  /** What keeps what happens in one run, and is told of it by one of the hooks. */
  readonly recorder?: Stopwatch
}

/** What surrounds a run: decided once for a chain, again only for a run with options of its own. */
export interface Surroundings {
  readonly settings: Settings
  readonly output: Output
  /** The hooks of the user. */
  readonly own: HookTable | null
  /** All hooks: those that print, then the user's. */
  readonly hooks: HookTable | null
  readonly clock: Clock
  /** Whether nothing happens around the calls of steps: no host, no hooks but those that are told of what happened. */
  readonly plain: boolean
  /** Whether nothing happens around the run either: what is not there need not be looked for at each step. */
  readonly bare: boolean
  /** Whether the clock was passed in: a test's, say, where limits are to be exact and reading it costs nothing. */
  readonly precise: boolean
  /** Whether a hook wants to know how long steps take. */
  readonly timed: boolean
  /** What is told of plain steps in the place of all hooks, where only a recorder wants to know. */
  readonly laps: Stopwatch | null
  /** Whether what steps are given is frozen. */
  readonly frozen: boolean
  /** Whether something may stop the run: a signal, a deadline. */
  readonly gated: boolean
}

/** What a chain is made of, apart from its nodes. */
export interface Header {
  readonly name: string
  readonly input: Validator | null
  readonly settings: Settings
}
