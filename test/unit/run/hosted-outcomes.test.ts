import {
  chain,
  DeadlineExceededError,
  type Host,
  HookFailedError,
  StepFailedError,
  type StepOutcome,
  StepTimeoutError,
  UnresolvedReferenceError,
  ValidationFailedError,
} from 'stepchain'
import { describe, expect, test } from 'vitest'
import { type Case, promised } from '../../support/promises.ts'
import { flaky } from '../../support/steps.ts'

/** A host that keeps what each step came to, and waits at once. */
function keeping(own: Partial<Host> = {}): Host & { readonly kept: StepOutcome[]; readonly waits: unknown[] } {
  const kept: StepOutcome[] = []
  const waits: unknown[] = []
  return {
    runId: 'run-1',
    kept,
    waits,
    async step(_call, run) {
      const outcome = await run({})
      kept.push(outcome as StepOutcome)
      return outcome
    },
    ...own,
  }
}

/** A host that gives an outcome from earlier. */
function repeating(outcome: object): Host {
  return { runId: 'run-1', step: async () => outcome as never }
}

describe('what a host is given to remember', () => {
  const unreadable = Object.defineProperty(new Error('x'), 'message', {
    get() {
      throw new Error('getter')
    },
  })
  const error = { name: 'Error', message: 'down' }

  promised('of a success is its value, and which attempt it was', async (given) => {
    const host = keeping()
    const retry = { retries: 1, initialDelay: 0 }
    await given.run(
      chain('c')
        .next(() => 1, { out: 'a', args: [] })
        .next(flaky(1, 2), { out: 'b', args: [], retry }),
      {},
      { host },
    )

    expect(host.kept).toEqual([
      { ok: true, value: 1, attempt: 1 },
      { ok: true, value: 2, attempt: 2 },
    ])
  })

  for (const [title, thrown, kept] of [
    ['an error', new Error('down'), error],
    ['an error with a code', Object.assign(new Error('down'), { code: 'E_DOWN' }), { ...error, code: 'E_DOWN' }],
    ['an error whose code is no text', Object.assign(new Error('down'), { code: 5 }), error],
    [
      'an error whose name and message are no text',
      Object.assign(new Error('x'), { name: 1, message: null }),
      { name: '1', message: 'null' },
    ],
    ['an error that cannot be read', unreadable, { name: 'Error', message: '[unreadable]' }],
    ['no error', 'text', { thrown: 'text' }],
    ['null', null, { thrown: null }],
  ] as const) {
    promised(`of ${title} is plain data`, async (given) => {
      const host = keeping()
      const failure = await given.failure(chain('c').next(flaky(9, 1, thrown as Error), { out: 'a', args: [] }), {
        host,
      })

      expect(host.kept).toEqual([
        {
          ok: false,
          code: 'SC_STEP',
          message: failure.message,
          error: kept,
          attempts: [{ attempt: 1, error: kept, duration: failure.attempts[0]?.duration, abandoned: false }],
          issues: [],
        },
      ])
      expect(failure.cause).toBe(thrown)
    })
  }

  promised('of output that was refused has its issues, and no error', async (given) => {
    const host = keeping()
    await given.failure(
      chain('c').next(() => 1, { out: 'a', args: [], validate: () => false }),
      { host },
    )

    expect(host.kept).toMatchObject([
      { ok: false, code: 'SC_VALIDATION', issues: [{ message: 'the validator returned false' }] },
    ])
    expect(host.kept[0]).not.toHaveProperty('error')
    expect(host.kept[0]).not.toHaveProperty('delay')
  })

  promised('of a wait that is the host’s is the failure so far, and the wait', async (given) => {
    for (const [minDurableMs, outside] of [
      [undefined, true],
      [50, true],
      [51, false],
    ] as const) {
      const waits: unknown[] = []
      const sleep = async (name: string, ms: number): Promise<void> => void waits.push([name, ms])
      const host = keeping({ sleep, ...(minDurableMs === undefined ? {} : { minDurableMs }) })
      const retry = { retries: 1, initialDelay: 50, jitter: 'none' } as const
      const running = given.run(chain('c').next(flaky(1, 'ok'), { out: 'a', args: [], retry }), {}, { host })
      await given.clock.advance(60)

      expect(await running).toEqual({ ok: true, context: { a: 'ok' } })
      expect(waits).toEqual(outside ? [['a.wait', 50]] : [])
      expect(host.kept).toHaveLength(outside ? 2 : 1)
      if (outside)
        expect(host.kept[0]).toEqual({
          ok: false,
          code: '',
          message: '',
          attempts: [{ attempt: 1, error, duration: expect.any(Number) as number, abandoned: false }],
          delay: 50,
        })
    }
  })
})

describe('what a host remembers', () => {
  const failed = { ok: false, message: 'it failed', attempts: [] }

  for (const [code, type] of [
    ['SC_STEP', StepFailedError],
    ['SC_TIMEOUT', StepTimeoutError],
    ['SC_VALIDATION', ValidationFailedError],
    ['SC_DEADLINE', DeadlineExceededError],
    ['SC_REFERENCE', UnresolvedReferenceError],
    ['SC_HOOK', HookFailedError],
    ['', StepFailedError],
  ] as const) {
    promised(`is thrown as what it was: ${code || 'no code'}`, async (given) => {
      const issues = [{ message: 'no' }]
      const error = await failure(given, { ...failed, code, issues })

      expect(error.constructor).toBe(type)
      expect(error).toMatchObject({ message: 'it failed', step: 'a', issues })
      expect('cause' in error).toBe(false)
    })
  }

  promised('has what was thrown as it can be told', async (given) => {
    const thrown = await failure(given, { ...failed, code: 'SC_STEP', error: { thrown: 'text' } })
    expect(thrown.cause).toBe('text')
    const plain = await failure(given, { ...failed, code: 'SC_STEP', error: { name: 'TypeError', message: 'gone' } })
    expect(plain.cause).toBeInstanceOf(Error)
    expect(plain.cause).toMatchObject({ name: 'TypeError', message: 'gone' })
    expect(plain.cause).not.toHaveProperty('code')
    const coded = { name: 'TypeError', message: 'gone', code: 'E' }
    const attempts = [{ attempt: 1, error: coded, duration: 5, abandoned: true }]
    const error = await failure(given, { ok: false, message: 'm', code: 'SC_STEP', error: coded, attempts })
    expect(error.cause).toMatchObject(coded)
    expect(error.attempts).toMatchObject([{ attempt: 1, error: coded, duration: 5, abandoned: true }])
  })

  function failure(given: Case, outcome: object): ReturnType<Case['failure']> {
    return given.failure(
      chain('c').next(() => 1, { out: 'a', args: [] }),
      { host: repeating(outcome) },
    )
  }
})

describe('a nested chain on a host', () => {
  for (const [title, { minDurableMs, sleeps = true, delay = 50 }, waits] of [
    ['as long as the least', { minDurableMs: 50 }, ['in.wait', 'in#2.wait']],
    ['longer', {}, ['in.wait', 'in#2.wait']],
    ['shorter', { minDurableMs: 51 }, []],
    ['of nothing', { delay: 0 }, []],
    ['on a host that does not wait', { sleeps: false }, []],
  ] as const satisfies readonly (readonly [
    string,
    { minDurableMs?: number; sleeps?: boolean; delay?: number },
    string[],
  ])[]) {
    promised(`waits outside where it has to, and inside otherwise: ${title}`, async (given) => {
      const told: unknown[] = []
      const sleep = async (name: string, ms: number): Promise<void> => void told.push([name, ms])
      const host = keeping({ ...(sleeps ? { sleep } : {}), ...(minDurableMs === undefined ? {} : { minDurableMs }) })
      const inner = chain('inner').next(flaky(2, 'ok'), { out: 'load', args: [] })
      const retry = { retries: 2, initialDelay: delay, backoff: 'constant', jitter: 'none' } as const
      const running = given.run(chain('c').next(inner, { out: 'in', args: {}, retry }), {}, { host })
      await given.clock.advance(120)

      expect(await running).toEqual({ ok: true, context: { in: { load: 'ok' } } })
      expect(told).toEqual(waits.map((name) => [name, 50]))
      expect(host.kept).toHaveLength(3)
    })
  }

  promised('has paths of at most 256 characters', async (given) => {
    const inner = chain('inner').next(() => 1, { name: 'y'.repeat(128), out: 'x', args: [] })
    const outer = chain('c').next(inner, { name: 'x'.repeat(128), out: 'in', args: {} })
    const error = await given.failure(outer, { host: keeping() })

    expect(error.code).toBe('SC_LIMIT')
    expect(error.message).toBe(
      `Step '${'x'.repeat(128)} > ${'y'.repeat(128)}': its path has more than 256 characters, the most that a host takes`,
    )
  })
})

test('a host is told which chain, run and step it is, and with what it is called', async () => {
  const calls: object[] = []
  const host: Host = {
    runId: 'r',
    step: (call, run) => (calls.push({ ...call, args: structuredClone(call.args) }), run({})),
  }
  const inner = chain<{ n: number }>('inner').next((n) => n + 1, { out: 'm', args: ['n'] })
  await chain<{ n: number }>('outer', { host, logger: null })
    .next(inner, { out: 'i', args: { n: 'n' } })
    .next(({ n }) => n, { out: 'k' })
    .run({ n: 1 })

  expect(calls).toEqual([
    { chain: 'outer', runId: 'r', path: 'i/m', name: 'm', args: [1] },
    { chain: 'outer', runId: 'r', path: 'k', name: 'k', args: [{ n: 1, i: { n: 1, m: 2 } }] },
  ])
})
