import { describe, expect } from 'vitest'
import { promised } from '../support/promises.ts'
import { flaky } from '../support/steps.ts'
import { Tally } from '../support/tally.ts'
import { untyped } from '../support/untyped.ts'

describe('a step that changes', () => {
  promised('row 59: an earlier output: allowed, by reference', async (given) => {
    const definition = untyped('c')
      .next(() => [1], { out: 'list', args: [] })
      .tap((list: number[]) => void list.push(2), { args: ['list'] })

    expect(await given.run(definition)).toEqual({ ok: true, context: { list: [1, 2] } })
  })

  promised(
    'row 59: an earlier output or its input, with freeze: SC_STEP, and a retry sees them as they were',
    async (given) => {
      const input = { list: [1] }
      const changes = { input: ['list'], output: ['made.deep.list'] }
      for (const args of Object.values(changes)) {
        const definition = untyped('c')
          .next(() => ({ deep: { list: [1] } }), { out: 'made', args: [] })
          .next((list: number[]) => list.push(2), { out: 'a', args, retry: { retries: 1, initialDelay: 0 } })
        const error = await given.failure(definition, { input, freeze: true })

        expect(error).toMatchObject({
          code: 'SC_STEP',
          attempts: [{}, {}],
          context: { list: [1], made: { deep: { list: [1] } } },
        })
        expect(error.cause).toBeInstanceOf(TypeError)
        expect(given.runSync(definition, input, { freeze: true })).toMatchObject({
          ok: false,
          error: { code: 'SC_STEP' },
        })
      }
    },
  )

  promised('row 60: the context itself, with freeze: SC_STEP with the TypeError of the step', async (given) => {
    const definition = untyped('c').tap((context: { a: number }) => void (context.a = 2), { name: 'writes' })
    const error = await given.failure(definition, { input: { a: 1 }, freeze: true })

    expect(error).toMatchObject({ code: 'SC_STEP', step: 'writes', context: { a: 1 } })
    expect(error.cause).toBeInstanceOf(TypeError)
  })

  promised('row 60: the context itself cannot harm the run: a frozen one is gone on with as a copy', async (given) => {
    for (const isAsync of [false, true]) {
      for (const options of [{}, { validate: () => true }]) {
        const later = flaky(0, 'paid')
        const freeze = (context: object): object => Object.freeze(context)
        const definition = untyped('c')
          .next(isAsync ? async (context: object) => freeze(context) && 1 : (context: object) => freeze(context) && 1, {
            out: 'a',
          })
          .next(isAsync ? async () => later() : later, { out: 'b', args: [], retry: 3, ...options })
          .next(() => 'last', { out: 'd', args: [] })

        expect(await given.run(definition, { x: 1 })).toEqual({
          ok: true,
          context: { x: 1, a: 1, b: 'paid', d: 'last' },
        })
        expect(later.calls).toBe(1)
      }
    }
  })

  promised('row 60: the context by adding, deleting or replacing keys reaches no bookkeeping', async (given) => {
    const tally = new Tally()
    const definition = untyped('c')
      .next(() => 1, { out: 'a', args: [] })
      .tap((context: Record<string, unknown>) => {
        delete context['a']
        Object.assign(context, { steps: [], index: 99, b: 'early' })
      })
      .next(() => 2, { out: 'b', args: [] })

    expect(await given.run(definition, {}, { hooks: tally.hooks })).toEqual({
      ok: true,
      context: { steps: [], index: 99, b: 2 },
    })
    expect(tally.of('afterStep')).toHaveLength(3)
  })

  promised('row 60: the context to one whose keys refuse to be written loses no output', async (given) => {
    const refuse = (context: object): void =>
      void Object.defineProperty(context, 'b', {
        get: () => 'theirs',
        set() {
          throw new Error('no')
        },
        enumerable: true,
        configurable: true,
      })
    const definition = untyped('c')
      .tap(refuse)
      .next(async () => 2, { out: 'b' })
      .next(() => 3, { out: 'd', args: [] })

    expect(await given.run(definition)).toEqual({ ok: true, context: { b: 2, d: 3 } })
  })
})
