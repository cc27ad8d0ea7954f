import { concatMap, defer, firstValueFrom, type Observable, of, retry, timeout } from 'rxjs'
import type { Steps } from './steps.ts'

export function run(steps: Steps): Promise<unknown> {
  let source: Observable<object> = of({})
  for (const [out, step] of steps) {
    source = source.pipe(
      concatMap((context) =>
        defer(async () => ({ ...context, [out]: await step(context) })).pipe(
          timeout({ each: 5_000 }),
          retry({ count: 3, delay: 100 }),
        ),
      ),
    )
  }
  return firstValueFrom(source)
}
