import { chain } from 'stepchain'
import type { Candidate, Run } from '../candidate.ts'
import { CONCURRENCY, type Loop } from '../groups.ts'
import { type Context, type Pipeline, RETRIES, type Step, TIMEOUT } from '../pipelines.ts'

/** A chain that grows in a loop, with no more types than that leaves. */
interface LooseChain {
  next(fn: unknown, options: object): LooseChain
  map(items: string, fn: unknown, options: object): LooseChain
  parallel(branches: readonly ((chain: LooseChain) => LooseChain)[]): LooseChain
  with(hooks: object): LooseChain
  run(input: Context): Promise<Context>
  runSync(input: Context): Context
}

interface Style {
  readonly options?: object
  readonly step: (chain: LooseChain, step: Step) => LooseChain
  readonly finish?: (chain: LooseChain) => LooseChain
}

function make(style: Style): Candidate {
  const define = ({ name, steps }: Pipeline): LooseChain => {
    let grown = chain(name, style.options) as unknown as LooseChain
    for (const step of steps) grown = style.step(grown, step)
    return style.finish?.(grown) ?? grown
  }
  return {
    build(pipeline): Run {
      const defined = define(pipeline)
      return (input) => defined.run(input)
    },
    buildSync(pipeline): Run {
      const defined = define(pipeline)
      return (input) => defined.runSync(input)
    },
  }
}

// Options are written out, as in a program: to spread them would cost more than to read them.

/** Steps that get the context. */
export const context: Candidate = make({
  step: (grown, { run, key, policy }) =>
    grown.next(run, policy ? { out: key, retry: RETRIES, timeout: TIMEOUT } : { out: key }),
})

/** Steps that get what they ask for. */
export const args: Candidate = make({
  step: (grown, { apply, key, from, policy }) =>
    grown.next(
      apply,
      policy ? { out: key, args: [from], retry: RETRIES, timeout: TIMEOUT } : { out: key, args: [from] },
    ),
})

/** The ms that steps took; read by nobody, as figures mostly are. */
export const spent = { total: 0 }

const silent = { debug() {}, info() {}, warn() {}, error() {}, isLevelEnabled: () => false }

/** Timings of steps, and a log template that is not printed, since the level is off. */
export const timed: Candidate = make({
  options: { logger: silent },
  step: (grown, { run, key }) => grown.next(run, { out: key, log: `${key}={${key}}` }),
  finish: (grown) =>
    grown.with({
      afterStep({ duration }: { duration: number }) {
        spent.total += duration
      },
    }),
})

function loose(name: string): LooseChain {
  return chain(name) as unknown as LooseChain
}

function mapping(options: object): (loop: Loop) => Run {
  return ({ name, apply }) => {
    const defined = loose(name).map('items', apply, { out: 'list', concurrency: CONCURRENCY, ...options })
    return (input) => defined.run(input)
  }
}

/** A loop over items, and branches side by side. */
export const groups: Candidate = {
  ...context,
  map: mapping({}),
  parallel({ name, steps }) {
    const defined = loose(name).parallel(
      steps.map(
        ({ run, key }) =>
          (branch) =>
            branch.next(run, { out: key }),
      ),
    )
    return (input) => defined.run(input)
  },
}

/** A loop whose items have policies. */
export const guarded: Candidate = { ...context, map: mapping({ retry: RETRIES, timeout: TIMEOUT }) }
