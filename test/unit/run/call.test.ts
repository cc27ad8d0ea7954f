import { chain, literal, type StepHandle } from 'stepchain'
import { describe, expect } from 'vitest'
import { promised } from '../../support/promises.ts'
import { untyped } from '../../support/untyped.ts'

const all = (...given: unknown[]): unknown[] => given

interface User {
  readonly user: { readonly name: string; readonly tags: readonly string[] }
}

const input: User = { user: { name: 'Ada', tags: ['a', 'b'] } }

describe('what a step is called with', () => {
  const cases: readonly { readonly title: string; readonly args: unknown; readonly got: readonly unknown[] }[] = [
    { title: 'nothing', args: [], got: [] },
    { title: 'a key', args: ['user'], got: [input.user] },
    { title: 'a path', args: ['user.name'], got: ['Ada'] },
    { title: 'a path through an array', args: ['user.tags.1'], got: ['b'] },
    { title: 'the length of an array', args: ['user.tags.length'], got: [2] },
    {
      title: 'values that are no strings',
      args: [1, null, undefined, true, { a: 'user' }],
      got: [1, null, undefined, true, { a: 'user' }],
    },
    { title: 'a literal string', args: [literal('user'), 'user.name'], got: ['user', 'Ada'] },
    { title: 'names', args: { who: 'user.name', size: 5 }, got: [{ who: 'Ada', size: 5 }] },
    { title: 'two keys', args: ['user', 'user'], got: [input.user, input.user] },
    { title: 'a key that is missing', args: ['missing'], got: [undefined] },
    { title: 'a path that leads nowhere', args: ['user.age.years'], got: [undefined] },
    {
      title: 'what every object has, which is missing',
      args: ['toString', 'user.toString'],
      got: [undefined, undefined],
    },
    { title: 'the input', args: ['$input', '$input.user.name'], got: [input, 'Ada'] },
    { title: 'parts of the handle', args: ['$step.name', '$step.attempt'], got: ['a', 1] },
  ]
  for (const { title, args, got } of cases) {
    promised(`${title}, the same synchronously`, async (given) => {
      const definition = untyped('c').next(all, { out: 'a', args })

      expect(await given.run(definition, input)).toEqual({ ok: true, context: { ...input, a: got } })
      expect(given.runSync(definition, input)).toEqual({ ok: true, context: { ...input, a: got } })
    })
  }

  promised('without args: the context and the handle', async (given) => {
    const seen: unknown[] = []
    await given.run(
      chain<User>('c').next((...args: [object, StepHandle]) => void seen.push(...args), { name: 'a' }),
      input,
    )

    expect(seen).toMatchObject([input, { name: 'a' }])
  })

  promised('the signal is that of the attempt', async (given) => {
    const definition = chain('c').next((signal: AbortSignal, step: StepHandle) => signal === step.signal, {
      out: 'same',
      args: ['$signal', '$step'],
    })

    expect(await given.run(definition)).toEqual({ ok: true, context: { same: true } })
  })

  promised('$input is the input as it was, without puts and outputs, and frozen', async (given) => {
    const definition = chain<{ a: number }>('c')
      .put('p', 1)
      .next(() => 2, { out: 'a', overwrite: true, args: [] })
      .next((given_: object) => [Object.isFrozen(given_), { ...given_ }], { out: 'seen', args: ['$input'] })

    expect(await given.run(definition, { a: 1 })).toMatchObject({ context: { seen: [true, { a: 1 }] } })
  })

  promised('an accessor on the way is read once, and a throwing one fails the step', async (given) => {
    let reads = 0
    const user = {
      get name(): string {
        if (++reads > 1) throw new Error('getter')
        return 'Ada'
      },
    }
    const definition = chain<{ user: { name: string } }>('c').next(all, { out: 'a', args: ['user.name'] })

    expect(await given.run(definition, { user })).toMatchObject({ ok: true, context: { a: ['Ada'] } })
    expect(await given.run(definition, { user })).toMatchObject({ ok: false, error: { code: 'SC_STEP', step: 'a' } })
  })

  promised('a method is passed as it is, and never called', async (given) => {
    let calls = 0
    const definition = untyped('c').next((fn: unknown) => typeof fn, { out: 'a', args: ['user.drop'] })

    expect(await given.run(definition, { user: { drop: () => calls++ } })).toMatchObject({ context: { a: 'function' } })
    expect(calls).toBe(0)
  })
})

describe('strict', () => {
  const lost = untyped('c')
    .next(all, { out: 'a', args: ['user.name'] })
    .next(all, { out: 'b', args: ['missing'] })

  promised('row 16: a key that nothing makes: SC_REFERENCE before the first step', async (given) => {
    let calls = 0
    const definition = untyped('c')
      .tap(() => calls++)
      .next(all, { out: 'b', args: ['a', 'missing.deep'] })
    for (const outcome of [
      await given.run(definition, { a: 1 }, { strict: true }),
      given.runSync(definition, { a: 1 }, { strict: true }),
    ]) {
      expect(outcome).toMatchObject({ ok: false, error: { code: 'SC_REFERENCE', step: 'b' } })
      expect(outcome.ok || outcome.error.message).toBe(
        "Chain 'c', step 'b': the ref 'missing.deep' leads nowhere; there is a",
      )
    }
    expect(calls).toBe(0)
  })

  promised('row 17: a key that only a later step makes', async (given) => {
    const definition = untyped('c')
      .next(all, { out: 'a', args: ['b'] })
      .next(() => 1, { out: 'b', args: [] })

    expect((await given.failure(definition, { strict: true })).code).toBe('SC_REFERENCE')
    expect((await given.run(definition)).ok).toBe(true)
  })

  promised('a path that leads nowhere fails its step, which is not retried', async (given) => {
    const definition = untyped('c').next(all, { out: 'a', args: ['user.age'], retry: 5 })
    const error = await given.failure(definition, { input, strict: true })

    expect(error).toMatchObject({
      code: 'SC_REFERENCE',
      step: 'a',
      message: "Step 'a': the ref 'user.age' leads nowhere",
    })
  })

  promised('row 54: a key that holds undefined is no missing one', async (given) => {
    const definition = untyped('c')
      .next(() => undefined, { out: 'u', args: [] })
      .next(all, { out: 'a', args: ['u', 'user.none'] })
      .next(all, { out: 'one', args: ['u'] })
    const outcome = await given.run(definition, { user: { none: undefined } }, { strict: true })

    expect(outcome).toMatchObject({ ok: true, context: { a: [undefined, undefined], one: [undefined] } })
    expect(outcome.ok && 'u' in outcome.context).toBe(true)
  })

  promised('passes what is there, one key, two or many', async (given) => {
    for (const args of [['a'], ['a', 'b'], ['a', 'b', 'a']]) {
      const outcome = await given.run(untyped('c').next(all, { out: 'got', args }), { a: 1, b: 2 }, { strict: true })

      expect(outcome).toMatchObject({ context: { got: args.map((key) => (key === 'a' ? 1 : 2)) } })
    }
  })

  promised('without it such refs are undefined', async (given) => {
    expect(await given.run(lost, input)).toMatchObject({ ok: true, context: { a: ['Ada'], b: [undefined] } })
  })
})
