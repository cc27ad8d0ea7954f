import {
  concatMap,
  defer,
  firstValueFrom,
  from,
  lastValueFrom,
  map,
  mergeMap,
  type Observable,
  of,
  type OperatorFunction,
  pipe,
  retry,
  timeout,
} from 'rxjs'
import type { Candidate } from '../candidate.ts'
import { CONCURRENCY } from '../groups.ts'
import { type Context, copied, FIRST_DELAY, RETRIES, type Step, TIMEOUT } from '../pipelines.ts'
import { handle } from './hand.ts'

type Operator = OperatorFunction<Context, Context>

function chained(operators: readonly Operator[]): (source: Observable<Context>) => Observable<Context> {
  return (pipe as (...given: readonly Operator[]) => Operator)(...operators)
}

function operator({ key, run, policy }: Step): Operator {
  return concatMap((context) => {
    const call = defer(async () => {
      context[key] = await run(context, handle)
      return context
    })
    return policy ? call.pipe(timeout({ each: TIMEOUT }), retry({ count: RETRIES, delay: FIRST_DELAY })) : from(call)
  })
}

/** Operators over one value: map for sync steps, concatMap for async ones, with timeout and retry; mergeMap over many. */
export const rxjs: Candidate = {
  build({ steps }) {
    const through = chained(steps.map(operator))
    return (input) => firstValueFrom(through(of(copied(input))))
  },
  buildSync({ steps }) {
    const through = chained(
      steps.map(({ key, run }) =>
        map((context) => {
          context[key] = run(context, handle)
          return context
        }),
      ),
    )
    return (input) => {
      let result = input
      through(of(copied(input))).subscribe((context) => (result = context))
      return result
    }
  },
  map({ apply }) {
    return async ({ items }) => {
      const list: unknown[] = []
      // It emits in the order in which they end.
      const each = mergeMap(async (item: never, index) => {
        list[index] = await apply(item, index)
      }, CONCURRENCY)
      await lastValueFrom(each(from(items as never[])), { defaultValue: undefined })
      return { items, list }
    }
  },
}
