import { type Action, type Call, type Given, type Node, type NodeOf, outsOf } from './model-chain.ts'
import fc from './property.ts'

/** A record without the keys that are undefined: counterexamples are to be short. */
function record<T>(model: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<T> {
  const isSaid = ([, value]: [string, unknown]): boolean => value !== undefined
  return fc.record(model).map((given) => Object.fromEntries(Object.entries(given).filter(isSaid)) as T)
}

/** Something that is there once in so many times. */
function rarely<T>(many: number, arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.oneof({ weight: many - 1, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary })
}

const yes = fc.constant(true as const)
/** Longer than anything else takes. */
const FOR_EVER = 50_000

const ms = fc.oneof(
  { weight: 3, arbitrary: fc.constant(0) },
  { weight: 8, arbitrary: fc.integer({ min: 1, max: 40 }) },
  { weight: 1, arbitrary: fc.constant(FOR_EVER) },
)
const delay = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 30 }))
const timeout = fc.integer({ min: 1, max: 60 })
const heeds = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 40 }), fc.constant(FOR_EVER))
const call = record<Call>({ ms, fails: rarely(4, yes) })
const retries = fc.integer({ min: 1, max: 2 })

const action = {
  calls: fc.array(call, { minLength: 1, maxLength: 3 }),
  heeds: fc.oneof(fc.constant(undefined), heeds),
}
const undo = record<Action>({
  calls: fc.array(record<Call>({ ms, fails: rarely(6, yes) }), { minLength: 1, maxLength: 2 }),
  heeds: rarely(4, heeds),
  retries: rarely(4, retries),
  delay: rarely(4, delay),
  timeout: rarely(4, timeout),
})

const tries = { retries: rarely(3, retries), delay: rarely(2, delay), timeout: rarely(4, timeout) }
const fallback = rarely(6, fc.constantFrom('value' as const, 'value' as const, 'throws' as const))
const again = rarely(3, yes)
const undoing = { compensate: rarely(3, undo), unknown: rarely(4, undo), release: rarely(4, undo) }
const skip = rarely(12, yes)
const limits = {
  concurrency: rarely(2, fc.integer({ min: 1, max: 3 })),
  grace: rarely(2, fc.integer({ min: 1, max: 60 })),
  settle: rarely(3, yes),
}

const name = fc.constant('')
const leaf = record<Node>({
  kind: fc.constant('step'),
  name,
  ...action,
  ...tries,
  fallback,
  ...undoing,
  skip,
  silent: rarely(8, yes),
})

function loop(steps: fc.Arbitrary<readonly Node[]>): fc.Arbitrary<Node> {
  const item = record<NodeOf<'map'>['item']>({ ...tries, again, fallback })
  const common = {
    name,
    count: fc.nat(5),
    from: fc.oneof(
      { weight: 3, arbitrary: fc.constant('array') },
      { weight: 1, arbitrary: fc.constantFrom('iterable', 'async') },
    ),
    does: fc.oneof(record<Action>(action), steps),
    item,
    ...undoing,
    skip,
    concurrency: limits.concurrency,
    grace: limits.grace,
  }
  const each = {
    kind: fc.constant('each'),
    ...common,
    batch: rarely(3, fc.integer({ min: 1, max: 3 })),
    tolerate: rarely(2, fc.constantFrom(1, 2, 0.3, 0.5, Infinity)),
    silent: rarely(2, yes),
  }
  return fc.oneof(record<Node>({ kind: fc.constant('map'), ...common, settle: limits.settle }), record<Node>(each))
}

function nodes(depth: number, least = 0): fc.Arbitrary<readonly Node[]> {
  return fc.array(node(depth), { minLength: least, maxLength: 3 })
}

function node(depth: number): fc.Arbitrary<Node> {
  if (depth === 0) return leaf
  const steps = nodes(depth - 1, 1)
  const around = { name, ...tries, again, skip }
  const chain = { kind: fc.constant('chain'), ...around, steps, fallback, ...undoing, silent: rarely(8, yes) }
  const parallel = {
    kind: fc.constant('parallel'),
    ...around,
    branches: fc.array(nodes(depth - 1), { maxLength: 3 }),
    named: rarely(2, yes),
    ...limits,
  }
  const when = {
    kind: fc.constant('when'),
    name,
    ...tries,
    again,
    yes: fc.boolean(),
    steps,
    otherwise: rarely(2, steps),
  }
  return fc.oneof(
    { weight: 4, arbitrary: leaf },
    { weight: 1, arbitrary: record<Node>(chain) },
    { weight: 2, arbitrary: record<Node>(parallel) },
    { weight: 2, arbitrary: loop(steps) },
    { weight: 1, arbitrary: record<Node>(when) },
  )
}

/** Gives all steps of a case names of their own, and takes away what their kind does not have. */
function named(steps: readonly Node[], next: () => string): readonly Node[] {
  return steps.map((given): Node => {
    const own = { ...given, name: next() }
    switch (own.kind) {
      case 'step':
        return own
      case 'parallel': {
        const branches = own.branches.map((branch) => named(branch, next))
        // With settle, the failure of a branch without an out would be seen by nobody.
        const seen = own.named || !own.settle || branches.every((branch) => outsOf(branch).length > 0)
        return seen ? { ...own, branches } : { ...own, branches, named: true }
      }
      case 'map':
      case 'each':
        return 'calls' in own.does ? own : { ...own, does: named(own.does, next) }
      case 'when':
        return own.otherwise === undefined
          ? { ...own, steps: named(own.steps, next) }
          : { ...own, steps: named(own.steps, next), otherwise: named(own.otherwise, next) }
      default:
        return { ...own, steps: named(own.steps, next) }
    }
  })
}

/** When something happens to a run; below 0: before it begins. */
const moment = fc.oneof(
  { weight: 9, arbitrary: fc.integer({ min: 1, max: 120 }) },
  { weight: 1, arbitrary: fc.constant(-1) },
)

/** A chain of any steps, and what happens to its run. */
export const cases: fc.Arbitrary<Given> = record<Given>({
  steps: nodes(2, 1),
  abort: rarely(4, moment),
  deadline: rarely(4, moment),
  limit: fc.constantFrom('timeout', 'date', 'function'),
  watched: fc.boolean(),
}).map((given) => {
  let count = 0
  return { ...given, steps: named(given.steps, () => `n${++count}`) }
})

const TIMES = new Set(['delay', 'timeout', 'heeds', 'abort', 'deadline'])

/** The same case without anything that takes time, or waits. */
export function instant<T>(given: T): T {
  if (Array.isArray(given)) return given.map(instant) as T
  if (typeof given !== 'object' || given === null) return given
  const entries = Object.entries(given).filter(([key]) => !TIMES.has(key))
  const timeless = entries.map(([key, value]: [string, unknown]) => {
    if (key === 'ms') return [key, 0]
    return [key, value === 'async' ? 'iterable' : instant(value)]
  })
  return Object.fromEntries(timeless) as T
}
