import type { Candidate, Run } from '../candidate.ts'
import { CONCURRENCY } from '../groups.ts'
import { type Context, copied, type Pipeline, type StepFunction } from '../pipelines.ts'

/** The functions of ten steps. */
export type Ten = readonly [StepFunction, StepFunction, StepFunction, StepFunction, StepFunction, ...Five]
type Five = readonly [StepFunction, StepFunction, StepFunction, StepFunction, StepFunction]

/** What hand-written code gives to steps that want a handle. */
export const handle: Parameters<StepFunction>[1] = { signal: new AbortController().signal }

function loop({ steps }: Pipeline): Run {
  return async (input) => {
    const context = copied(input)
    for (const { key, run } of steps) context[key] = await run(context, handle)
    return context
  }
}

/**
 * Code written for ten steps: what a program without a library looks like. Only the functions come from outside.
 * How the other pipelines are written matters little: code that is written out shares no call with them.
 */
export function written(code: (functions: Ten) => Run): Candidate {
  return {
    fixed: true,
    build: (pipeline) =>
      pipeline.steps.length === 10 ? code(pipeline.steps.map(({ run }) => run) as unknown as Ten) : loop(pipeline),
  }
}

/** Nothing is awaited. */
export const sync: Candidate = written((f) => (input) => {
  const context: Context = { n: input.n }
  context.k0 = f[0](context, handle)
  context.k1 = f[1](context, handle)
  context.k2 = f[2](context, handle)
  context.k3 = f[3](context, handle)
  context.k4 = f[4](context, handle)
  context.k5 = f[5](context, handle)
  context.k6 = f[6](context, handle)
  context.k7 = f[7](context, handle)
  context.k8 = f[8](context, handle)
  context.k9 = f[9](context, handle)
  return context
})

/** Everything is awaited. */
export const awaited: Candidate = written((f) => async (input) => {
  const context: Context = { n: input.n }
  context.k0 = await f[0](context, handle)
  context.k1 = await f[1](context, handle)
  context.k2 = await f[2](context, handle)
  context.k3 = await f[3](context, handle)
  context.k4 = await f[4](context, handle)
  context.k5 = await f[5](context, handle)
  context.k6 = await f[6](context, handle)
  context.k7 = await f[7](context, handle)
  context.k8 = await f[8](context, handle)
  context.k9 = await f[9](context, handle)
  return context
})

/** Every other step is awaited: those that are asynchronous in the mixed pipeline. */
export const mixed: Candidate = written((f) => async (input) => {
  const context: Context = { n: input.n }
  context.k0 = f[0](context, handle)
  context.k1 = await f[1](context, handle)
  context.k2 = f[2](context, handle)
  context.k3 = await f[3](context, handle)
  context.k4 = f[4](context, handle)
  context.k5 = await f[5](context, handle)
  context.k6 = f[6](context, handle)
  context.k7 = await f[7](context, handle)
  context.k8 = f[8](context, handle)
  context.k9 = await f[9](context, handle)
  return context
})

/** Workers that share an index: each takes the next item when it is done with one. */
async function mapped(
  items: readonly never[],
  apply: (item: never, index: number) => unknown,
  concurrency: number,
): Promise<unknown[]> {
  const list = new Array<unknown>(items.length)
  let next = 0
  const work = async (): Promise<void> => {
    while (next < items.length) {
      const index = next++
      list[index] = await apply(items[index] as never, index)
    }
  }
  const workers: Promise<void>[] = []
  for (let worker = 0; worker < concurrency && worker < items.length; worker++) workers.push(work())
  await Promise.all(workers)
  return list
}

/** A loop over items, and branches side by side. */
export const groups: Candidate = {
  fixed: true,
  build: loop,
  map:
    ({ apply }) =>
    async ({ items }) => ({ items, list: await mapped(items as never[], apply, CONCURRENCY) }),
  parallel({ steps }) {
    const functions = steps.map(({ run }) => run)
    if (steps.length === 4) return fourAtOnce(functions as unknown as Four)
    return async (input) => {
      const outputs = await Promise.all(functions.map((run) => run(input, handle)))
      const context = copied(input)
      for (const [index, { key }] of steps.entries()) context[key] = outputs[index]
      return context
    }
  },
}

type Four = readonly [StepFunction, StepFunction, StepFunction, StepFunction]

/** Code written for four branches. */
function fourAtOnce(f: Four): Run {
  return async (input) => {
    const [k0, k1, k2, k3] = await Promise.all([
      f[0](input, handle),
      f[1](input, handle),
      f[2](input, handle),
      f[3](input, handle),
    ])
    return { n: input.n, k0, k1, k2, k3 }
  }
}
