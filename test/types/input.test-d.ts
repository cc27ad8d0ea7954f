import { type } from 'arktype'
import { chain, type RunOptions, type StandardSchema } from 'stepchain'
import * as v from 'valibot'
import { describe, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import type { ContextOf, InputOf } from '../support/types-domain.ts'

const options: RunOptions = { timeout: 50 }

describe('the input of a run', () => {
  test('is required where it has a required key', async () => {
    const needs = chain<{ source: string; limit?: number }>()
    await needs.run({ source: 'x' })
    await needs.run({ source: 'x', limit: 1 }, options)
    // @ts-expect-error [ts2554] -- it is missing
    await needs.run()
    // @ts-expect-error [ts2741] -- so is its key
    await needs.run({})
    // @ts-expect-error [ts2345] -- it is missing
    await needs.run(undefined, options)
    // @ts-expect-error [ts2322] -- of another type
    await needs.run({ source: 1 })
    // @ts-expect-error [ts2561] -- a key that nobody asked for
    await needs.run({ source: 'x', lmit: 1 })
    // @ts-expect-error [ts2554] -- nor is there a run without it
    needs.runSync()
  })

  test('may be left out where it has none', async () => {
    for (const free of [chain(), chain('free')]) {
      await free.run()
      await free.run({})
      await free.run({}, options)
      await free.run(undefined, options)
      free.runSync()
      free.runSync(undefined, options)
      await free.safeRun()
      free.safeRunSync({}, options)
    }
    const optional = chain<{ limit?: number }>()
    await optional.run()
    await optional.run({ limit: 1 })
    // @ts-expect-error [ts2322] -- of another type
    await optional.run({ limit: '1' })
  })

  test('gives the options their types', async () => {
    await chain().run({}, { signal: AbortSignal.timeout(5), deadline: new Date(), logger: null, runId: 'a' })
    // @ts-expect-error [ts2561] -- an option that does not exist
    await chain().run({}, { timout: 5 })
    chain('named', { timeout: 50, logger: console })
    // @ts-expect-error [ts2353] -- the id is that of a run
    chain('named', { runId: 'a' })
  })
})

describe('a schema for the input', () => {
  test('of zod is what the run takes and what steps see', async () => {
    const typed = chain('zod', {
      input: z.object({ id: z.string().transform(Number), tags: z.array(z.string()).default([]) }),
    })
    expectTypeOf<InputOf<typeof typed>>().toEqualTypeOf<{ id: string; tags?: string[] | undefined }>()
    typed.next(
      (id, input) => {
        expectTypeOf(id).toEqualTypeOf<number>()
        expectTypeOf(input).toEqualTypeOf<{ id: number; tags: string[] }>()
      },
      { args: ['id', '$input'] },
    )
    expectTypeOf<ContextOf<typeof typed>>().toEqualTypeOf<{ id: number; tags: string[] }>()
  })

  test('of valibot', () => {
    const typed = chain('valibot', {
      input: v.object({
        at: v.pipe(
          v.string(),
          v.transform((text) => new Date(text)),
        ),
      }),
    })
    expectTypeOf<InputOf<typeof typed>>().toEqualTypeOf<{ at: string }>()
    expectTypeOf<ContextOf<typeof typed>>().toEqualTypeOf<{ at: Date }>()
  })

  test('of arktype', () => {
    const typed = chain('arktype', { input: type({ size: 'string.integer.parse' }) })
    expectTypeOf<InputOf<typeof typed>>().toEqualTypeOf<{ size: string }>()
    expectTypeOf<ContextOf<typeof typed>>().toEqualTypeOf<{ size: number }>()
  })

  test('may be checked against a type that is given', () => {
    const schema = z.object({ id: z.string() })
    const typed = chain<{ id: string }>('both', { input: schema })
    expectTypeOf<ContextOf<typeof typed>>().toEqualTypeOf<{ id: string }>()
    // @ts-expect-error [ts2322] -- the schema is for something else
    chain<{ id: number }>('both', { input: schema })
  })

  test('must be of an object', () => {
    // @ts-expect-error [ts2322] -- the context is an object
    chain('text', { input: z.string() })
  })

  test('may be any Standard Schema', () => {
    const own = {} as StandardSchema<{ a: string }, { a: number }>
    const typed = chain('own', { input: own })
    expectTypeOf<InputOf<typeof typed>>().toEqualTypeOf<{ a: string }>()
    expectTypeOf<ContextOf<typeof typed>>().toEqualTypeOf<{ a: number }>()
  })
})
