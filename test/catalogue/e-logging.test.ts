import { chain, type Logger } from 'stepchain'
import { describe, expect } from 'vitest'
import { type Case, promised } from '../support/promises.ts'
import { flaky } from '../support/steps.ts'
import { Tally } from '../support/tally.ts'
import { untyped } from '../support/untyped.ts'

const fault = new Error('broken')

function throwing(): never {
  throw fault
}

function logging(line: (message: string) => void): Logger {
  return { debug: line, info: line, warn: line, error: line }
}

describe('what judges an output', () => {
  const refusals: readonly (readonly [string, () => unknown, boolean, unknown])[] = [
    ['returns false', () => false, false, undefined],
    ['promises false', async () => false, false, undefined],
    ['throws an Error', throwing, true, fault],
    ['rejects', () => Promise.reject(fault), true, fault],
    [
      'throws a text',
      () => {
        throw 'text'
      },
      true,
      'text',
    ],
    ['rejects with undefined', () => Promise.reject(undefined), true, undefined],
  ]
  for (const [what, validate, hasCause, cause] of refusals) {
    promised(`row 98: ${what}: SC_VALIDATION, what was thrown its cause`, async (given) => {
      const error = await given.failure(untyped('c').next(() => 1, { out: 'a', args: [], validate }))

      expect(error.code).toBe('SC_VALIDATION')
      expect('cause' in error).toBe(hasCause)
      expect(error.cause).toBe(cause)
    })
  }

  promised('row 98: asynchronously, in a synchronous run: SC_DEFINITION', (given) => {
    for (const validate of [async () => true, () => Promise.reject(fault)]) {
      const outcome = given.runSync(untyped('c').next(() => 1, { out: 'a', args: [], validate }))

      expect(outcome).toMatchObject({ ok: false, error: { code: 'SC_DEFINITION', step: 'a' } })
    }
  })

  promised('row 99: a refusal is not retried, unless retryOnInvalid says so', async (given) => {
    const calls = async (retryOnInvalid: boolean | undefined): Promise<number> => {
      const step = flaky(0, 1)
      const retry = { retries: 3, initialDelay: 0, retryOnInvalid }
      await given.failure(untyped('c').next(step, { out: 'a', args: [], retry, validate: () => false }))
      return step.calls
    }

    expect(await calls(undefined)).toBe(1)
    expect(await calls(false)).toBe(1)
    expect(await calls(true)).toBe(4)
  })
})

describe('a logger that', () => {
  const definition = () =>
    chain('c').next(flaky(1, 'ok'), { out: 'a', args: [], log: 'a={a}', retry: { retries: 1, initialDelay: 0 } })
  const expectSuccess = async (given: Case, logger: Logger | null): Promise<void> =>
    expect(await given.run(definition(), {}, { logger })).toEqual({ ok: true, context: { a: 'ok' } })

  promised('row 100: throws fails no run; the fault is told', async (given) => {
    const tally = new Tally()
    const outcome = await given.run(definition(), {}, { logger: logging(throwing), hooks: tally.hooks })

    expect(outcome).toEqual({ ok: true, context: { a: 'ok' } })
    expect(tally.of('onHookError')[0]).toMatchObject({ source: 'logger', error: fault })
  })

  promised('row 100: throws when asked for its level fails no run', (given) =>
    expectSuccess(given, { ...logging(() => {}), isLevelEnabled: throwing }),
  )

  promised('row 100: is slow only takes its time', (given) =>
    expectSuccess(
      given,
      logging(() => given.clock.block(1_000)),
    ),
  )

  promised('row 100: is null prints nothing', (given) => expectSuccess(given, null))

  promised('row 100: runs a chain that prints with it does not do so for ever', async (given) => {
    let lines = 0
    const logger: Logger = logging(() => {
      lines++
      inner.runSync({}, { logger })
    })
    const inner = chain('inner').next(() => 1, { out: 'x', args: [], log: 'x={x}' })
    await expectSuccess(given, logger)

    expect(lines).toBeGreaterThan(0)
    expect(lines).toBeLessThan(20)
  })

  promised('row 100: log callbacks that throw or reject fail no step', async (given) => {
    for (const log of [throwing, () => Promise.reject(fault)]) {
      const tally = new Tally()
      const outcome = await given.run(
        untyped('c').next(() => 1, { out: 'a', args: [], log }),
        {},
        { logger: logging(() => {}), hooks: tally.hooks },
      )
      await given.clock.advance(0)

      expect(outcome).toEqual({ ok: true, context: { a: 1 } })
      expect(tally.of('onHookError')).toMatchObject([{ source: 'log', error: fault }])
    }
  })
})

describe('a redactor that', () => {
  const bad: readonly (readonly [string, () => unknown])[] = [
    ['throws', throwing],
    ['returns undefined', () => undefined],
    ['returns a number', () => 5],
    ['returns a promise', async () => 'late'],
    ['returns a promise that rejects', () => Promise.reject(fault)],
  ]
  for (const [what, redact] of bad) {
    promised(`row 101: ${what} fails closed: neither a line nor a message shows the raw text`, async (given) => {
      const lines: string[] = []
      const secret = 'hunter2'
      const tally = new Tally()
      const logger = { ...logging((line) => lines.push(line)), isLevelEnabled: (level: string) => level !== 'debug' }
      const options = { logger, redact: redact as (text: string) => string }
      await given.run(
        untyped('c').next(() => secret, { out: 'a', args: [], log: 'a={a}' }),
        {},
        { ...options, hooks: tally.hooks },
      )
      expect(tally.of('onHookError')).toMatchObject([{ source: 'redact', path: 'a' }])
      const error = await given.failure(
        untyped('c').next(flaky(9, 1, new Error(secret)), { out: 'a', args: [] }),
        options,
      )

      expect(lines.length).toBeGreaterThan(0)
      expect(lines.every((line) => line === '[redaction failed]')).toBe(true)
      expect(error.message).toBe('[redaction failed]')
    })
  }
})
