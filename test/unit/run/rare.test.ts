import { describe, expect } from 'vitest'
import { type Case, promised } from '../../support/promises.ts'
import { flaky, never } from '../../support/steps.ts'
import { Tally } from '../../support/tally.ts'
import type { Loose } from '../../support/untyped.ts'

const down = new Error('down')
const fails = (): Promise<never> => Promise.reject(down)

describe('a step with when', () => {
  promised('is passed over unless that is true: its key is there, and undefined', async (given) => {
    const step = flaky(0, 'done')
    const chain = given.chain().next(step, { out: 'a', args: [], when: ({ go }: { go: boolean }) => go })

    expect(await given.run(chain, { go: true })).toEqual({ ok: true, context: { go: true, a: 'done' } })
    expect(await given.run(chain, { go: false })).toEqual({ ok: true, context: { go: false, a: undefined } })
    expect(given.runSync(chain, { go: false })).toEqual({ ok: true, context: { go: false, a: undefined } })
    expect(step.calls).toBe(1)
  })

  promised('keeps the old value where it would overwrite one', async (given) => {
    const chain = given
      .chain()
      .put('a', 1)
      .next(() => 2, { out: 'a', args: [], overwrite: true, when: () => false })

    expect(await given.run(chain)).toEqual({ ok: true, context: { a: 1 } })
  })

  promised('may be a tap, a group, a loop or a chain', async (given) => {
    const step = flaky(0, 1)
    const branch = (c: Loose): Loose => c.next(step, { out: 'a', args: [] })
    const when = (): boolean => false
    const chain = given
      .chain()
      .tap(step, { args: [], when })
      .parallel([(c: Loose) => c.next(step, { out: 'b', args: [] })], { when })
      .parallel({ p: branch }, { when })
      .map('xs', step, { out: 'ys', when })
      .each('xs', step, { when })
      .each('xs', step, { out: 'sum', when })
      .next(branch(given.chain('inner')), { out: 'i', args: {}, when })

    const nothing = { b: undefined, p: undefined, ys: undefined, sum: undefined, i: undefined }
    expect(await given.run(chain, {})).toEqual({ ok: true, context: nothing })
    expect(step.calls).toBe(0)
  })

  for (const [title, gives] of [
    ['undefined', () => undefined],
    ['1', () => 1],
    ['a promise', () => Promise.resolve(true)],
    ['a promise', () => Promise.reject(down)],
  ] as const) {
    promised(`fails where that gives ${title}`, async (given) => {
      const other = flaky(0, 1)
      for (const chain of [
        given.chain().next(other, { out: 'a', args: [], when: gives }),
        given.chain().when(gives, (c: Loose) => c.tap(other), undefined, { name: 'a' }),
      ]) {
        const error = await given.failure(chain)

        expect(error).toMatchObject({ code: 'SC_STEP', step: 'a' })
        expect(error.message).toBe(
          `Step 'a' failed on attempt 1 of 1: the predicate gave ${title}; expected true or false`,
        )
      }
      expect(other.calls).toBe(0)
    })
  }

  promised('fails where that throws, and is neither tried again nor replaced', async (given) => {
    let calls = 0
    const when = (): never => {
      calls++
      throw down
    }
    const chain = given.chain().next(() => 1, { out: 'a', args: [], when, retry: 3, fallback: 2 })
    const error = await given.failure(chain)

    expect(error).toMatchObject({ code: 'SC_STEP', step: 'a' })
    expect(error.cause).toBe(down)
    expect(calls).toBe(1)
  })

  promised('is told of as skipped', async (given) => {
    const tally = new Tally()
    const chain = given
      .chain()
      .next(() => 1, { out: 'a', args: [], when: () => false })
      .map('xs', () => 1, { out: 'ys', when: () => false })
      .when(
        () => false,
        (c: Loose) => c,
      )
    await given.run(chain, { xs: [1] }, { hooks: tally.hooks })

    expect(tally.order).toEqual(['onRunStart', 'afterStep a', 'afterStep ys', 'afterStep when-3', 'onRunEnd'])
    expect(tally.of('afterStep')).toMatchObject([
      { kind: 'step', status: 'skipped', duration: 0 },
      { kind: 'map', status: 'skipped' },
      { kind: 'when', status: 'skipped' },
    ])
    for (const event of tally.of('afterStep')) expect(event).not.toHaveProperty('output')
  })
})

describe('a choice', () => {
  const sides = (given: Case, options?: object): Loose =>
    given.chain().when(
      ({ go }: { go: boolean }) => go,
      (c: Loose) => c.next(() => 1, { out: 'both', args: [] }).next(() => 2, { out: 'one', args: [] }),
      (c: Loose) => c.next(async () => 3, { out: 'both' }).next(() => 4, { out: 'other', args: [] }),
      options,
    )

  promised('takes one side; what only the other sets is there, and undefined', async (given) => {
    expect(await given.run(sides(given), { go: true })).toEqual({
      ok: true,
      context: { go: true, both: 1, one: 2, other: undefined },
    })
    expect(await given.run(sides(given), { go: false })).toEqual({
      ok: true,
      context: { go: false, both: 3, one: undefined, other: 4 },
    })
  })

  promised('asks once a step, not once an attempt', async (given) => {
    let asked = 0
    const step = flaky(2, 'ok')
    const chain = given.chain().when(
      () => (asked++, true),
      (c: Loose) => c.next(step, { out: 'a', args: [] }),
      undefined,
      { retry: { retries: 2, initialDelay: 0 } },
    )

    expect((await given.run(chain)).ok).toBe(true)
    expect([asked, step.calls]).toEqual([1, 3])
  })

  promised('may take too long as a whole', async (given) => {
    const chain = given.chain().when(
      () => true,
      (c: Loose) => c.next(() => 1, { out: 'a', args: [] }).tap(never),
      undefined,
      { timeout: 50, name: 'w' },
    )

    expect(await given.failure(chain, { ms: 100 })).toMatchObject({ code: 'SC_TIMEOUT', step: 'w', context: { a: 1 } })
  })

  promised('that fails says where, and keeps what was finished in it', async (given) => {
    const chain = given.chain().when(
      () => true,
      (c: Loose) => c.next(() => 1, { out: 'a', args: [] }).tap(fails, { name: 'x' }),
      undefined,
      { name: 'w' },
    )
    const error = await given.failure(chain)

    expect(error).toMatchObject({
      code: 'SC_STEP',
      step: 'w > x',
      message: "Step 'w > x' failed on attempt 1 of 1: down",
      context: { a: 1 },
    })
    expect(error.cause).toBe(down)
  })
})
