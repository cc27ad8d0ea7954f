import { type Report, type RunEndEvent, type StepEndEvent, secret } from 'stepchain'
import { describe, expect, test } from 'vitest'
import { brief, reported, type Reporting } from '../../support/reports.ts'
import { flaky, never, wait } from '../../support/steps.ts'
import { untyped } from '../../support/untyped.ts'
import { VirtualClock } from '../../support/virtual-clock.ts'

describe('the report of a run', () => {
  test('says when it began, how long it took, and what each step did', async () => {
    const { report } = await reported((chain, clock) =>
      chain
        .next(() => clock.block(2), { out: 'a', args: [] })
        .next(() => wait(clock, 10), { out: 'b', args: [] })
        .next(() => 1, { out: 'c', args: [] }),
    )
    expect(report).toStrictEqual({
      version: 1,
      chain: 'c',
      runId: 'run-1',
      status: 'ok',
      startedAt: '2026-01-01T00:00:01.000Z',
      duration: 12,
      steps: [
        { path: 'a', name: 'a', kind: 'step', status: 'ok', start: 0, duration: 2, attempts: 1 },
        { path: 'b', name: 'b', kind: 'step', status: 'ok', start: 2, duration: 10, attempts: 1 },
        { path: 'c', name: 'c', kind: 'step', status: 'ok', start: 12, duration: 0, attempts: 1 },
      ],
      compensations: [],
    })
  })

  test('is the same where others listen too, and does not count what they do', async () => {
    const clock = new VirtualClock()
    const ended: StepEndEvent[] = []
    const afterStep = (event: StepEndEvent): void => {
      ended.push(event)
      clock.block(5)
    }
    const defined = untyped('c', { logger: null, clock, hooks: { afterStep } })
      .next(() => clock.block(2), { out: 'a', args: [] })
      .next(() => clock.block(3), { out: 'b', args: [] }) as Reporting
    expect(defined.safeRunSync().report.steps.map(brief)).toEqual(['a ok 0+2', 'b ok 7+3'])
    expect(ended.map(({ name }) => name)).toEqual(['a', 'b'])
  })

  test('has every attempt that failed, with its cause and the wait after it', async () => {
    const error = Object.assign(new TypeError('down'), { code: 'ECONNRESET' })
    const { report } = await reported((chain, clock) =>
      chain.next(
        () => {
          clock.block(1)
          throw error
        },
        { out: 'a', args: [], retry: { retries: 2, initialDelay: 10 } },
      ),
    )
    const told = { name: 'TypeError', message: 'down', code: 'ECONNRESET' }
    const failure = {
      name: 'StepFailedError',
      message: "Step 'a' failed on attempt 3 of 3: down",
      code: 'SC_STEP',
      step: 'a',
    }
    expect(report).toMatchObject({ status: 'failed', duration: 33, error: failure })
    expect(report.steps).toStrictEqual([
      {
        path: 'a',
        name: 'a',
        kind: 'step',
        status: 'failed',
        start: 0,
        duration: 33,
        attempts: 3,
        failures: [
          { attempt: 1, error: told, duration: 1, delay: 10 },
          { attempt: 2, error: told, duration: 1, delay: 20 },
          { attempt: 3, error: told, duration: 1 },
        ],
        error: failure,
      },
    ])
  })

  test('keeps the first hundred of very many attempts, and the last', async () => {
    const { report } = await reported((chain) =>
      chain.next(untyped('i', { logger: null }).next(flaky(Infinity, 1), { out: 'x', args: [] }), {
        out: 'a',
        retry: { retries: 300, initialDelay: 0, retryIf: () => true },
      }),
    )
    const [step] = report.steps
    expect(step?.attempts).toBe(301)
    expect(step?.failures).toHaveLength(101)
    expect(step?.failures?.at(-1)?.attempt).toBe(301)
    expect(step?.steps).toHaveLength(301)
  })

  test('says what was skipped, what a fallback stood in for, and what was abandoned', async () => {
    const { report } = await reported((chain) =>
      chain
        .next(() => 1, { out: 'a', args: [], when: () => false })
        .next(
          () => {
            throw null
          },
          { out: 'b', args: [], fallback: 2 },
        )
        .next(flaky(1, 1, 'text'), { out: 'd', args: [], fallback: 2 })
        .next(never, { out: 'e', args: [], timeout: 10 }),
    )
    expect(report.steps).toMatchObject([
      { path: 'a', status: 'skipped', start: 0, duration: 0, attempts: 0 },
      {
        path: 'b',
        status: 'ok',
        fallback: true,
        failures: [{ attempt: 1, error: { name: 'null', message: 'threw null (not an Error)' } }],
        error: { code: 'SC_STEP' },
      },
      { path: 'd', fallback: true, failures: [{ error: { name: 'string', message: 'threw "text" (not an Error)' } }] },
      {
        path: 'e',
        status: 'failed',
        abandoned: true,
        duration: 10,
        failures: [{ attempt: 1, duration: 10, abandoned: true, error: { name: 'TimeoutError' } }],
        error: { code: 'SC_TIMEOUT' },
      },
    ])
  })

  test('of a run that was cancelled says so', async () => {
    const { report } = await reported((chain) => chain.next(never, { out: 'a', args: [] }), { timeout: 50 })
    expect(report).toMatchObject({ status: 'cancelled', duration: 50, error: { code: 'SC_DEADLINE' } })
    expect(report.steps).toMatchObject([{ path: 'a', status: 'cancelled', attempts: 1 }])
  })

  test('of a run that never began has no steps', async () => {
    const defined = untyped('c', { logger: null }).next(() => 1, { out: 'a', args: [] }) as Reporting
    const given = [[5], [{}, { timeout: -1 }], [{ a: 1 }]] as readonly [unknown, object?][]
    for (const [input, options] of given) {
      for (const { report } of [await defined.safeRun(input, options), defined.safeRunSync(input, options)]) {
        expect(report).toMatchObject({ chain: 'c', status: 'failed', steps: [], compensations: [] })
        expect(report.runId).toMatch(options === undefined ? /^.+$/ : /^$/)
        expect(report.error?.code).toMatch(/^SC_(INPUT|DEFINITION)$/)
        expect(JSON.parse(JSON.stringify(report))).toStrictEqual(report)
      }
    }
  })

  test('is made once, when it is first read, and is no part of the result as it is printed', () => {
    const result = (untyped('c', { logger: null }).next(() => 1, { out: 'a', args: [] }) as Reporting).safeRunSync()
    expect(result.report).toBe(result.report)
    expect(JSON.stringify(result)).toBe('{"ok":true,"context":{"a":1}}')
    expect(Object.keys(result)).toEqual(['ok', 'context'])
  })

  test('holds no number that is none in JSON, whatever the clock says', async () => {
    const clock = new VirtualClock()
    const broken = Object.assign(clock, { now: () => Number.NaN, wall: () => Number.NaN })
    const defined = untyped('c', { logger: null, clock: broken }).next(() => 1, { out: 'a', args: [] }) as Reporting
    const { report } = defined.safeRunSync()
    expect(report).toMatchObject({ startedAt: '', duration: 0, steps: [{ start: 0, duration: 0 }] })
  })

  test('is on onRunEnd of the outermost run, where somebody listens', async () => {
    const events: RunEndEvent[] = []
    const hooks = { onRunEnd: (event: RunEndEvent) => void events.push(event) }
    const inner = untyped('i').next(() => 1, { out: 'x', args: [] })
    const outer = untyped('c', { logger: null, hooks, clock: new VirtualClock() }).next(inner, { out: 'a' })
    await outer.run({}, { runId: 'run-1' })
    expect(events.map(({ path, report }) => [path, report?.steps.map(brief)])).toEqual([
      ['a', undefined],
      ['', [['a ok 0+0', ['a/x ok 0+0']]]],
    ])
    expect(events[1]?.report).toMatchObject({ runId: 'run-1', status: 'ok', duration: 0 })
    expect(events[1]?.report).toBe(events[1]?.report)
    expect(() => outer.runSync(5)).toThrow('expected a plain object')
    expect(events[2]?.report).toMatchObject({ status: 'failed', error: { code: 'SC_INPUT' }, steps: [] })
  })

  test('on a host has the error as it is here, not in the engine’s form', async () => {
    const host = {
      runId: 'h-1',
      step: (_: unknown, run: (info: object) => Promise<unknown>) => run({}),
      fail: () => 'final',
    }
    const defined = untyped('c', { logger: null }).next(flaky(9, 1), { out: 'a', args: [] }) as Reporting
    const result = await defined.safeRun({}, { host: host as never })
    expect(result).toMatchObject({ ok: false, error: 'final' })
    expect(result.report).toMatchObject({ runId: 'h-1', status: 'failed', error: { code: 'SC_STEP' } })

    const suspended = await defined.safeRun({}, { host: { ...host, isControl: () => true } as never })
    expect(suspended.report).toMatchObject({ status: 'failed', error: { name: 'Error', message: 'down' } })
  })
})

describe('what is not to be seen', () => {
  const redact = (text: string): string => text.replaceAll('hunter2', '***')

  function leaks(report: Report): boolean {
    return JSON.stringify(report).includes('hunter2')
  }

  test('is redacted wherever it is, with the redaction of a nested chain inside of that', async () => {
    const inner = untyped('i', { redact: (text: string) => text.replaceAll('inner-secret', '###') }).next(
      flaky(2, 1, new Error('inner-secret hunter2')),
      { out: 'x', args: [], retry: { retries: 1, initialDelay: 0 } },
    )
    const { report } = await reported((chain) => chain.next(inner, { out: 'hunter2' }), { redact, runId: 'hunter2' })
    expect(leaks(report)).toBe(false)
    expect(JSON.stringify(report)).not.toContain('inner-secret')
    expect(report).toMatchObject({ runId: '***', steps: [{ path: '***', name: '***' }] })
    expect(report.steps[0]?.steps?.[0]?.failures?.[0]?.error.message).toBe('### ***')
  })

  test('is redacted in items and in what undoes steps', async () => {
    const fails = (): never => {
      throw Object.assign(new Error('hunter2'), { name: 'hunter2', code: 'hunter2' })
    }
    const { report } = await reported(
      (chain) => chain.next(() => [1], { out: 'rows', args: [], compensate: fails }).map('rows', fails, { out: 'm' }),
      { redact },
    )
    expect(leaks(report)).toBe(false)
    expect(report.steps[1]?.items?.failures).toHaveLength(1)
    expect(report.compensations).toMatchObject([{ path: 'rows.compensate', status: 'failed' }])
  })

  test('is redacted before it is cut', async () => {
    const { report } = await reported(
      (chain) =>
        chain.next(flaky(9, 1, new Error(`${'x'.repeat(990)}hunter2${'y'.repeat(990)}`)), { out: 'a', args: [] }),
      { redact },
    )
    const message = report.steps[0]?.failures?.[0]?.error.message
    expect(message).toMatch(/^x{990}\*\*\*y{7}…$/)
  })

  test('includes secrets', async () => {
    const password = secret('correct horse battery', { label: 'password' })
    const { report } = await reported((chain) =>
      chain.next(flaky(9, 1, new Error(`login with ${password.reveal()}`)), { out: 'a', args: [] }),
    )
    expect(JSON.stringify(report)).not.toContain('battery')
    expect(report.steps[0]?.failures?.[0]?.error.message).toBe('login with [secret:password]')
  })

  test('errors that cannot be read are told as such, and fail nothing', async () => {
    const hostile = new Error('x')
    Object.defineProperty(hostile, 'name', {
      get() {
        throw new Error('no')
      },
    })
    const { report } = await reported((chain) => chain.next(flaky(9, 1, hostile), { out: 'a', args: [] }))
    expect(report.steps[0]?.failures).toMatchObject([{ error: { name: 'Error', message: '[unreadable]' } }])
  })
})
