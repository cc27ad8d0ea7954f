import { describe, expect, test } from 'vitest'
import { recorder } from '../../support/recorder.ts'
import { thrownBy, untyped } from '../../support/untyped.ts'
import { VirtualClock } from '../../support/virtual-clock.ts'

function failing(times: number, error: unknown): () => number {
  let calls = 0
  return () => {
    if (++calls <= times) throw error
    return calls
  }
}

const retry = { retries: 3, initialDelay: 200, jitter: 'none' }

describe('a retry', () => {
  test('is a line at warn', () => {
    const logger = recorder('info')
    const chain = untyped('orders').next(failing(2, new Error('down')), { out: 'x', retry })
    chain.runSync({}, { logger, clock: new VirtualClock(), runId: 'r1' })
    expect(logger.text).toEqual([
      "warn Step 'x' failed on attempt 1 of 4: down; retrying in 200 ms",
      "warn Step 'x' failed on attempt 2 of 4: down; retrying in 400 ms",
    ])
    const fields = { chain: 'orders', runId: 'r1', step: 'x', attempts: 4 }
    expect(logger.lines.map((line) => line.fields)).toEqual([
      { ...fields, attempt: 1, delay: 200 },
      { ...fields, attempt: 2, delay: 400 },
    ])
  })

  test.each([
    [0, '0 ms'],
    [0.1234, '0.12 ms'],
    [9.999, '10 ms'],
    [1234.56, '1235 ms'],
  ])('after %d says %s', (initialDelay, said) => {
    const logger = recorder('info')
    const chain = untyped('orders').next(failing(1, new Error('down')), { out: 'x', retry: { ...retry, initialDelay } })
    chain.runSync({}, { logger, clock: new VirtualClock() })
    expect(logger.text[0]?.endsWith(`retrying in ${said}`)).toBe(true)
  })

  test.each([
    [undefined, 'threw undefined (not an Error)'],
    ['text', 'threw "text" (not an Error)'],
    [new Error('two\nlines'), String.raw`two\u000alines`],
    [new TypeError(''), 'TypeError'],
    [new Error('m'.repeat(5_000)), `${'m'.repeat(1_000)}…`],
  ])('of %o says what was thrown', (thrown, said) => {
    const logger = recorder('info')
    const chain = untyped('orders').next(failing(1, thrown), { out: 'x', retry })
    chain.runSync({}, { logger, clock: new VirtualClock() })
    expect(logger.text).toEqual([`warn Step 'x' failed on attempt 1 of 4: ${said}; retrying in 200 ms`])
  })

  test('the last failure is no retry: it is the error', () => {
    const logger = recorder('info')
    const chain = untyped('orders').next(failing(9, new Error('down')), { out: 'x', retry: { ...retry, retries: 1 } })
    thrownBy(() => chain.runSync({}, { logger, clock: new VirtualClock() }))
    expect(logger.text).toHaveLength(1)
  })
})

describe('the life of steps', () => {
  test('is two lines at debug', () => {
    const logger = recorder()
    const clock = new VirtualClock()
    const chain = untyped('orders')
      .next(() => clock.block(25), { out: 'x' })
      .next(() => clock.block(1.234), { out: 'y' })
    chain.runSync({}, { logger, clock, runId: 'r1' })
    expect(logger.text).toEqual([
      "debug Step 'x' started",
      "debug Step 'x' ok in 25 ms",
      "debug Step 'y' started",
      "debug Step 'y' ok in 1.23 ms",
    ])
    expect(logger.lines[1]?.fields).toEqual({
      chain: 'orders',
      runId: 'r1',
      step: 'x',
      status: 'ok',
      duration: 25,
      attempt: 1,
      attempts: 1,
    })
  })

  test('tells of a failure', () => {
    const logger = recorder()
    thrownBy(() =>
      untyped('orders')
        .tap(failing(1, new Error('down')), { name: 'load' })
        .runSync({}, { logger, clock: new VirtualClock() }),
    )
    expect(logger.text).toEqual(["debug Step 'load' started", "debug Step 'load' failed in 0 ms"])
  })

  test('is not printed where debug is off', () => {
    const logger = recorder('info')
    untyped('orders')
      .next(() => 1, { out: 'x' })
      .runSync({}, { logger })
    expect(logger.text).toEqual([])
  })
})

describe('what throws on the way', () => {
  const fault = new Error('no\nidea')
  const broken = (): never => {
    throw fault
  }

  test('is a line at warn, for hooks, callbacks and templates alike', () => {
    const logger = recorder('info')
    untyped('orders', { hooks: { onRunStart: broken, afterStep: broken } })
      .tap(() => {}, { name: 'load', log: broken })
      .runSync({}, { logger, runId: 'r1' })
    const said = String.raw`threw, which changed nothing: no\u000aidea`
    expect(logger.text).toEqual([
      `warn onRunStart ${said}`,
      `warn log at 'load' ${said}`,
      `warn afterStep at 'load' ${said}`,
    ])
    expect(logger.lines.map(({ fields }) => fields)).toEqual([
      { chain: 'orders', runId: 'r1', step: '', source: 'onRunStart' },
      { chain: 'orders', runId: 'r1', step: 'load', source: 'log' },
      { chain: 'orders', runId: 'r1', step: 'load', source: 'afterStep' },
    ])
  })

  test('is no line where it is the logger itself', () => {
    const logger = recorder('info')
    untyped('orders')
      .next(() => 1, { out: 'x', log: 'x={x}' })
      .runSync({}, { logger: { ...logger, info: broken } })
    expect(logger.text).toEqual([])
  })

  test('is no line either where the logger fails later', async () => {
    const logger = recorder('info')
    const later = { ...logger, info: (): Promise<never> => Promise.reject(fault) }
    await untyped('orders')
      .next(() => 1, { out: 'x', log: 'x={x}' })
      .run({}, { logger: later })
    await new Promise((resolve) => setImmediate(resolve))
    expect(logger.text).toEqual([])
  })

  test('is redacted like every line', () => {
    const logger = recorder('info')
    const redact = (text: string): string => text.replaceAll('idea', '***')
    untyped('orders', { hooks: { onRunStart: broken } }).runSync({}, { logger, redact })
    expect(logger.text).toEqual([String.raw`warn onRunStart threw, which changed nothing: no\u000a***`])
  })
})
