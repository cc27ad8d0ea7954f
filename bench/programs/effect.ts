import * as Effect from 'effect/Effect'
import type { Steps } from './steps.ts'

export function run(steps: Steps): Promise<unknown> {
  const program = Effect.gen(function* () {
    const context: Record<string, unknown> = {}
    for (const [out, step] of steps) {
      const call = Effect.tryPromise(() => step(context))
      context[out] = yield* call.pipe(Effect.timeout(5_000), Effect.retry({ times: 3 }))
    }
    return context
  })
  return Effect.runPromise(program)
}
