import { chain } from 'stepchain'
import { describe, expect, test } from 'vitest'
import { promised } from '../../support/promises.ts'
import { RecordingHost } from '../../support/recording-host.ts'

const frozen = { freeze: true }

describe('with freeze', () => {
  promised('row 60: a step that writes to the context fails', async (given) => {
    const definition = chain<{ a: number }>('c').next(
      (context) => {
        ;(context as { a: number }).a = 2
      },
      { name: 'writes' },
    )
    const error = await given.failure(definition, { input: { a: 1 }, ...frozen })

    expect(error).toMatchObject({ code: 'SC_STEP', step: 'writes', context: { a: 1 } })
    expect(error.cause).toBeInstanceOf(TypeError)
    expect(await given.run(definition, { a: 1 })).toEqual({ ok: true, context: { a: 2 } })
  })

  promised('row 59: a step that changes an earlier output, however deep, fails', async (given) => {
    const definition = chain('c')
      .next(async () => ({ rows: [{ id: 1 }] }), { out: 'first' })
      .next(({ first }) => void (first.rows[0] as { id: number }).id++, { name: 'changes' })
    const error = await given.failure(definition, frozen)

    expect(error).toMatchObject({ code: 'SC_STEP', step: 'changes', context: { first: { rows: [{ id: 1 }] } } })
    expect(error.cause).toBeInstanceOf(TypeError)
  })

  promised('row 59: a retry does not see what the attempt before it did to the input', async (given) => {
    const input = { list: [1] }
    const definition = chain<{ list: number[] }>('c').next(({ list }) => list.push(2), { out: 'a', retry: 1 })
    const error = await given.failure(definition, { input, ms: 1_000, ...frozen })

    expect(error.attempts).toHaveLength(2)
    expect(error.context).toEqual({ list: [1] })
    // The caller's own objects are as free as they were.
    expect(Object.isFrozen(input.list)).toBe(false)
  })

  promised('what was put is frozen, in a copy', async (given) => {
    const options = { deep: { list: [1] } }
    const definition = chain('c')
      .put('options', options)
      .next((context) => context.options.deep.list.push(2), { out: 'a' })
    expect((await given.failure(definition, frozen)).cause).toBeInstanceOf(TypeError)
    expect(options.deep.list.push(2)).toBe(2)
  })

  promised("'$input' is frozen through and through", async (given) => {
    const definition = chain<{ list: number[] }>('c').next((list: number[]) => list.push(2), {
      out: 'a',
      args: ['$input.list'],
    })
    expect((await given.failure(definition, { input: { list: [1] }, ...frozen })).cause).toBeInstanceOf(TypeError)
  })

  promised('instances of classes, and what does not let itself be frozen, are left alone', async (given) => {
    class Counter {
      count = 0
    }
    const counter = new Counter()
    const map = new Map([['a', 1]])
    const stubborn = new Proxy([1], {
      preventExtensions() {
        return false
      },
    })
    const definition = chain('c')
      .next(() => ({ counter, map, stubborn, bytes: new Uint8Array(2) }), { out: 'made' })
      .next(({ made }) => ++made.counter.count + made.map.set('b', 2).size + made.stubborn.push(2), { out: 'sum' })

    expect(await given.run(definition, undefined, frozen)).toMatchObject({ ok: true, context: { sum: 5 } })
  })

  promised('cycles, getters and frozen parts are no problem', async (given) => {
    let reads = 0
    const cyclic = (): Record<string, unknown> => {
      const value: Record<string, unknown> = {
        part: Object.freeze({ inner: { a: 1 } }),
        get lazy() {
          return ++reads
        },
      }
      return Object.assign(value, { self: value })
    }
    const definition = chain<{ given: object }>('c').next(cyclic, { out: 'made', args: [] })

    const outcome = await given.run(definition, { given: { again: cyclic() } }, frozen)
    expect(outcome.ok && Object.isFrozen(outcome.context['made'])).toBe(true)
    expect(outcome.ok && Object.isFrozen((outcome.context['given'] as { again: object }).again)).toBe(true)
    expect(reads).toBe(0)
  })

  promised('outputs keep their identity, and holes and lengths of arrays are copied', async (given) => {
    const output = { a: 1 }
    // oxlint-disable-next-line no-sparse-arrays -- the hole is what is tested
    const holes = [1, , 3]
    const definition = chain<{ holes: unknown[] }>('c').next(() => output, { out: 'made' })
    const outcome = await given.run(definition, { holes }, frozen)

    expect(outcome.ok && outcome.context['made']).toBe(output)
    expect(outcome.ok && outcome.context['holes']).toStrictEqual(holes)
  })

  promised('nested chains are under it too', async (given) => {
    const inner = chain<{ list: number[] }>('inner').next(({ list }) => list.push(2), { out: 'a' })
    const outer = chain<{ list: number[] }>('outer', { freeze: true }).next(inner, { out: 'inner' })

    expect((await given.failure(outer, { input: { list: [1] } })).cause).toBeInstanceOf(TypeError)
  })

  test('so is what a host gives back', async () => {
    const definition = chain('c')
      .next(() => [1], { out: 'list' })
      .next(({ list }) => list.push(2), { out: 'a' })
    const outcome = await definition.safeRun({}, { host: new RecordingHost(), ...frozen })

    expect(outcome).toMatchObject({ ok: false, error: { cause: { name: 'TypeError' } }, context: { list: [1] } })
  })

  promised('a chain that is stricter than what runs it freezes for itself', async (given) => {
    const inner = chain<{ list: number[] }>('inner', { freeze: true }).next(({ list }) => list.push(2), { out: 'a' })
    const outer = chain<{ list: number[] }>('outer').next(inner, { out: 'inner' })
    const input = { list: [1] }

    expect((await given.failure(outer, { input })).cause).toBeInstanceOf(TypeError)
  })
})
