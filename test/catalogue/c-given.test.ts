import { describe, expect } from 'vitest'
import { type Case, promised } from '../support/promises.ts'
import { recorder } from '../support/recorder.ts'
import { deferred } from '../support/steps.ts'
import { untyped } from '../support/untyped.ts'

type Settle = (value: unknown) => void

/** Runs one step, synchronously and not, and expects what it gave to be stored as it is. */
async function expectKept(given: Case, value: unknown): Promise<void> {
  const definition = untyped('c')
    .next(() => value, { out: 'a', args: [] })
    .next((a: unknown) => a === value, { out: 'same', args: ['a'] })
  for (const outcome of [await given.run(definition), given.runSync(definition)]) {
    expect(outcome.ok).toBe(true)
    if (!outcome.ok) continue
    expect(outcome.context['same']).toBe(true)
    expect(outcome.context['a']).toBe(value)
  }
}

describe('a step that gives', () => {
  promised('row 51: a promise to a synchronous run: SC_ASYNC_IN_SYNC, and no unhandled rejection', async (given) => {
    const gate = deferred()
    const definition = untyped('c').next(() => gate.promise, { out: 'a', args: [] })

    expect(given.runSync(definition)).toMatchObject({ ok: false, error: { code: 'SC_ASYNC_IN_SYNC', step: 'a' } })
    gate.reject(new Error('nobody listens'))
  })

  for (const [what, options, code] of [
    ['its timeout', { step: { timeout: 100 } }, 'SC_TIMEOUT'],
    ['the run’s timeout', { run: { timeout: 100 } }, 'SC_DEADLINE'],
    ['a deadline', { run: { deadline: () => 100 } }, 'SC_DEADLINE'],
  ] as const) {
    promised(`row 52: a thenable that never settles, ended by ${what}`, async (given) => {
      const { step = {}, run = {} } = options as { step?: object; run?: object }
      const fixed = 'deadline' in run ? { deadline: new Date(given.clock.wall() + 100) } : run
      const definition = untyped('c').next(() => ({ then: () => {} }), { out: 'a', args: [], ...step })
      const error = await given.failure(definition, { ...fixed, ms: 150 })

      expect(error.code).toBe(code)
    })
  }

  promised('row 52: a thenable that never settles, with nothing to end it, waits', async (given) => {
    let over = false
    const running = given.run(untyped('c').next(() => ({ then: () => {} }), { out: 'a', args: [] }))
    void running.then(() => (over = true))
    await given.clock.advance(1e9)
    expect(over).toBe(false)
    given.controller.abort()

    expect(await running).toMatchObject({ ok: false, error: { code: 'SC_CANCELLED' } })
  })

  promised('row 52: a thenable that never settles is warned of after slowStepWarning, once', async (given) => {
    const logger = recorder('warn')
    const slow: unknown[] = []
    const options = { logger, slowStepWarning: 10_000, hooks: { onSlowStep: (event: object) => void slow.push(event) } }
    const running = given.run(
      untyped('c').next(() => ({ then: () => {} }), { out: 'a', args: [] }),
      {},
      options,
    )
    await given.clock.advance(9_999)
    expect(slow).toEqual([])
    await given.clock.advance(1e6)
    expect(slow).toMatchObject([{ path: 'a', attempt: 1, elapsed: 10_000 }])
    expect(logger.text).toHaveLength(1)
    given.controller.abort()

    expect((await running).ok).toBe(false)
  })

  const first: readonly (readonly [string, (ok: Settle, no: Settle) => void])[] = [
    ['resolves twice', (ok) => (ok('first'), ok('second'))],
    ['resolves, then rejects', (ok, no) => (ok('first'), no(new Error('second')))],
    [
      'resolves, then throws',
      (ok) => {
        ok('first')
        throw new Error('second')
      },
    ],
    ['calls back synchronously', (ok) => ok('first')],
  ]
  for (const [what, then] of first) {
    promised(`row 53: a thenable that ${what}: the first call wins`, async (given) => {
      expect(await given.run(untyped('c').next(() => ({ then }), { out: 'a', args: [] }))).toEqual({
        ok: true,
        context: { a: 'first' },
      })
    })
  }

  promised('row 53: a thenable whose then cannot be read is SC_STEP', async (given) => {
    const fault = new Error('getter')
    const step = (): object => ({
      get then() {
        throw fault
      },
    })
    const definition = untyped('c').next(step, { out: 'a', args: [] })
    const outcome = given.runSync(definition)

    expect(await given.failure(definition)).toMatchObject({ code: 'SC_STEP', cause: fault })
    expect(outcome).toMatchObject({ ok: false, error: { code: 'SC_STEP', cause: fault } })
  })

  promised('row 54: undefined: stored, the key exists, and a strict ref to it is good', async (given) => {
    const definition = untyped('c')
      .next(() => undefined, { out: 'a', args: [] })
      .next((a: unknown) => [a], { out: 'b', args: ['a'] })
    const outcome = await given.run(definition, {}, { strict: true })

    expect(outcome).toEqual({ ok: true, context: { a: undefined, b: [undefined] } })
    expect(outcome.ok && 'a' in outcome.context).toBe(true)
    const missing = untyped('c').next((a: unknown) => [a], { out: 'b', args: ['a'] })
    expect((await given.failure(missing, { strict: true })).code).toBe('SC_REFERENCE')
  })

  promised('row 55: an object with a then that is no function: data', async (given) => {
    for (const then of [undefined, null, 1, 'x', {}, []]) await expectKept(given, { then })
  })

  class Private {
    #secret = 1
    read(): number {
      return this.#secret
    }
  }
  const touchy = new Proxy(
    {},
    {
      ownKeys: () => {
        throw new Error('touched')
      },
      getPrototypeOf: () => {
        throw new Error('touched')
      },
    },
  )
  const kept: readonly (readonly [string, unknown])[] = [
    ['a proxy that may only be asked for then', touchy],
    ['a WeakRef', new WeakRef({})],
    ['a function', () => 1],
    ['a symbol', Symbol('s')],
    ['an instance with private fields', new Private()],
    ['a class', Private],
    ['a bigint', 5n],
    ['an object without a prototype', Object.create(null)],
    ['a frozen object', Object.freeze({})],
    ['an Error', new Error('a value like any other')],
  ]
  for (const [what, value] of kept)
    promised(`row 56: ${what}: stored by reference, untouched`, (given) => expectKept(given, value))

  promised('row 56: what must not be touched is looked at by what prints it alone, and guarded', async (given) => {
    const lines = recorder('info')
    for (const value of [touchy, new Private(), new WeakRef({})])
      await given.run(
        untyped('c').next(() => value, { out: 'a', args: [], log: '{a}' }),
        {},
        { logger: lines },
      )

    expect(lines.text).toEqual(['info [threw Error]', 'info Private {}', 'info WeakRef {}'])
  })

  promised('row 56: a revoked proxy, which cannot be asked whether it is a thenable: SC_STEP', async (given) => {
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()

    expect((await given.failure(untyped('c').next(() => proxy, { out: 'a', args: [] }))).code).toBe('SC_STEP')
  })

  promised('row 57: its own context, a cycle: stored by reference, printed with bounds', async (given) => {
    const logger = recorder('info')
    const definition = untyped('c').next((context: object) => context, { out: 'self', log: '{self}' })
    const outcome = await given.run(definition, { a: 1 }, { logger })

    expect(outcome.ok && outcome.context['self']).toBe(outcome.ok && outcome.context)
    expect(logger.text).toEqual(['info {"a":1,"self":[Circular]}'])
  })

  promised('row 57: a large array: stored by reference, printed with bounds', async (given) => {
    const large: unknown[] = []
    large.length = 50_000_000
    const logger = recorder('info')
    const outcome = await given.run(
      untyped('c').next(() => large, { out: 'a', args: [], log: '{a}' }),
      {},
      { logger },
    )

    expect(outcome.ok && outcome.context['a']).toBe(large)
    expect(logger.text[0]?.length).toBeLessThan(20_000)
  })

  promised('row 58: an iterator, a generator or a stream: stored as it is, read by nobody', async (given) => {
    function* rows(): Generator<number> {
      yield 1
    }
    async function* later(): AsyncGenerator<number> {
      yield 1
    }
    for (const value of [rows(), later(), [1].values(), new ReadableStream(), new Map().entries()])
      await expectKept(given, value)
  })
})
