import { chain } from 'stepchain'
import { describe, expect } from 'vitest'
import { promised } from '../support/promises.ts'
import { expectRefused } from '../support/refused-run.ts'
import { deferred, flaky, wait } from '../support/steps.ts'
import { untyped } from '../support/untyped.ts'

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
    ['an instance of a class that extends null', Object.create(Object.create(null) as object)],
    ['a Map', new Map([['a', 1]])],
    ['a Date', new Date(0)],
    ['an Error', new Error('x')],
    ['a promise', Promise.resolve({})],
    ['a revoked proxy', revoked()],
    ['a proxy of an array', new Proxy([1], {})],
    ['a proxy of an instance', new Proxy(new Row(), {})],
  ]
  for (const [title, input] of refused) promised(`row 30: ${title} is SC_INPUT`, (given) => expectRefused(given, input))

  promised('row 30: own enumerable keys of a plain object, of a proxy of one too, are copied once', async (given) => {
    const reads: PropertyKey[] = []
    const target = Object.assign(Object.create(null) as Record<string, unknown>, { a: 1, b: 2 })
    const proxy = new Proxy({ ...target }, { get: (of, key) => (reads.push(key), Reflect.get(of, key)) })

    expect(await given.run(untyped('c'), target)).toEqual({ ok: true, context: { a: 1, b: 2 } })
    expect(await given.run(untyped('c'), proxy)).toEqual({ ok: true, context: { a: 1, b: 2 } })
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
    const running = given.run(definition, input)
    Object.assign(input, { a: 'changed', b: 'added' })
    gate.resolve(1)

    expect(await running).toEqual({ ok: true, context: { a: 1, seen: [1, undefined] } })
    // It was the caller who changed it, and who puts it right before it is looked at.
    input['a'] = 1
    delete input['b']
  })
})

describe('runs of one definition', () => {
  promised('row 35: 1,000 at once share nothing', async (given) => {
    const definition = chain<{ id: number }>('c').next(({ id }) => wait(given.clock, id % 10, [id]), { out: 'list' })
    const runs = Array.from({ length: 1_000 }, (_, id) => given.run(definition, { id }))
    await given.clock.advance(10)
    const outcomes = await Promise.all(runs)

    expect(outcomes).toEqual(Array.from({ length: 1_000 }, (_, id) => ({ ok: true, context: { id, list: [id] } })))
    expect(new Set(outcomes.map((outcome) => outcome.ok && outcome.context)).size).toBe(1_000)
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
