import * as Effect from 'effect/Effect'
import type { Candidate } from '../candidate.ts'
import { CONCURRENCY } from '../groups.ts'
import { type Context, copied, type Pipeline, RETRIES, type Step, TIMEOUT } from '../pipelines.ts'
import { handle } from './hand.ts'

function call({ run, policy }: Step): (context: Context) => Effect.Effect<unknown, unknown> {
  if (!policy) return (context) => Effect.promise(async () => run(context, handle))
  return (context) =>
    Effect.tryPromise(async () => run(context, handle)).pipe(Effect.timeout(TIMEOUT), Effect.retry({ times: RETRIES }))
}

function program(
  { steps }: Pipeline,
  effectOf: (step: Step) => (context: Context) => Effect.Effect<unknown, unknown>,
): (input: Context) => Effect.Effect<Context, unknown> {
  const effects = steps.map((step) => ({ key: step.key, effect: effectOf(step) }))
  return (input) =>
    Effect.gen(function* () {
      const context: Context = copied(input)
      for (const { key, effect } of effects) context[key] = yield* effect(context)
      return context
    })
}

/** A generator program, with timeout and retry around each effect; forEach and all. */
export const effect: Candidate = {
  build(pipeline) {
    const run = program(pipeline, call)
    return (input) => Effect.runPromise(run(input))
  },
  buildSync(pipeline) {
    const run = program(pipeline, (step) => (context) => Effect.sync(() => step.run(context, handle)))
    return (input) => Effect.runSync(run(input))
  },
  map({ apply }) {
    const call = (item: never, index: number): Effect.Effect<unknown> => Effect.promise(async () => apply(item, index))
    return async ({ items }) => {
      const list = Effect.forEach(items as never[], call, { concurrency: CONCURRENCY })
      return { items, list: await Effect.runPromise(list) }
    }
  },
  parallel({ steps }) {
    return async (input) => {
      const effects: Record<string, Effect.Effect<unknown>> = {}
      for (const { key, run } of steps) effects[key] = Effect.promise(async () => run(input, handle))
      const all = Effect.all(effects, { concurrency: 'unbounded' })
      return Object.assign(copied(input), await Effect.runPromise(all))
    }
  },
}
