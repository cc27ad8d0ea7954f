import { chain, CancelledError, InputError } from 'stepchain'
import { describe, expect } from 'vitest'
import { type Case, promised } from '../support/promises.ts'
import { deferred, flaky, wait } from '../support/steps.ts'
import { Tally } from '../support/tally.ts'
import { untyped } from '../support/untyped.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

/** Expects a run to be refused before anything happens, in both kinds of run. */
async function expectRefused(given: Case, input: unknown, options: object = {}, code = 'SC_INPUT'): Promise<void> {
  const step = flaky(0, 1)
  const definition = untyped('c').next(step, { out: 'out', args: [] })
  for (const outcome of [await given.run(definition, input, options), given.runSync(definition, input, options)]) {
    expect(outcome).toMatchObject({ ok: false, error: { code, chain: 'c' } })
    if (!outcome.ok && code === 'SC_INPUT') expect(outcome.error).toBeInstanceOf(InputError)
  }
  expect(step.calls).toBe(0)
}

class Row {
  a = 1
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

describe('the input', () => {
  const refused: readonly (readonly [string, unknown])[] = [
    ['null', null],
    ['an array', [1]],
    ['a number', 5],
    ['a string', 'text'],
    ['true', true],
    ['a symbol', Symbol('s')],
    ['a bigint', 5n],
    ['a function', () => 1],
    ['an instance of a class', new Row()],
    ['a Map', new Map([['a', 1]])],
    ['a Date', new Date(0)],
    ['an Error', new Error('x')],
    ['a promise', Promise.resolve({})],
    ['a revoked proxy', revoked()],
  ]
  for (const [title, input] of refused) promised(`row 30: ${title} is SC_INPUT`, (given) => expectRefused(given, input))

  promised('row 30: own enumerable keys of a plain object, of a proxy of one too, are copied once', async (given) => {
    const reads: PropertyKey[] = []
    const target = Object.assign(Object.create(null) as Record<string, unknown>, { a: 1, b: 2 })
    const proxy = new Proxy({ ...target }, { get: (of, key) => (reads.push(key), Reflect.get(of, key)) })

    expect(await given.run(untyped('c'), target)).toEqual({ ok: true, context: { a: 1, b: 2 } })
    const outcome = await untyped('c').run(proxy)
    expect(outcome).toEqual({ a: 1, b: 2 })
    expect(reads).toEqual(['a', 'b'])
  })

  for (const key of ['__proto__', 'constructor', 'prototype', 'then', '$signal']) {
    promised(`row 31: the key ${key} is SC_INPUT, which names it, and is never assigned`, async (given) => {
      const input: unknown = JSON.parse(`{"a":1,"${key}":{"admin":true}}`)
      const error = await given.failure(untyped('c'), { input })

      expect(error).toMatchObject({ code: 'SC_INPUT' })
      expect(error.message).toContain(JSON.stringify(key))
      expect(({} as { admin?: boolean }).admin).toBeUndefined()
    })
  }

  promised('row 32: a getter is read once; one that throws is SC_INPUT with its error', async (given) => {
    let reads = 0
    const fault = new Error('getter')
    const input = {
      get a(): number {
        return ++reads
      },
    }
    const broken = {
      get a(): number {
        throw fault
      },
    }

    const definition = untyped('c').next((a: number) => a, { out: 'b', args: ['a'] })
    expect(await given.run(definition, input)).toEqual({ ok: true, context: { a: 1, b: 1 } })
    expect((await given.failure(definition, { input: broken })).cause).toBe(fault)
  })

  promised('row 33: symbols and keys that are not enumerable are passed over', async (given) => {
    const input = Object.defineProperty({ a: 1, [Symbol('s')]: 2 }, 'hidden', { value: 3 })
    const outcome = await given.run(untyped('c'), input)

    expect(outcome.ok && Reflect.ownKeys(outcome.context)).toEqual(['a'])
  })

  promised('row 34: that the caller changes after run() was called does not change under the run', async (given) => {
    const input: Record<string, unknown> = { a: 1 }
    const gate = deferred()
    const definition = untyped('c')
      .tap(() => gate.promise)
      .next((a: unknown, b: unknown) => [a, b], { out: 'seen', args: ['a', 'b'] })
    const running = definition.run(input, { logger: null, signal: given.controller.signal })
    Object.assign(input, { a: 'changed', b: 'added' })
    gate.resolve(1)

    expect(await running).toEqual({ a: 1, seen: [1, undefined] })
  })
})

describe('runs of one definition', () => {
  promised('row 35: 1,000 at once share nothing', async (given) => {
    const definition = chain<{ id: number }>('c').next(({ id }) => wait(given.clock, id % 10, [id]), { out: 'list' })
    const runs = Array.from({ length: 1_000 }, (_, id) => given.run(definition, { id }))
    await given.clock.advance(10)
    const outcomes = await Promise.all(runs)

    expect(outcomes).toEqual(Array.from({ length: 1_000 }, (_, id) => ({ ok: true, context: { id, list: [id] } })))
  })

  promised('row 36: the second one starts clean, even behind a failure', async (given) => {
    const step = flaky(1, 'ok')
    const definition = chain('c')
      .next(() => 1, { out: 'a', args: [] })
      .next(step, { out: 'b', args: [] })

    expect(await given.run(definition)).toMatchObject({
      ok: false,
      error: { context: { a: 1 }, attempts: [{ attempt: 1 }] },
    })
    expect(await given.run(definition)).toEqual({ ok: true, context: { a: 1, b: 'ok' } })
  })

  promised('row 37: a context that the caller changes affects nobody else', async (given) => {
    const definition = untyped('c')
      .put('p', 1)
      .next(() => 2, { out: 'a', args: [] })
    const first = await given.run(definition)
    if (first.ok) Object.assign(first.context, { p: 'changed', a: 'changed', more: 1 })

    expect(await given.run(definition)).toEqual({ ok: true, context: { p: 1, a: 2 } })
  })
})

describe('the signal', () => {
  promised('row 38: aborted already: no step, no hook but onRunEnd, its reason the cause', async (given) => {
    const tally = new Tally()
    const reason = { why: 'shutdown' }
    given.controller.abort(reason)
    const step = flaky(0, 1)
    const definition = chain('c').next(step, { out: 'a', args: [], retry: 5 })
    const error = await given.failure(definition, { hooks: tally.hooks })

    expect(error).toBeInstanceOf(CancelledError)
    expect(error.cause).toBe(reason)
    expect(tally.order).toEqual(['onRunEnd'])
    expect(given.runSync(definition)).toMatchObject({ ok: false, error: { code: 'SC_CANCELLED', cause: reason } })
    expect(step.calls).toBe(0)
  })

  for (const signal of [
    {},
    { aborted: false },
    new EventTarget(),
    'signal',
    5,
    null,
    () => {},
    new AbortController(),
  ]) {
    promised(`row 39: ${Object.prototype.toString.call(signal)} ${typeof signal} is none: SC_INPUT`, (given) =>
      expectRefused(given, {}, { signal }),
    )
  }
})

describe('the deadline', () => {
  const bad: readonly unknown[] = [Number.NaN, 'soon', 5, null, {}, new Date(Number.NaN), new Date(9e15)]
  for (const deadline of bad) {
    promised(`row 40: ${String(deadline)} is SC_INPUT`, (given) => expectRefused(given, {}, { deadline }))
  }

  promised('row 40: in the past: SC_DEADLINE before the first step', async (given) => {
    await expectRefused(given, {}, { deadline: new Date(given.clock.wall() - 1) }, 'SC_DEADLINE')
  })

  promised('row 40: far in the future is one like any other', async (given) => {
    const outcome = await given.run(
      chain('c').next(async () => 1, { out: 'a' }),
      {},
      { deadline: new Date(8.64e15) },
    )

    expect(outcome).toEqual({ ok: true, context: { a: 1 } })
  })

  for (const left of [Number.NaN, undefined, null, '5', [5]]) {
    promised(`row 41: a function that gives ${JSON.stringify(left)} is SC_INPUT, never endless`, (given) =>
      expectRefused(given, {}, { deadline: () => left }),
    )
  }

  promised('row 41: a function that throws is SC_INPUT with its error', async (given) => {
    const fault = new Error('no lambda')
    const deadline = (): never => {
      throw fault
    }
    await expectRefused(given, {}, { deadline })
    expect((await given.failure(chain('c'), { deadline })).cause).toBe(fault)
  })
})

/** A clock whose wall time may be put forward and back. */
class JumpingClock extends VirtualClock {
  jump = 0

  constructor() {
    super()
    const { wall } = this
    Object.assign(this, { wall: () => wall() + this.jump })
  }
}

for (const days of [1, -1]) {
  promised(`row 42: a wall clock that jumps by ${days} day changes no wait, timeout or deadline`, async (given) => {
    const clock = new JumpingClock()
    const retry = { retries: 2, initialDelay: 100, backoff: 'constant', jitter: 'none' } as const
    const definition = chain('c').next(
      () => {
        clock.jump += days * 86_400_000
        return wait(clock, 1_000)
      },
      { name: 'a', args: [], timeout: 200, retry },
    )
    const begun = clock.now()
    let ended = 0
    const running = given.run(definition, {}, { clock, deadline: new Date(clock.wall() + 10_000) })
    void running.then(() => (ended = clock.now() - begun))
    await clock.advance(5_000)

    expect(await running).toMatchObject({ ok: false, error: { code: 'SC_TIMEOUT' } })
    expect(ended).toBeGreaterThanOrEqual(800)
    expect(ended).toBeLessThanOrEqual(950)
  })
}

for (const runId of ['../etc', 'a/b', 'a\0b', '', ' ', 'ä', 'x'.repeat(201), 'x'.repeat(1_000_000), 5, null, {}]) {
  const title = typeof runId === 'string' && runId.length > 20 ? `${runId.length} characters` : JSON.stringify(runId)
  promised(`row 43: a run id of ${title} is SC_INPUT`, (given) => expectRefused(given, {}, { runId }))
}

promised('row 43: a run id that is safe in a path is kept', async (given) => {
  const runId = 'Order_7:2026-01-31T00.00.00@eu'
  const error = await given.failure(chain('c').next(flaky(1, 1), { out: 'a', args: [] }), { runId })

  expect(error.runId).toBe(runId)
})
