import type { Candidate, Run } from '../candidate.ts'
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
