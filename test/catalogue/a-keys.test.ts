import type { StepchainError } from 'stepchain'
import { describe, expect } from 'vitest'
import { type Case, promised } from '../support/promises.ts'
import { RecordingHost } from '../support/recording-host.ts'
import { flaky } from '../support/steps.ts'
import { Tally } from '../support/tally.ts'
import { expectRefusal, type Loose, type Refusal } from '../support/untyped.ts'

const ofStep = /^Chain 'orders', step (#\d+|'[^']*'): /

function refused(given: Case, options: object, before: (chain: Loose) => Loose = (chain) => chain): StepchainError {
  return given.refused((step) => before(given.chain('orders')).next(step, options), options)
}

/** Expects a key to be refused wherever the context could get it. */
function expectNoKey(given: Case, key: unknown, refusal: Pick<Refusal, 'value' | 'expected'>): void {
  for (const options of [{ out: key }, { out: key, name: 'load' }, { out: key, overwrite: true }])
    expectRefusal(refused(given, options), { ...refusal, at: ofStep, option: 'out' })
  const put = given.refused(() => given.chain('orders').put(key, 1))
  expectRefusal(put, { ...refusal, at: "Chain 'orders': ", option: 'the key of put' })
}

describe('a key', () => {
  for (const key of ['__proto__', 'constructor', 'prototype']) {
    promised(`row 1: ${key} is SC_DEFINITION, and nothing is assigned`, (given) => {
      expectNoKey(given, key, { value: `"${key}"`, expected: 'not reserved' })
      expect(({} as { out?: unknown }).out).toBeUndefined()
    })
  }

  for (const key of ['toString', 'hasOwnProperty']) {
    promised(`row 2: ${key} is the key of own data`, async (given) => {
      const options = { out: key, args: [] }
      const definition = given
        .build(() => given.chain().next(() => 7, options), options)
        .next((value: unknown) => value, { out: 'copy', args: [key] })
      const outcome = await given.run(definition)

      expect(outcome).toEqual({ ok: true, context: { [key]: 7, copy: 7 } })
      expect(outcome.ok && Object.hasOwn(outcome.context, key)).toBe(true)
    })
  }

  promised('row 2: then is SC_DEFINITION, for a context must be no thenable', (given) => {
    expectNoKey(given, 'then', { value: '"then"', expected: 'not reserved' })
  })

  const none: readonly (readonly [string, unknown, string])[] = [
    ['empty text', '', '""'],
    ['a space', ' ', '" "'],
    ['a number', 5, '5'],
    ['null', null, 'null'],
    ['a symbol', Symbol('s'), 'Symbol(s)'],
    ['an object', {}, '[object Object]'],
  ]
  for (const [title, key, value] of none) {
    promised(`row 3: ${title} is SC_DEFINITION`, (given) => {
      expectNoKey(given, key, { value, expected: 'a plain name' })
    })
  }

  promised('row 3: undefined is none to put; a step whose out is undefined stores nothing', async (given) => {
    const put = given.refused(() => given.chain('orders').put(undefined, 1))
    const definition = given.chain().next(() => 1, { out: undefined, args: [] })

    expectRefusal(put, {
      at: "Chain 'orders': ",
      option: 'the key of put',
      value: 'undefined',
      expected: 'a plain name',
    })
    expect(await given.run(definition)).toEqual({ ok: true, context: {} })
  })

  for (const key of ['a.b', 'a[0]', '{a}']) {
    promised(`row 4: ${key}, which no ref could name, is SC_DEFINITION`, (given) => {
      expectNoKey(given, key, { value: `"${key}"`, expected: 'without dots, brackets or braces' })
    })
  }

  promised('row 5: that an earlier step or put has is SC_DEFINITION, unless it is to be overwritten', async (given) => {
    const taken = { option: 'out', value: '"x"', expected: 'overwrite: true' }
    const first = (chain: Loose): Loose => chain.next(() => 1, { out: 'x', args: [] })
    const put = (chain: Loose): Loose => chain.put('x', 1)
    for (const before of [first, put]) {
      expectRefusal(refused(given, { out: 'x' }, before), taken)
      expectRefusal(refused(given, { out: 'x', name: 'again' }, before), {
        ...taken,
        at: "Chain 'orders', step 'again': ",
      })
      const error = given.refused(() => before(given.chain('orders')).put('x', 2))
      expectRefusal(error, { ...taken, at: "Chain 'orders': ", option: 'the key of put', expected: 'not taken' })
      const over = before(given.chain()).next((x: number) => x + 1, { out: 'x', args: ['x'], overwrite: true })
      expect(await given.run(over)).toEqual({ ok: true, context: { x: 2 } })
    }
  })

  promised(
    'row 6: that the input has is SC_DEFINITION before any step, unless it is to be overwritten',
    async (given) => {
      const step = flaky(0, 1)
      const makers = [given.chain().tap(step).next(step, { out: 'x', args: [] }), given.chain().tap(step).put('x', 1)]
      for (const definition of makers) {
        const error = await given.failure(definition, { input: { x: 5 } })

        expect(error.code).toBe('SC_DEFINITION')
        expect(error.message).toMatch(/^Chain 'c': .*'x'.*overwrite: true/)
        expect(given.runSync(definition, { x: 5 })).toMatchObject({ ok: false, error: { code: 'SC_DEFINITION' } })
      }
      const double = given.chain().next((x: number) => x * 2, { out: 'x', args: ['x'], overwrite: true })

      expect(await given.run(double, { x: 5 })).toEqual({ ok: true, context: { x: 10 } })
      expect(step.calls).toBe(0)
    },
  )
})

describe('the name of a step', () => {
  promised('row 7: that another step has is SC_DEFINITION', (given) => {
    const named = (chain: Loose): Loose => chain.next(() => 1, { name: 'load' })
    const keyed = (chain: Loose): Loose => chain.next(() => 1, { out: 'load' })
    const taken = {
      at: "Chain 'orders', step 'load': ",
      option: 'name',
      value: '"load"',
      expected: 'no other step has',
    }
    expectRefusal(refused(given, { name: 'load' }, named), taken)
    expectRefusal(refused(given, { name: 'load' }, keyed), taken)
    expectRefusal(refused(given, { out: 'load' }, named), taken)
  })

  promised('row 7: is the key of its output where none is given, else its number: never empty', async (given) => {
    const tally = new Tally()
    const definition = given
      .chain()
      .next(() => 1, { out: 'first' })
      .next(() => 1, {})
      .tap(() => 1)
      .next(() => 2, { out: 'first', overwrite: true })
    await given.run(definition, {}, { hooks: tally.hooks })

    expect(tally.of('beforeStep').map(({ name }) => name)).toEqual(['first', 'step-2', 'step-3', 'first-4'])
  })

  const bad: readonly (readonly [string, unknown, string])[] = [
    ['129 characters', 'x'.repeat(129), `"${'x'.repeat(80)}…"`],
    ['1 MB', 'x'.repeat(1_000_000), `"${'x'.repeat(80)}…"`],
    ['CR and LF', 'a\r\nb', String.raw`"a\r\nb"`],
    ['an ANSI sequence', '\u001b[31mred', String.raw`"\u001b[31mred"`],
    ['NUL', 'nul\0', String.raw`"nul\u0000"`],
    ['letters beyond ASCII', 'größe', '"größe"'],
    ['nothing', '', '""'],
  ]
  for (const [title, name, value] of bad) {
    promised(`row 8: of ${title} is SC_DEFINITION`, (given) => {
      const refusal = { value, expected: '1 to 128 printable ASCII characters' }
      const error = refused(given, { name })

      expectRefusal(error, { ...refusal, at: ofStep, option: 'name' })
      expect(error.message.length).toBeLessThan(400)
      expect(`${error.message}${error.step}`).not.toMatch(/\p{Cc}/u)
      const ofChain = given.refused(() => given.chain(name as string))
      expectRefusal(ofChain, { ...refusal, at: "Chain '': ", option: 'the name of the chain' })
    })
  }

  promised('row 8: of 128 characters is good', async (given) => {
    const name = 'x'.repeat(128)
    expect(await given.run(given.chain(name).next(() => 1, { name, out: 'x', args: [] }))).toMatchObject({ ok: true })
  })

  promised(
    'row 8: with those around it makes a path of 256 characters at most, where a host keeps it',
    async (given) => {
      const inner = given.chain('inner').next(() => 1, { name: 'y'.repeat(128), args: [] })
      const outer = (length: number): Loose => given.chain().next(inner, { name: 'x'.repeat(length), args: {} })

      expect((await given.run(outer(127), {}, { host: new RecordingHost() })).ok).toBe(true)
      expect((await given.failure(outer(128), { host: new RecordingHost() })).code).toBe('SC_LIMIT')
    },
  )
})
