import { mapLimit, parallel, retryable, timeout, waterfall as pass } from 'async'
import type { Candidate } from '../candidate.ts'
import { CONCURRENCY } from '../groups.ts'
import { type Context, copied, FIRST_DELAY, type Pipeline, RETRIES, TIMEOUT } from '../pipelines.ts'
import { handle } from './hand.ts'

type Task = (context: Context, callback: (error: Error | null, context: Context) => void) => void

function waterfall({ steps }: Pipeline, tasks: readonly unknown[]): (input: Context) => Promise<Context> {
  if (steps.length !== tasks.length) throw new RangeError('a task for each step')
  return (input) =>
    pass<Context>([
      (callback: (error: null, context: Context) => void) => callback(null, copied(input)),
      ...tasks,
    ] as never)
}

/** The waterfall of async, with retryable and timeout around each step; its mapLimit and parallel. */
export const asyncLibrary: Candidate = {
  build(pipeline) {
    const tasks = pipeline.steps.map(({ key, run, policy }) => {
      const task = async (context: Context): Promise<Context> => {
        context[key] = await run(context, handle)
        return context
      }
      if (!policy) return task
      return retryable({ times: RETRIES + 1, interval: FIRST_DELAY }, timeout(task as never, TIMEOUT))
    })
    return waterfall(pipeline, tasks)
  },
  buildSync({ steps }) {
    const tasks = steps.map(({ key, run }): Task => (context, callback) => {
      context[key] = run(context, handle)
      callback(null, context)
    })
    return (input) => {
      const context = copied(input)
      const first = (callback: (error: null, context: Context) => void): void => callback(null, context)
      pass([first, ...tasks] as never, (error) => {
        if (error != null) throw error
      })
      return context
    }
  },
  map(loop) {
    const apply = loop.apply as (item: never) => unknown
    // A function that is not async would have to call back.
    const iteratee = loop.async ? apply : async (item: never) => apply(item)
    return async ({ items }) => ({
      items,
      list: await mapLimit(items as never[], CONCURRENCY, iteratee as (item: never) => Promise<unknown>),
    })
  },
  parallel({ steps }) {
    return async (input) => {
      const tasks: Record<string, () => Promise<unknown>> = {}
      for (const { key, run } of steps) tasks[key] = async () => run(input, handle)
      return Object.assign(copied(input), await parallel(tasks as never))
    }
  },
}
