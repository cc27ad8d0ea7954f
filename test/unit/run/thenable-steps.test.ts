import { chain } from 'stepchain'
import { describe, expect } from 'vitest'
import { promised } from '../../support/promises.ts'
import { deferred, never } from '../../support/steps.ts'
import { untyped } from '../../support/untyped.ts'

type Settle = (value: unknown) => void

const getter = new Error('getter')

function throwing(): object {
  return Object.defineProperty({}, 'then', {
    get() {
      throw getter
    },
  })
}

/** Whatever a step may give that is not a promise of this realm, and what comes of it. */
const thenables: readonly {
  readonly title: string
  readonly make: () => unknown
  readonly value?: unknown
  readonly cause?: unknown
}[] = [
  { title: 'calls back synchronously', make: () => ({ then: (ok: Settle) => ok(1) }), value: 1 },
  { title: 'calls back later', make: () => ({ then: (ok: Settle) => queueMicrotask(() => ok(1)) }), value: 1 },
  { title: 'fulfils twice', make: () => ({ then: (ok: Settle) => (ok(1), ok(2)) }), value: 1 },
  { title: 'fulfils, then rejects', make: () => ({ then: (ok: Settle, no: Settle) => (ok(1), no(getter)) }), value: 1 },
  {
    title: 'rejects, then fulfils',
    make: () => ({ then: (ok: Settle, no: Settle) => (no(getter), ok(1)) }),
    cause: getter,
  },
  {
    title: 'fulfils, then throws',
    make: () => ({
      then: (ok: Settle) => {
        ok(1)
        throw getter
      },
    }),
    value: 1,
  },
  {
    title: 'throws',
    make: () => ({
      then: () => {
        throw getter
      },
    }),
    cause: getter,
  },
  { title: 'has a getter for then that throws', make: throwing, cause: getter },
  {
    title: 'gives a thenable',
    make: () => ({ then: (ok: Settle) => ok({ then: (inner: Settle) => inner(1) }) }),
    value: 1,
  },
  { title: 'is a function', make: () => Object.assign(() => 0, { then: (ok: Settle) => ok(1) }), value: 1 },
  {
    title: 'is a promise with a then of its own',
    make: () => Object.assign(Promise.resolve(0), { then: (ok: Settle) => ok(1) }),
    value: 1,
  },
  { title: 'is an instance of a subclass', make: () => Later.resolve(1), value: 1 },
  {
    title: 'is a promise whose constructor cannot be read',
    make: () =>
      Object.defineProperty(Promise.resolve(1), 'constructor', {
        get() {
          throw getter
        },
      }),
    cause: getter,
  },
]

class Later<T> extends Promise<T> {}

describe('a step that gives a thenable which', () => {
  for (const { title, make, value, cause } of thenables) {
    for (const options of [{}, { retry: 0, validate: () => true, log: () => undefined }]) {
      promised(`${title}${'validate' in options ? ', with more around it' : ''}`, async (given) => {
        const outcome = await given.run(chain('c').next(make, { out: 'a', args: [], ...options }))

        if (cause === undefined) expect(outcome).toEqual({ ok: true, context: { a: value } })
        else {
          expect(outcome).toMatchObject({ ok: false, error: { code: 'SC_STEP', step: 'a' } })
          expect(outcome.ok || outcome.error.cause).toBe(cause)
        }
      })
    }
  }

  promised('has a getter for then: it is read once', async (given) => {
    let reads = 0
    const step = (): object => ({
      get then() {
        reads++
        return (ok: Settle) => ok(reads)
      },
    })

    expect(await given.run(chain('c').next(step, { out: 'a', args: [] }))).toEqual({ ok: true, context: { a: 1 } })
  })

  promised('never settles waits until something ends it', async (given) => {
    const definition = chain('c').next(() => ({ then: () => {} }), { out: 'a', args: [], timeout: 100 })

    expect((await given.failure(definition, { ms: 200 })).code).toBe('SC_TIMEOUT')
    const running = given.failure(chain('c').next(() => ({ then: () => {} }), { out: 'a', args: [] }))
    await given.clock.advance(1_000_000)
    given.controller.abort()
    expect((await running).code).toBe('SC_CANCELLED')
  })

  promised('only has a field of that name is data', async (given) => {
    for (const then of [undefined, null, 'later', 5, {}]) {
      const outcome = await given.run(chain('c').next(() => ({ then }), { out: 'a', args: [] }))

      expect(outcome).toEqual({ ok: true, context: { a: { then } } })
    }
  })
})

describe('a promise in a synchronous run', () => {
  for (const options of [{}, { validate: () => true }]) {
    promised(
      `is an error, and no unhandled rejection${'validate' in options ? ', with more around it' : ''}`,
      async (given) => {
        const gate = deferred()
        const definition = untyped('c')
          .put('kept', 1)
          .next(() => gate.promise, {
            out: 'a',
            args: [],
            retry: { retries: 5, initialDelay: 0 },
            ...options,
          })
        const outcome = given.runSync(definition)
        gate.reject(new Error('nobody listens'))
        await given.clock.advance(0)

        expect(outcome).toMatchObject({
          ok: false,
          error: { code: 'SC_ASYNC_IN_SYNC', step: 'a', context: { kept: 1 } },
        })
        expect(outcome.ok || outcome.error.message).toBe(
          "Step 'a' failed on attempt 1 of 6: it returned a promise in a synchronous run; use run() instead of runSync()",
        )
        expect(outcome.ok || outcome.error.attempts).toHaveLength(1)
      },
    )
  }

  promised('is an error for a foreign thenable too', (given) => {
    const step = (() => ({ then: (_: Settle, no: Settle) => no(new Error('x')) })) as () => unknown

    expect(given.runSync(chain('c').next(step, { out: 'a', args: [] }))).toMatchObject({
      ok: false,
      error: { code: 'SC_ASYNC_IN_SYNC' },
    })
  })

  promised('row 28: a function that is declared async is not even called', (given) => {
    let calls = 0
    const step = async (): Promise<number> => ++calls
    const definition = untyped('c')
      .next(() => 1, { out: 'a', args: [] })
      .next(step, { out: 'b', args: [] })
    const outcome = given.runSync(definition)

    expect(outcome).toMatchObject({ ok: false, error: { code: 'SC_DEFINITION', step: 'b' } })
    expect(outcome.ok || outcome.error.message).toBe(
      "Chain 'c', step 'b': its function is declared async; use run() instead of runSync()",
    )
    expect(calls).toBe(0)
  })

  promised('of a validator is an error', (given) => {
    const definition = chain('c').next(() => 1, { out: 'a', args: [], validate: async () => true })
    const outcome = given.runSync(definition)

    expect(outcome).toMatchObject({ ok: false, error: { code: 'SC_DEFINITION', step: 'a' } })
  })

  promised('of a hook is not waited for', (given) => {
    const outcome = given.runSync(
      chain('c').next(() => 1, { out: 'a', args: [] }),
      {},
      { hooks: { beforeStep: never } },
    )

    expect(outcome).toEqual({ ok: true, context: { a: 1 } })
  })
})
