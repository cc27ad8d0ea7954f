import { type Times, ratio } from './measure.ts'
import { COMPILER, type TypeFigures } from './types/costs.ts'

/** Everything that was measured on one version of Node. */
export interface Figures {
  /** Processor times, by job. */
  readonly times: ReadonlyMap<string, Times>
  /** ms over bare Node, by program. */
  readonly imports: ReadonlyMap<string, number>
  /** Bytes of a run in flight, by `job, candidate`. */
  readonly flight: ReadonlyMap<string, number>
  /** Bytes allocated by a run of ten steps, by `job, candidate`. */
  readonly allocation: ReadonlyMap<string, number>
  readonly soak: Readonly<Record<string, Remains>>
  /** Of the compilers, so only once, with the first version of Node. */
  readonly types?: TypeFigures
}

/** What is left of a soak. */
export interface Remains {
  /** How many runs, or items of one run, there were. */
  readonly runs: number
  readonly listeners: number
  readonly timers: number
  /** Bytes of heap after collections, less those at the start. */
  readonly heap: number
}

interface Target {
  readonly what: string
  /** The most it may be, by version of Node. */
  readonly most: Readonly<Record<string, number>>
  readonly measured: (figures: Figures) => number
}

const ofJob =
  (job: string, racer: string, base: string) =>
  (figures: Figures): number => {
    const times = figures.times.get(job)
    return times === undefined ? NaN : ratio(times, racer, base)
  }

const ofHeap =
  (job: string, racer: string) =>
  (figures: Figures): number =>
    (figures.flight.get(`${job}, ${racer}`) ?? NaN) / (figures.flight.get(`${job}, hand`) ?? NaN)

const worst =
  (of: (remains: Remains) => number) =>
  (figures: Figures): number =>
    Math.max(...Object.values(figures.soak).map(of))

const ofTypes =
  (base: string) =>
  ({ types }: Figures): number =>
    ratio(types?.compilers.get(COMPILER)?.times ?? new Map(), 'ours', base)

const ofCompletion =
  (steps: number) =>
  ({ types }: Figures): number =>
    types?.completions.get(steps) ?? NaN

const TIMED = { 24: 1, 20: 1.1 }
const ARGS = { 24: 1.15, 20: 1.15 }

/** The figures to reach: PERFORMANCE.md, and the budgets of DESIGN.md. */
export const TARGETS: readonly Target[] = [
  { what: 'J1', most: { 24: 4, 20: 4.5 }, measured: ofJob('J1', 'ours', 'hand') },
  { what: 'J2', most: { 24: 1.25, 20: 1.4 }, measured: ofJob('J2', 'ours', 'hand') },
  { what: 'J3, by hand all awaited', most: { 24: 1, 20: 1.1 }, measured: ofJob('J3', 'ours', 'hand, all awaited') },
  { what: 'J4', most: { 24: 1.3, 20: 1.5 }, measured: ofJob('J4', 'ours', 'hand') },
  { what: 'J4, steps use their signal', most: { 24: 1.6, 20: 5.6 }, measured: ofJob('J4', 'ours, signal', 'hand') },
  { what: 'J1 timed, by hand too', most: TIMED, measured: ofJob('J1', 'ours, timed', 'hand, timed') },
  { what: 'J2 timed, by hand too', most: TIMED, measured: ofJob('J2', 'ours, timed', 'hand, timed') },
  { what: 'J5', most: { 24: 0.9, 20: 0.9 }, measured: ofJob('J5', 'ours', 'hand') },
  { what: 'J6: ms of import', most: { 24: 3, 20: 3 }, measured: ({ imports }) => imports.get('ours') ?? NaN },
  { what: 'J7, plain', most: { 24: 1.4, 20: 1.4 }, measured: ofHeap('J2', 'ours') },
  { what: 'J7, with policies', most: { 24: 1.4, 20: 1.4 }, measured: ofHeap('J4', 'ours') },
  { what: 'J8', most: { 24: 1.7, 20: 3 }, measured: ofJob('J8', 'ours', 'hand') },
  { what: 'J8, policies', most: { 24: 3, 20: 3 }, measured: ofJob('J8, policies', 'ours', 'hand') },
  { what: 'J1, args to (context)', most: ARGS, measured: ofJob('J1', 'ours, args', 'ours') },
  { what: 'J2, args to (context)', most: ARGS, measured: ofJob('J2', 'ours, args', 'ours') },
  { what: 'J4, args to (context)', most: ARGS, measured: ofJob('J4', 'ours, args', 'ours') },
  { what: 'soak: listeners left', most: { 24: 0, 20: 0 }, measured: worst(({ listeners }) => listeners) },
  { what: 'soak: timers left', most: { 24: 0, 20: 0 }, measured: worst(({ timers }) => timers) },
  { what: 'soak: MB of heap left', most: { 24: 1, 20: 1 }, measured: worst(({ heap }) => heap / 2 ** 20) },
  { what: 'types: check time to Kysely, with', most: { 24: 1 / 3, 20: 1 / 3 }, measured: ofTypes('Kysely, with') },
  { what: 'types: check time to Hono', most: { 24: 1, 20: 1 }, measured: ofTypes('Hono') },
  { what: 'types: ms of a completion at 10 steps', most: { 24: 25, 20: 25 }, measured: ofCompletion(10) },
  { what: 'types: ms of a completion at 50 steps', most: { 24: 80, 20: 80 }, measured: ofCompletion(50) },
  { what: 'types: ms of a completion at 100 steps', most: { 24: 150, 20: 150 }, measured: ofCompletion(100) },
]
