import { chain, type StepHandle } from 'stepchain'
import type { DynamicChain } from 'stepchain'
import type { Runnable } from 'stepchain'
import { describe, expectTypeOf, test } from 'vitest'
import { load, type ContextOf } from '../support/types-domain.ts'

declare const anyFunction: any
declare function givesAny(source: string): any
declare function givesUnknown(source: string): unknown
declare function takesAny(value: any): number
declare function takesUnknown(value: unknown): number

const loose = chain<{ any: any; unknown: unknown; never: never; source: string; object: object }>()

describe('any and unknown in the types of a user', () => {
  test('fit where they would elsewhere', () => {
    loose.next(load, { args: ['any', 'any.deep.down'] })
    loose.next(load, { args: ['never', 'never'] })
    loose.next(takesAny, { args: ['unknown'] })
    loose.next(takesUnknown, { args: ['unknown.deep.down'] })
    // @ts-expect-error [ts2322] -- unknown is no string
    loose.next(load, { args: ['unknown', 'any'] })
    // @ts-expect-error [ts2322] -- a missing ref is none either
    loose.next(takesAny, { args: ['nothing'] })
    // @ts-expect-error [ts2322] -- next to one that is unknown
    loose.next((a: unknown, b: unknown) => [a, b], { args: ['unknown', 'nothing'] })
  })

  test('type the parameters of a lambda', () => {
    loose.next(
      (any, deep, unknown, deeper) => {
        expectTypeOf(any).toBeAny()
        expectTypeOf(deep).toBeAny()
        expectTypeOf(unknown).toBeUnknown()
        expectTypeOf(deeper).toBeUnknown()
      },
      { args: ['any', 'any.deep', 'unknown', 'unknown.deep'] },
    )
  })

  test('are what the context has, where functions give them', () => {
    const chained = loose
      .next(givesAny, { out: 'a', args: ['source'] })
      .next(givesUnknown, { out: 'u', args: ['source'] })
      .next(JSON.parse, { out: 'json', args: ['source'] })
    const { a, u, json } = chained.runSync({} as never)
    expectTypeOf(a).toBeAny()
    expectTypeOf(u).toBeUnknown()
    expectTypeOf(json).toBeAny()
    chained.next((text: string, n: number) => text.repeat(n), { args: ['a.text', 'json.n'] })
  })

  test('as a function give unknown', () => {
    const chained = loose.next(anyFunction, { out: 'x' })
    expectTypeOf<ContextOf<typeof chained>>().toHaveProperty('x').toBeUnknown()
    loose.next(anyFunction, { out: 'x', args: ['source'], log: '{x} {result.y}' })
  })
})

describe('a dynamic chain', () => {
  const plugins: { name: string; fn: (context: Readonly<Record<string, unknown>>, step: StepHandle) => unknown }[] = []
  const functions: { out: string; args: string[]; fn: (...given: never[]) => unknown }[] = []

  test('is built in a loop', async () => {
    let dynamic = chain<Record<string, unknown>>('dynamic')
    for (const { name, fn } of plugins) dynamic = dynamic.next(fn, { out: name })
    for (const { out, args, fn } of functions) dynamic = dynamic.next(fn, { out, args, log: `{${out}}`, retry: 2 })
    for (const { fn } of plugins) dynamic = dynamic.tap(fn).put('x', 1)
    expectTypeOf(dynamic).toEqualTypeOf<DynamicChain>()
    expectTypeOf(await dynamic.run()).toEqualTypeOf<Record<string, unknown>>()
    expectTypeOf(dynamic.runSync({ a: 1 })).toEqualTypeOf<Record<string, unknown>>()
  })

  test('may be annotated, and gives lambdas the record', () => {
    let dynamic: DynamicChain = chain<Record<string, unknown>>('dynamic')
    dynamic = dynamic.next((context, step) => [context['a'], step.attempt], { out: 'a' })
    expectTypeOf<ContextOf<typeof dynamic>>().toEqualTypeOf<Record<string, unknown>>()
  })

  test('keeps what is known of its input', () => {
    const partly = chain<{ id: string; [key: string]: unknown }>()
      .next(({ id }) => id.length, { out: 'n' })
      .next((id: string) => id, { out: 'copy', args: ['id'] })
    expectTypeOf<ContextOf<typeof partly>>().toEqualTypeOf<{ [key: string]: unknown; id: string }>()
    // @ts-expect-error [ts2741] -- it is required
    void partly.run({ other: 1 })
  })

  test('may take others in, and be taken in', () => {
    const typed = chain<{ id: string }>().put('n', 1)
    chain<Record<string, unknown>>().use(typed).next(typed, { out: 'inner' })
    const outer = typed.next(chain<Record<string, unknown>>('dynamic'), { out: 'bag', args: { a: 'id' } })
    expectTypeOf<ContextOf<typeof outer>>().toExtend<{ n: number; bag: Record<string, unknown> }>()
    expectTypeOf(chain<Record<string, unknown>>()).toExtend<Runnable<{}, Record<string, unknown>>>()
  })

  test('still checks its options', () => {
    // @ts-expect-error [ts2769] -- an option that does not exist
    chain<Record<string, unknown>>().next(() => 1, { out: 'x', retires: 2 })
  })
})
