import { chain, literal } from 'stepchain'
import { describe, expect, test } from 'vitest'
import { failureOf } from '../support/outcome.ts'

const add = (a: number, b: number): number => a + b
const square = (x: number): number => x * x

describe('context passing', () => {
  test('sync: the happy path produces the expected outputs', () => {
    const context = chain()
      .put('x', 2)
      .put('y', 3)
      .next(add, { out: 'sum', args: ['x', 'y'] })
      .next(square, { out: 'sq', args: ['sum'] })
      .runSync()

    expect(context).toEqual({ x: 2, y: 3, sum: 5, sq: 25 })
  })

  test('async: the happy path produces the expected outputs', async () => {
    const context = await chain()
      .put('x', 2)
      .put('y', 3)
      .next(async (a: number, b: number) => a + b, { out: 'sum', args: ['x', 'y'] })
      .next(async (x: number) => x * x, { out: 'sq', args: ['sum'] })
      .run()

    expect(context).toEqual({ x: 2, y: 3, sum: 5, sq: 25 })
  })

  test('args: a dotted path reads objects, attributes of instances and, here, list items', () => {
    class Account {
      readonly owner = { name: 'Ada' }
    }
    const { line } = chain()
      .put('user', { address: { city: 'London' } })
      .put('account', new Account())
      .put('rows', [{ id: 7 }])
      .next((city: string, owner: string, id: number | undefined) => `${owner}, ${city}, ${id}`, {
        out: 'line',
        args: ['user.address.city', 'account.owner.name', 'rows.0.id'],
      })
      .runSync()

    expect(line).toBe('Ada, London, 7')
  })

  test('kwargs: args as an object passes one object with named values', () => {
    const { text } = chain()
      .put('user', { name: 'Ada' })
      .next(({ name, times }: { name: string; times: number }) => name.repeat(times), {
        out: 'text',
        args: { name: 'user.name', times: 2 },
      })
      .runSync()

    expect(text).toBe('AdaAda')
  })

  test('args: whatever is no string is passed as it is', () => {
    const options = { batch: 500 }
    const { got } = chain()
      .next((...given: readonly unknown[]) => given, { out: 'got', args: [1, true, null, options] })
      .runSync()

    expect(got).toEqual([1, true, null, options])
    expect(got[3]).toBe(options)
  })

  // There a string was always looked up, so that a literal one arrived as None.
  test('args: a literal string is passed with literal() (repaired)', () => {
    const { greeting } = chain()
      .put('name', 'Ada')
      .next((word: string, name: string) => `${word}, ${name}`, { out: 'greeting', args: [literal('name'), 'name'] })
      .runSync()

    expect(greeting).toBe('name, Ada')
  })

  test('args: a ref to what is not there gives undefined, as it gave None', () => {
    const { got } = chain<{ limit?: number; user?: { name: string } }>()
      .next((limit: number | undefined, name: string | undefined) => [limit, name], {
        out: 'got',
        args: ['limit', 'user.name'],
      })
      .runSync({})

    expect(got).toEqual([undefined, undefined])
  })

  // There a step without args was called with nothing; here that is said with an empty list.
  test('args: without them a step gets the context, and with an empty list nothing', () => {
    const count = (...given: readonly unknown[]): number => given.length
    const context = chain()
      .put('x', 2)
      .next(({ x }) => x + 1, { out: 'y' })
      .next(count, { out: 'given', args: [] })
      .runSync()

    expect(context).toEqual({ x: 2, y: 3, given: 0 })
  })

  test('name: it is the out key where none is given', async () => {
    const fail = (): never => {
      throw new Error('no')
    }
    const unnamed = await failureOf(() => chain().next(fail, { out: 'x' }).runSync())
    const named = await failureOf(() => chain().next(fail, { out: 'x', name: 'load rows' }).runSync())

    expect([unnamed.step, named.step]).toEqual(['x', 'load rows'])
  })

  // There the later value silently took the place of the earlier one.
  test('out: a key that is taken is refused, unless overwrite says otherwise (repaired)', () => {
    const rows = chain().put('rows', [3, 1, 2])
    const sort = (list: readonly number[]): number[] => list.toSorted((a, b) => a - b)

    expect(rows.next(sort, { out: 'rows', args: ['rows'], overwrite: true }).runSync()).toEqual({ rows: [1, 2, 3] })
    // @ts-expect-error [ts2322] -- the compiler refuses the key too
    expect(() => rows.next(sort, { out: 'rows', args: ['rows'] })).toThrow('a key that is not taken')
  })
})

describe('snapshot copies', () => {
  test('sync: changing a returned context changes nothing else', () => {
    const definition = chain()
      .put('a', 1)
      .next((a: number) => a + 1, { out: 'b', args: ['a'] })

    Object.assign(definition.runSync(), { a: 999, b: 999 })

    expect(definition.runSync()).toEqual({ a: 1, b: 2 })
  })

  test('async: changing a returned context changes nothing else', async () => {
    const definition = chain()
      .put('a', 1)
      .next(async (a: number) => a, { out: 'b', args: ['a'] })

    Object.assign(await definition.run(), { a: 999, b: 999 })

    expect(await definition.run()).toEqual({ a: 1, b: 1 })
  })

  // There the chain held the one context of all its runs.
  test('running twice starts clean (repaired)', () => {
    const seen: string[][] = []
    const definition = chain()
      .put('a', 1)
      .tap((context) => void seen.push(Object.keys(context)))
      .next(({ a }) => a + 1, { out: 'b' })

    definition.runSync()
    definition.runSync()

    expect(seen).toEqual([['a'], ['a']])
  })

  // There put and next changed the chain itself.
  test('put and next leave the chain they are called on as it was (repaired)', () => {
    const base = chain().put('a', 1)
    const more = base.put('b', 2).next(add, { out: 'sum', args: ['a', 'b'] })

    expect(base.runSync()).toEqual({ a: 1 })
    expect(more.runSync()).toEqual({ a: 1, b: 2, sum: 3 })
  })

  // There three requests that shared a chain all got the last one's user.
  test('concurrent runs share a definition and nothing else (repaired)', async () => {
    const reply = chain<{ user: string }>()
      .next(async ({ user }) => user, { out: 'fetched' })
      .next((user: string) => `hello ${user}`, { out: 'reply', args: ['fetched'] })

    const replies = await Promise.all(['user0', 'user1', 'user2'].map((user) => reply.run({ user })))

    expect(replies.map((context) => context.reply)).toEqual(['hello user0', 'hello user1', 'hello user2'])
  })

  test('context: what was finished before a failure is on the error', async () => {
    const failed = await failureOf(
      chain()
        .put('a', 1)
        .next(async (a: number) => a + 1, { out: 'b', args: ['a'] })
        .next(() => Promise.reject(new Error('no')), { out: 'c', args: [] })
        .run(),
    )

    expect(failed.context).toEqual({ a: 1, b: 2 })
  })
})

describe('strict references', () => {
  // There the failure came at that step's turn, was retried and ended as a StepFailedError.
  test('a ref that leads nowhere fails before anything is run, with the names there are (repaired)', async () => {
    const calls: string[] = []
    const definition = chain<{ limit?: number }>('report', { strict: true })
      .tap(() => void calls.push('first'))
      .next((limit: number | undefined) => limit, { out: 'got', args: ['limit'], retry: 3 })

    const failed = await failureOf(() => definition.runSync({}))

    expect(failed).toMatchObject({ name: 'UnresolvedReferenceError', code: 'SC_REFERENCE', step: 'got' })
    expect(failed.message).toContain("the ref 'limit' leads nowhere")
    expect(calls).toEqual([])
  })

  test('a dotted path that ends on its way fails at its step, without a retry', async () => {
    let before = 0
    const definition = chain<{ user: { address?: { city: string } } }>('report', { strict: true })
      .tap(() => void before++)
      .next((city: string | undefined) => city, { out: 'city', args: ['user.address.city'], retry: 3 })

    const failed = await failureOf(definition.run({ user: {} }))

    expect(failed).toMatchObject({ code: 'SC_REFERENCE', step: 'city' })
    expect(before).toBe(1)
    expect(definition.runSync({ user: { address: { city: 'Oslo' } } }).city).toBe('Oslo')
  })

  // There None at the end of a dotted path was taken for missing.
  test('undefined and null that are stored are values like any other (repaired)', () => {
    const { got } = chain<{ user: { middleName: string | null } }>('report', { strict: true })
      .next(() => undefined, { out: 'nothing' })
      .next((name: string | null, nothing: undefined) => [name, nothing], {
        out: 'got',
        args: ['user.middleName', 'nothing'],
      })
      .runSync({ user: { middleName: null } })

    expect(got).toEqual([null, undefined])
  })
})

describe('asynchronous steps', () => {
  test('allow_sync: sync and async steps mix, and a sync one runs in place', async () => {
    const order: string[] = []
    const running = chain()
      .next(() => order.push('sync step'), { out: 'a' })
      .next(async () => order.push('async step'), { out: 'b' })
      .run()
    order.push('run returned')
    await running

    expect(order).toEqual(['sync step', 'async step', 'run returned'])
  })

  // There the context got a coroutine that nobody awaited.
  test('an async step in a synchronous run is refused (repaired)', async () => {
    const definition = chain().next(async () => 1, { out: 'x' })

    // @ts-expect-error [ts2349] -- the compiler refuses it too
    const failed = await failureOf(() => definition.runSync())

    expect(failed).toMatchObject({ code: 'SC_DEFINITION', step: 'x' })
    expect(failed.message).toContain('use run() instead of runSync()')
  })
})
