import { chain, secret, type Secret } from 'stepchain'
import { expectTypeOf, test } from 'vitest'

test('a secret gives what it was made of', () => {
  expectTypeOf(secret('0123456789', { label: 'a' })).toEqualTypeOf<Secret<string>>()
  expectTypeOf(secret({ user: 'someone', pin: 1 }, { label: 'a' }).reveal()).toEqualTypeOf<{
    user: string
    pin: number
  }>()
  // @ts-expect-error [ts2741] -- a secret needs a label
  secret('0123456789', {})
  // @ts-expect-error [ts2741] -- nobody else can make one
  const made: Secret<string> = { label: 'a', reveal: () => 'b' }
  expectTypeOf(made.label).toEqualTypeOf<string>()
})

test('a secret in the context is one, and a sensitive step gives what any step does', () => {
  const key = secret('0123456789', { label: 'a' })
  const steps = chain('c')
    .put('key', key)
    .next(({ key: own }) => own.reveal().length, { out: 'length', sensitive: true })
    .tap(() => {}, { sensitive: false })
  expectTypeOf<Awaited<ReturnType<typeof steps.run>>['length']>().toEqualTypeOf<number>()
  // @ts-expect-error [ts2322] -- it is true or false
  steps.tap(() => {}, { sensitive: 1 })
})

test('rules are names, paths and a function, or a function alone', () => {
  chain('c', { redact: (text) => text.trim() })
  chain('c', {
    redact: { keys: ['a', /b/], paths: ['a.*.b'], text: (text) => text.trim() },
    printLimits: { value: 10 },
  })
  chain('c', { redact: { keys: false } })
  // @ts-expect-error [ts2322] -- true would be no rule
  chain('c', { redact: { keys: true } })
  // @ts-expect-error [ts2561] -- there is no such limit
  chain('c', { printLimits: { values: 10 } })
})
