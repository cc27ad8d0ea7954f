import { chain, StepFailedError, ValidationFailedError } from 'stepchain'
import { describe, expect, test } from 'vitest'
import { promised } from '../../support/promises.ts'
import { flaky } from '../../support/steps.ts'
import { Tally } from '../../support/tally.ts'
import { type Loose, untyped } from '../../support/untyped.ts'
import { VirtualClock } from '../../support/virtual-clock.ts'

const now = { retries: 2, initialDelay: 0 } as const

describe('the input of a nested chain', () => {
  const inner = chain<{ a: number; b?: number }>('inner').next(({ a, b }) => [a, b], { out: 'seen' })

  promised('is the context, where nothing else is said', async (given) => {
    const outcome = await given.run(chain<{ a: number }>('c').put('b', 2).next(inner, { out: 'i' }), { a: 1 })

    expect(outcome).toEqual({ ok: true, context: { a: 1, b: 2, i: { a: 1, b: 2, seen: [1, 2] } } })
  })

  promised('is made of named refs and values', async (given) => {
    const definition = chain<{ user: { id: number } }>('c').next(inner, { out: 'i', args: { a: 'user.id', b: 7 } })

    expect(await given.run(definition, { user: { id: 5 } })).toMatchObject({
      context: { i: { a: 5, b: 7, seen: [5, 7] } },
    })
  })

  promised('is what one ref leads to', async (given) => {
    const definition = chain<{ all: { a: number } }>('c').next(inner, { out: 'i', args: ['all'] })

    expect(await given.run(definition, { all: { a: 5 } })).toMatchObject({
      context: { i: { a: 5, seen: [5, undefined] } },
    })
  })

  promised('of the context leaves out what the chain makes itself', async (given) => {
    const twice = chain<{ a: number }>('twice').next(({ a }) => a * 2, { out: 'double' })
    const definition = untyped('c').put('double', 'mine').next(twice, { out: 'i' })

    expect(await given.run(definition, { a: 2 })).toEqual({
      ok: true,
      context: { a: 2, double: 'mine', i: { a: 2, double: 4 } },
    })
  })

  promised('is judged by the schema of that chain, synchronous or not', async (given) => {
    for (const isAsync of [false, true]) {
      const answer = { issues: [{ message: 'must be positive', path: ['a'] }] }
      const validate = (): never => (isAsync ? Promise.resolve(answer) : answer) as never
      const schema = { '~standard': { version: 1 as const, vendor: 'test', validate } }
      const strict = chain('inner', { input: schema }).next(() => 1, { out: 'x', args: [] })
      const error = await given.failure(untyped('c').next(strict, { out: 'i', args: {} }))

      expect(error).toBeInstanceOf(ValidationFailedError)
      expect(error).toMatchObject({ code: 'SC_VALIDATION', step: 'i', issues: answer.issues, chain: 'c' })
      expect(error.message).toBe("Chain 'inner': its input was refused: a: must be positive")
    }
  })

  promised('that is none fails as one, whatever hooks there are', async (given) => {
    const definition = untyped('c')
      .put('n', 5)
      .next(inner, { out: 'i', args: ['n'] })
    for (const hooks of [{}, { onRunStart: () => {} }, { onRunEnd: () => {} }]) {
      const error = await given.failure(definition, { hooks })

      expect(error).toMatchObject({ code: 'SC_INPUT', step: 'i', chain: 'c' })
      expect(error.message).toBe("Chain 'inner': input is 5; expected a plain object")
    }
  })

  promised('does not share its keys with the outer context', async (given) => {
    const writer = chain<{ list: number[] }>('writer').next(() => 1, { out: 'extra', args: [] })
    const outcome = await given.run(chain<{ list: number[] }>('c').next(writer, { out: 'i' }), { list: [1] })

    expect(outcome).toEqual({ ok: true, context: { list: [1], i: { list: [1], extra: 1 } } })
  })
})

describe('the failure of a nested chain', () => {
  promised('has the path to the step, the cause and what was finished outside', async (given) => {
    const down = new Error('down')
    const innermost = chain('innermost').next(flaky(9, 1, down), { out: 'load', args: [] })
    const middle = chain('middle').next(innermost, { out: 'deep', args: {} })
    const definition = chain('c').put('kept', 1).next(middle, { out: 'mid', args: {} })
    for (const outcome of [await given.run(definition), given.runSync(definition)]) {
      if (outcome.ok) throw new Error('expected a failure')
      const { error } = outcome

      expect(error).toBeInstanceOf(StepFailedError)
      expect(error).toMatchObject({ code: 'SC_STEP', chain: 'c', step: 'mid > deep > load', context: { kept: 1 } })
      expect(error.message).toBe("Step 'mid > deep > load' failed on attempt 1 of 1: down")
      expect(error.cause).toBe(down)
    }
  })

  promised('that has used up retries of its own is not retried outside: attempts do not multiply', async (given) => {
    const step = flaky(99, 1)
    const inner = chain('inner').next(step, { out: 'a', args: [], retry: now })
    const error = await given.failure(chain('c').next(inner, { out: 'i', retry: now }))

    expect(step.calls).toBe(3)
    expect(error.message).toBe("Step 'i > a' failed on attempt 3 of 3: down")
  })

  promised('is retried outside where retryIf says so', async (given) => {
    const step = flaky(99, 1)
    const inner = chain('inner').next(step, { out: 'a', args: [], retry: now })
    const error = await given.failure(chain('c').next(inner, { out: 'i', retry: { ...now, retryIf: () => true } }))

    expect(step.calls).toBe(9)
    expect(error.attempts).toHaveLength(3)
    expect(error.message).toBe("Step 'i' failed on attempt 3 of 3: Step 'i > a' failed on attempt 3 of 3: down")
  })

  promised('keeps what else failed on the way', async (given) => {
    const broken = new Error('predicate')
    const retryIf = (): never => {
      throw broken
    }
    const inner = chain('inner').next(flaky(9, 1), { out: 'a', args: [], retry: { retries: 1, retryIf } })

    expect((await given.failure(chain('c').next(inner, { out: 'i' }))).suppressed).toEqual([broken])
  })

  promised('that was not retried inside is retried outside', async (given) => {
    const step = flaky(2, 'ok')
    const inner = chain('inner').next(step, { out: 'a', args: [] })

    expect(await given.run(chain('c').next(inner, { out: 'i', retry: now }))).toEqual({
      ok: true,
      context: { i: { a: 'ok' } },
    })
    expect(step.calls).toBe(3)
  })

  promised('of validation is not retried outside', async (given) => {
    const step = flaky(0, 1)
    const inner = chain('inner').next(step, { out: 'a', args: [], validate: () => false })
    const error = await given.failure(chain('c').next(inner, { out: 'i', retry: now }))

    expect(error).toMatchObject({
      code: 'SC_VALIDATION',
      step: 'i > a',
      issues: [{ message: 'the validator returned false' }],
    })
    expect(step.calls).toBe(1)
  })

  promised('of a chain that a step runs by itself is wrapped once, with both paths', async (given) => {
    const inner = chain('inner').next(flaky(9, 1), { out: 'load', args: [] })
    const error = await given.failure(chain('c').next(() => inner.run({}, { logger: null }), { out: 'i', args: [] }))

    expect(error).toMatchObject({ code: 'SC_STEP', step: 'i > load', chain: 'c' })
    expect(error.cause).toMatchObject({ code: 'SC_STEP', step: 'load', chain: 'inner' })
  })
})

describe('the events of a nested chain', () => {
  promised('have its path, and go to hooks outside and inside', async (given) => {
    const own = new Tally()
    const tally = new Tally()
    const inner = chain('inner', { hooks: own.hooks }).next(flaky(1, 'ok'), { out: 'x', args: [], retry: now })
    await given.run(chain('c').next(inner, { out: 'i' }), {}, { hooks: tally.hooks })

    expect(tally.order).toEqual([
      'onRunStart',
      'beforeStep i',
      'beforeAttempt i',
      'onRunStart i',
      'beforeStep i/x',
      'beforeAttempt i/x',
      'onRetry i/x',
      'beforeAttempt i/x',
      'afterStep i/x',
      'onRunEnd i',
      'afterStep i',
      'onRunEnd',
    ])
    expect(own.order).toEqual(tally.order.filter((hook) => /i\/x|onRun\w+ i/.test(hook)))
    expect(tally.of('afterStep').map(({ kind }) => kind)).toEqual(['step', 'chain'])
    expect(new Set(tally.events.map(({ event }) => `${event.chain} ${event.runId}`)).size).toBe(1)
  })
})

describe('use', () => {
  promised('inlines the steps and values of a chain: no path, no nested context', async (given) => {
    const tally = new Tally()
    const inner = chain<{ a: number }>('inner')
      .put('two', 2)
      .next(({ a, two }) => a * two, { out: 'b' })
    const definition = chain<{ a: number }>('c')
      .next(({ a }) => a, { out: 'first' })
      .use(inner)
      .next(({ b }) => b + 1, { out: 'last' })
    const outcome = await given.run(definition, { a: 5 }, { hooks: tally.hooks })

    expect(outcome).toEqual({ ok: true, context: { a: 5, two: 2, first: 5, b: 10, last: 11 } })
    expect(tally.of('afterStep').map(({ path, chain: name }) => `${name} ${path}`)).toEqual([
      'c first',
      'c b',
      'c last',
    ])
  })

  promised('of a failing step: the error is that of the outer chain', async (given) => {
    const inner = chain('inner').next(flaky(9, 1), { out: 'b', args: [] })

    expect(await given.failure(chain('c').use(inner))).toMatchObject({ chain: 'c', step: 'b' })
  })
})

describe('depth', () => {
  /** A chain nested as deeply as told; the innermost has one step. */
  function nested(depth: number): Loose {
    let definition = untyped('c0').next(() => 1, { out: 'a', args: [] })
    for (let level = 1; level <= depth; level++)
      definition = untyped(`c${level}`).next(definition, { out: 'a', args: {} })
    return definition
  }

  promised('of 256 is allowed, synchronously and asynchronously', async (given) => {
    expect((await given.run(nested(256))).ok).toBe(true)
    expect(given.runSync(nested(256)).ok).toBe(true)
  })

  promised('row 23: beyond 256 is SC_LIMIT, not an overflow', async (given) => {
    for (const depth of [257, 10_000]) {
      const error = await given.failure(nested(depth))

      expect(error).toMatchObject({ code: 'SC_LIMIT', chain: `c${depth}` })
      expect(error.message).toMatch(/^Step 'a > a > .*…' is nested 256 deep; that is the most$/)
    }
  })
})

test('a nested chain in a synchronous run stays synchronous, with its waits', () => {
  const clock = new VirtualClock()
  const retry = { retries: 1, initialDelay: 30, jitter: 'none' } as const
  const inner = chain('inner').next(flaky(1, 'ok'), { out: 'a', args: [], retry })

  expect(chain('c').next(inner, { out: 'i' }).runSync({}, { clock, logger: null })).toEqual({ i: { a: 'ok' } })
  expect(clock.slept).toEqual([30])
})
