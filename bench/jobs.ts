import type { Candidate } from './candidate.ts'
import type { Kind } from './pipelines.ts'

/** One who takes part in a job. */
interface Entrant {
  readonly load: () => Promise<Candidate>
  /** The kind of its steps, where that is not the job's. */
  readonly kind?: Kind
}

/** What a run is: steps in a row, a loop over items, or branches side by side. */
export type Shape = 'steps' | 'map' | 'parallel'

/** Something to be done by all in their own way. */
export interface Job {
  readonly title: string
  readonly shape: Shape
  readonly kind: Kind
  readonly policy: boolean
  /** Whether the definition is made anew for each run. */
  readonly rebuild: boolean
  /** The first one is what the others are compared with. */
  readonly entrants: Readonly<Record<string, Entrant>>
}

const hand = {
  sync: { load: async () => (await import('./candidates/hand.ts')).sync },
  awaited: { load: async () => (await import('./candidates/hand.ts')).awaited },
  mixed: { load: async () => (await import('./candidates/hand.ts')).mixed },
  timedSync: { load: async () => (await import('./candidates/hand-timed.ts')).sync },
  timed: { load: async () => (await import('./candidates/hand-timed.ts')).awaited },
  retrying: { load: async () => (await import('./candidates/hand-policy.ts')).retrying },
  timer: { load: async () => (await import('./candidates/hand-policy.ts')).timer, kind: 'signal' },
  groups: { load: async () => (await import('./candidates/hand.ts')).groups },
} satisfies Record<string, Entrant>

const ours = {
  ours: { load: async () => (await import('./candidates/ours.ts')).context },
  'ours, args': { load: async () => (await import('./candidates/ours.ts')).args },
}
const timed = { 'ours, timed': { load: async () => (await import('./candidates/ours.ts')).timed } }
const signal = { 'ours, signal': { ...ours.ours, kind: 'signal' } } satisfies Record<string, Entrant>
const groups = { ours: { load: async () => (await import('./candidates/ours.ts')).groups } }
const guarded = { 'ours, policies': { load: async () => (await import('./candidates/ours.ts')).guarded } }

const pipes = {
  'p-pipe, p-retry, p-timeout': { load: async () => (await import('./candidates/p-libraries.ts')).pLibraries },
}
const pMap = { 'p-map': { load: async () => (await import('./candidates/p-libraries.ts')).pLibraries } }
const others = {
  async: { load: async () => (await import('./candidates/async.ts')).asyncLibrary },
  rxjs: { load: async () => (await import('./candidates/rxjs.ts')).rxjs },
  Effect: { load: async () => (await import('./candidates/effect.ts')).effect },
}
const cockatiel = { cockatiel: { load: async () => (await import('./candidates/cockatiel.ts')).cockatiel } }
const hookable = { hookable: { load: async () => (await import('./candidates/hookable.ts')).hookable } }

const plain = { shape: 'steps', kind: 'async', policy: false, rebuild: false } as const

/** The jobs of PERFORMANCE.md that are measured in time. */
export const jobs: Readonly<Record<string, Job>> = {
  J1: {
    ...plain,
    title: 'ten sync steps with named outputs',
    kind: 'sync',
    entrants: { hand: hand.sync, 'hand, timed': hand.timedSync, ...ours, ...timed, ...hookable, ...others },
  },
  J2: {
    ...plain,
    title: 'ten async steps',
    entrants: { hand: hand.awaited, 'hand, timed': hand.timed, ...ours, ...timed, ...pipes, ...hookable, ...others },
  },
  J3: {
    ...plain,
    title: 'five sync, five async',
    kind: 'mixed',
    entrants: { hand: hand.mixed, 'hand, all awaited': hand.awaited, ...ours, ...pipes, ...others },
  },
  J4: {
    ...plain,
    title: 'ten async steps with 3 retries and a timeout; by hand a retry loop without a timer',
    policy: true,
    entrants: { hand: hand.retrying, 'hand, timer': hand.timer, ...ours, ...signal, ...pipes, ...others, ...cockatiel },
  },
  J5: {
    ...plain,
    shape: 'map',
    title: '10,000 items through an async function, 16 at once; by hand 16 workers',
    entrants: { hand: hand.groups, ...groups, ...guarded, ...pMap, ...others },
  },
  J8: {
    ...plain,
    title: 'J2 with the definition made for each run',
    rebuild: true,
    entrants: { hand: hand.awaited, ...ours, ...pipes, ...others },
  },
  'J8, policies': {
    ...plain,
    title: 'J4 with the definition made for each run',
    policy: true,
    rebuild: true,
    entrants: { hand: hand.retrying, ...ours, ...pipes, ...others, ...cockatiel },
  },
  J9: {
    ...plain,
    shape: 'parallel',
    title: 'four async steps side by side, their outputs in one context; by hand Promise.all',
    entrants: { hand: hand.groups, ...groups, async: others.async, Effect: others.Effect },
  },
}
