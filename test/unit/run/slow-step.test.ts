import { chain, type SlowEvent } from 'stepchain'
import { describe, expect } from 'vitest'
import { promised } from '../../support/promises.ts'
import { recorder } from '../../support/recorder.ts'
import { never, wait } from '../../support/steps.ts'

function listener(): { readonly slow: SlowEvent[]; readonly hooks: { onSlowStep(event: SlowEvent): void } } {
  const slow: SlowEvent[] = []
  return { slow, hooks: { onSlowStep: (event) => void slow.push(event) } }
}

describe('slowStepWarning', () => {
  promised('row 52: tells of a step that does not settle, once, and ends nothing', async (given) => {
    const { slow, hooks } = listener()
    const definition = chain('c').next(() => wait(given.clock, 90_000, 1), { out: 'a', args: [] })
    const running = given.run(definition, undefined, { hooks, slowStepWarning: 10_000 })

    await given.clock.advance(9_999)
    expect(slow).toEqual([])
    await given.clock.advance(1)
    expect(slow).toMatchObject([{ chain: 'c', path: 'a', attempt: 1, attempts: 1, elapsed: 10_000 }])
    expect(Object.isFrozen(slow[0])).toBe(true)
    await given.clock.advance(80_000)
    expect(await running).toEqual({ ok: true, context: { a: 1 } })
    expect(slow).toHaveLength(1)
  })

  promised('counts from the beginning of each attempt, and not again for its validator', async (given) => {
    const { slow, hooks } = listener()
    let calls = 0
    const definition = chain('c').next(
      async () => {
        await wait(given.clock, 150)
        if (++calls === 1) throw new Error('down')
        return calls
      },
      { out: 'a', args: [], retry: { retries: 1, initialDelay: 0 }, validate: async () => wait(given.clock, 500) },
    )
    const running = given.run(definition, undefined, { hooks, slowStepWarning: 100 })
    await given.clock.advance(800)

    expect(await running).toEqual({ ok: true, context: { a: 2 } })
    expect(slow).toMatchObject([
      { attempt: 1, elapsed: 100 },
      { attempt: 2, elapsed: 100 },
    ])
  })

  promised('says nothing of a step that is quick enough', async (given) => {
    const { slow, hooks } = listener()
    const definition = chain('c')
      .next(() => wait(given.clock, 99, 1), { out: 'a', args: [] })
      .next(() => 2, { out: 'b' })
    const running = given.run(definition, undefined, { hooks, slowStepWarning: 100 })
    await given.clock.advance(500)

    expect(await running).toEqual({ ok: true, context: { a: 1, b: 2 } })
    expect(slow).toEqual([])
  })

  promised('is a line at warn, and over when the run is stopped', async (given) => {
    const logger = recorder('warn')
    const definition = chain('c', { slowStepWarning: 50 }).next(never, { out: 'a' })
    const error = await given.failure(definition, { logger, timeout: 120, ms: 200 })

    expect(error.code).toBe('SC_DEADLINE')
    expect(logger.lines).toMatchObject([
      {
        level: 'warn',
        message: "Step 'a' is still at attempt 1 of 1 after 50 ms",
        fields: { attempt: 1, elapsed: 50 },
      },
    ])
  })

  promised('holds inside of nested chains, which may have a time of their own', async (given) => {
    const { slow, hooks } = listener()
    const inner = chain('inner', { slowStepWarning: 30 }).next(() => wait(given.clock, 40), { name: 'a', args: [] })
    const other = chain('other').next(() => wait(given.clock, 90), { name: 'b', args: [] })
    const outer = chain('outer', { slowStepWarning: 80 }).next(inner, { name: 'first' }).next(other, { name: 'second' })
    const running = given.run(outer, undefined, { hooks })
    await given.clock.advance(200)

    expect(await running).toEqual({ ok: true, context: {} })
    expect(slow.map(({ path, elapsed }) => [path, elapsed])).toEqual([
      ['first/a', 30],
      ['second/b', 80],
      ['second', 80],
    ])
  })
})
