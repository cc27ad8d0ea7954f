import { EventEmitter } from 'node:events'
import { CancelledError, chain } from 'stepchain'
import { describe, expect, vi } from 'vitest'
import { promised } from '../support/promises.ts'
import { expectRefused } from '../support/refused-run.ts'
import { flaky, never, wait } from '../support/steps.ts'
import { Tally } from '../support/tally.ts'
import { untyped } from '../support/untyped.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

function throws(): never {
  throw new Error('no lambda')
}

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
    new EventEmitter(),
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

  promised('row 39: what has the parts of one is one, wherever it was made', async (given) => {
    const target = new EventTarget()
    const signal = {
      aborted: false,
      reason: undefined as unknown,
      addEventListener: vi.fn<EventTarget['addEventListener']>(target.addEventListener.bind(target)),
      removeEventListener: vi.fn<EventTarget['removeEventListener']>(target.removeEventListener.bind(target)),
    }
    const running = given.run(untyped('c').next(never, { out: 'a', args: [] }), {}, { signal: signal as never })
    await given.clock.advance(10)
    Object.assign(signal, { aborted: true, reason: 'enough' })
    target.dispatchEvent(new Event('abort'))

    expect(await running).toMatchObject({ ok: false, error: { code: 'SC_CANCELLED', cause: 'enough' } })
    expect(signal.removeEventListener.mock.calls).toEqual(signal.addEventListener.mock.calls)
  })
})

describe('the deadline', () => {
  const bad: readonly (readonly [string, unknown])[] = [
    ['NaN', Number.NaN],
    ['text', 'soon'],
    ['a number', 5],
    ['null', null],
    ['an object', {}],
    ['an invalid Date', new Date(Number.NaN)],
    ['a Date beyond what one can hold', new Date(9e15)],
  ]
  for (const [title, deadline] of bad) {
    promised(`row 40: ${title} is SC_INPUT`, (given) => expectRefused(given, {}, { deadline }))
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

  for (const [title, later] of [
    ['throws', throws],
    ['gives NaN', () => Number.NaN],
  ] as const) {
    promised(`row 41: a function that ${title} later on is SC_DEADLINE, never endless`, async (given) => {
      const second = flaky(0, 1)
      let deadline: () => number = () => 1_000
      const definition = chain('c')
        .next(() => void (deadline = later), { out: 'a', args: [] })
        .next(second, { out: 'b', args: [] })

      expect((await given.failure(definition, { deadline: () => deadline() })).code).toBe('SC_DEADLINE')
      expect(second.calls).toBe(0)
    })
  }
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
