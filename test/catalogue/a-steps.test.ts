import { chain, literal, type StepchainError } from 'stepchain'
import { describe, expect } from 'vitest'
import { type Case, promised } from '../support/promises.ts'
import { flaky } from '../support/steps.ts'
import { Tally } from '../support/tally.ts'
import { expectRefusal, type Loose } from '../support/untyped.ts'

const at = "Chain 'orders', step 'load': "
const collect = (...given: readonly unknown[]): readonly unknown[] => given

function refused(given: Case, step: unknown, more: object = {}): StepchainError {
  const options = { out: 'load', retry: 3, ...more }
  return given.refused(() => given.chain('orders').next(step, options), options, step)
}

describe('a step that is', () => {
  class Loader {
    static calls = 0
    constructor() {
      Loader.calls++
    }
  }
  const none: readonly (readonly [string, unknown, string, string])[] = [
    ['undefined', undefined, 'undefined', 'a function or a chain'],
    ['null', null, 'null', 'a function or a chain'],
    ['text', 'load', '"load"', 'a function or a chain'],
    ['an object', {}, '[object Object]', 'a function or a chain'],
    ['a promise', Promise.resolve(1), '[object Promise]', 'a function or a chain'],
    ['a class, which needs new', Loader, 'a function', 'new Name(…)'],
  ]
  for (const [title, step, value, expected] of none) {
    promised(`row 9: ${title} is SC_DEFINITION at once, with no retry`, (given) => {
      expectRefusal(refused(given, step), { at, option: 'the step', value, expected })
      expectRefusal(
        given.refused(() => given.chain('orders').tap(step)),
        { option: 'the step', value, expected },
      )
      expect(Loader.calls).toBe(0)
    })
  }

  promised('row 28: async, in a synchronous run, is SC_DEFINITION before any step', async (given) => {
    const before = flaky(0, 1)
    const inner = given.chain('inner').next(async () => 1, { out: 'x', args: [] })
    for (const step of [async () => 1, inner]) {
      const definition = given
        .chain('orders')
        .tap(before)
        .next(step, { out: 'load', args: step === inner ? {} : [] })
      const outcome = given.runSync(definition)

      expect(outcome).toMatchObject({ ok: false, error: { code: 'SC_DEFINITION', step: 'load' } })
      expect(!outcome.ok && outcome.error.message).toMatch(/^Chain 'orders', step 'load': .*use run\(\)/)
      expect(before.calls).toBe(0)
    }
  })

  promised('row 28: not said to be async, but gives a promise: what row 51 says', (given) => {
    const definition = given.chain().next(() => Promise.reject(new Error('later')), { out: 'a', args: [] })

    expect(given.runSync(definition)).toMatchObject({ ok: false, error: { code: 'SC_ASYNC_IN_SYNC' } })
  })

  for (const [title, step] of [
    ['a generator', function* (): Generator<number> {}],
    ['an async generator', async function* (): AsyncGenerator<number> {}],
  ] as const) {
    promised(`row 29: ${title} function is SC_DEFINITION, with what to do instead`, (given) => {
      const refusal = {
        at,
        option: 'the step',
        value: 'a function',
        expected: 'not a generator; collect it in a function',
      }
      expectRefusal(refused(given, step), refusal)
    })
  }
})

describe('arguments', () => {
  promised('row 18: text is a ref, literal() makes it itself, everything else is itself', async (given) => {
    const list = [1, 2]
    const args = ['user', literal('user'), literal('no.such.ref'), literal(''), 7, null, undefined, true, list]
    const options = { out: 'seen', args }
    const definition = given.build(() => given.chain().next(collect, options), options)
    const outcome = await given.run(definition, { user: 'Ada' }, { strict: true })

    const seen = ['Ada', 'user', 'no.such.ref', '', 7, null, undefined, true, list]
    expect(outcome).toEqual({ ok: true, context: { user: 'Ada', seen } })
  })

  const none: readonly (readonly [string, unknown])[] = [
    ['text', 'abc'],
    ['something like an array, of its class', { length: 1, 0: 'a', __proto__: Array.prototype }],
    [
      'arguments',
      new (class Arguments {
        length = 1
      })(),
    ],
    ['an iterator', [1].values()],
    [
      'a generator',
      (function* () {
        yield 'a'
      })(),
    ],
    ['a Set', new Set(['a'])],
    ['a literal', literal('x')],
    ['a number', 3],
    ['null', null],
    ['a function', collect],
  ]
  for (const [title, args] of none) {
    promised(`row 19: given as ${title} are SC_DEFINITION, and nothing is read from them`, (given) => {
      const error = refused(given, collect, { args })
      expect(error.message).toMatch(/^Chain 'orders', step 'load': args is .*; expected an array, or a plain object/)
    })
  }
})

describe('a definition', () => {
  promised('row 20: does not see what becomes of that which it was made of', async (given) => {
    const [args, retryIf] = [['a'], [Error] as unknown[]]
    const retry = { retries: 1, initialDelay: 0, retryIf }
    const options = { out: 'x', args, retry, name: 'first', log: 'x={x}' }
    const hooks: { beforeStep?: () => void } = { beforeStep: () => void told.push('given') }
    const told: string[] = []
    const step = flaky(1, 'ok')
    const definition = given
      .build(() => chain('c', { hooks }) as unknown as Loose, options)
      .next((a: unknown) => [step(), a], options)
    args[0] = 'b'
    retry.retries = retryIf.length = 0
    options.out = 'y'
    hooks.beforeStep = () => void told.push('changed')

    expect(await given.run(definition, { a: 1, b: 2 })).toEqual({ ok: true, context: { a: 1, b: 2, x: ['ok', 1] } })
    expect(told).toEqual(['given'])
  })

  promised('row 20: is not changed by a step that extends it while it runs', async (given) => {
    const late = flaky(0, 1)
    const grown: Loose[] = []
    const definition: Loose = given
      .chain()
      .next(async () => grown.push(definition.tap(late), definition.put('p', 1), definition.with({})), { out: 'n' })
    const tally = new Tally()

    expect(await given.run(definition, {}, { hooks: tally.hooks })).toEqual({ ok: true, context: { n: 3 } })
    expect(tally.of('afterStep')).toHaveLength(1)
    expect(late.calls).toBe(0)
    expect(new Set([definition, ...grown]).size).toBe(4)
  })

  promised('row 20: takes options that are frozen, and so writes on none', async (given) => {
    const options = Object.freeze({ out: 'x', args: Object.freeze(['a']), retry: Object.freeze({ retries: 1 }) })
    const definition = given.build(() => given.chain().next((a: unknown) => a, options), options)

    expect(await given.run(definition, Object.freeze({ a: 1 }))).toEqual({ ok: true, context: { a: 1, x: 1 } })
  })
})
