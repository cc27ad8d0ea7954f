import { EventEmitter } from 'node:events'
import { describe, expect, test } from 'vitest'
import { Place } from '../../../src/compile/check.ts'
import { compileSettings, DEFAULT_SETTINGS } from '../../../src/compile/settings.ts'
import { failureOf } from '../../support/outcome.ts'
import { expectRefusal, thrownBy, untyped } from '../../support/untyped.ts'
import { VirtualClock } from '../../support/virtual-clock.ts'

const at = /^Chain 'orders': /

const BAD: readonly (readonly [row: string, option: string, given: unknown, value: string, expected: string])[] = [
  ['row 13', 'timeout', 0, '0', 'a number above 0'],
  ['row 13', 'timeout', -1, '-1', 'a number above 0'],
  ['row 13', 'timeout', Number.NaN, 'NaN', 'a number above 0'],
  ['row 13', 'timeout', '5', '"5"', 'a number above 0'],
  ['row 13', 'timeout', null, 'null', 'a number above 0'],
  ['row 39', 'signal', new EventEmitter(), '[object Object]', 'an AbortSignal'],
  ['row 39', 'signal', {}, '[object Object]', 'an AbortSignal'],
  ['row 39', 'signal', null, 'null', 'an AbortSignal'],
  ['row 39', 'signal', new AbortController(), '[object AbortController]', 'an AbortSignal'],
  ['row 39', 'signal', { aborted: false, addEventListener() {} }, '[object Object]', 'an AbortSignal'],
  ['row 39', 'signal', { aborted: false, removeEventListener() {} }, '[object Object]', 'an AbortSignal'],
  ['row 40', 'deadline', Number.NaN, 'NaN', 'a valid Date, or a function'],
  ['row 40', 'deadline', 5_000, '5000', 'a valid Date, or a function'],
  ['row 40', 'deadline', '2099-01-01', '"2099-01-01"', 'a valid Date, or a function'],
  ['row 40', 'deadline', new Date(Number.NaN), '[object Date]', 'a valid Date, or a function'],
  ['row 40', 'deadline', null, 'null', 'a valid Date, or a function'],
  ['row 40', 'reserve', -1, '-1', 'a number from 0 up, and finite'],
  ['row 40', 'reserve', Infinity, 'Infinity', 'a number from 0 up, and finite'],
  ['row 40', 'reserve', '5', '"5"', 'a number from 0 up'],
  ['row 100', 'logger', {}, '[object Object]', 'an object with debug, info, warn, error'],
  ['row 100', 'logger', 'console', '"console"', 'an object with debug, info, warn, error'],
  ['row 100', 'logger', console.log, 'a function', 'an object with debug, info, warn, error'],
  ['row 101', 'redact', 'x', '"x"', 'a function'],
  ['row 101', 'redact', /x/, '[object RegExp]', 'a function'],
  ['row 16', 'strict', 1, '1', 'true or false'],
  ['row 16', 'strict', null, 'null', 'true or false'],
  ['row 16', 'freeze', 1, '1', 'true or false'],
  ['row 16', 'strictHooks', 'yes', '"yes"', 'true or false'],
  ['row 97', 'slowStepWarning', 0, '0', 'a number above 0'],
  ['row 97', 'slowStepWarning', '5', '"5"', 'a number above 0'],
  ['row 98', 'hookTimeout', -1, '-1', 'a number from 0 up'],
  ['row 98', 'hookTimeout', null, 'null', 'a number from 0 up'],
  ['row 25', 'hooks', null, 'null', 'an object'],
  ['row 25', 'hooks', [], 'an array of 0', 'an object'],
  ['row 25', 'hooks', () => {}, 'a function', 'an object'],
  ['row 142', 'host', {}, '[object Object]', 'an object with step'],
  ['row 142', 'clock', Date, 'a function', 'an object with now, wall, setTimeout'],
  ['row 142', 'random', 0.5, '0.5', 'a function'],
]

describe('an option that is not what it must be', () => {
  test.each(BAD)('%s: %s of a chain: %o', (_, option, given, value, expected) => {
    expectRefusal(
      thrownBy(() => untyped('orders', { [option]: given })),
      { at, option, value, expected },
    )
  })

  test.each(BAD)('%s: %s of a run: %o', async (_, option, given, value, expected) => {
    let calls = 0
    const chain = untyped('orders').tap(() => calls++)
    const options = { [option]: given }
    for (const error of [thrownBy(() => chain.runSync({}, options)), await failureOf(chain.run({}, options))])
      expectRefusal(error, { code: 'SC_INPUT', at, option, value, expected })
    expect(calls).toBe(0)
  })

  test.each([
    ['row 43: a path', '../etc/passwd', '"../etc/passwd"'],
    ['row 43: two dots', 'a..b', '"a..b"'],
    ['row 43: a slash', 'a/b', '"a/b"'],
    ['row 43: NUL', 'a\0b', String.raw`"a\u0000b"`],
    ['row 43: a line break', 'a\n', String.raw`"a\n"`],
    ['row 43: 1 MB', 'x'.repeat(1_000_000), `"${'x'.repeat(80)}…"`],
    ['row 43: 201 characters', 'x'.repeat(201), `"${'x'.repeat(80)}…"`],
    ['row 43: nothing', '', '""'],
    ['row 43: a number', 7, '7'],
    ['row 43: null', null, 'null'],
  ])('%s is no run id', async (_, runId, value) => {
    const chain = untyped('orders')
    const refusal = { code: 'SC_INPUT', at, option: 'runId', value, expected: 'at most 200 letters' }
    expectRefusal(await failureOf(chain.run({}, { runId })), refusal)
    expectRefusal(
      thrownBy(() => chain.runSync({}, { runId })),
      refusal,
    )
  })

  test('row 43: an id is on the error and the events of its run, and belongs to no chain', async () => {
    const runId = `${'x'.repeat(180)}.A_1:2@3-4`
    const seen: string[] = []
    const hooks = { onRunEnd: (event: { runId: string }) => void seen.push(event.runId) }
    const chain = untyped('orders', { hooks, logger: null }).tap(() => {
      throw new Error('no')
    })
    expect((await failureOf(chain.run({}, { runId }))).runId).toBe(runId)
    expect(seen).toEqual([runId])
    expectRefusal(
      thrownBy(() => untyped('orders', { runId: 'x' })),
      { at, option: 'runId', value: '"x"', expected: 'belongs to a run' },
    )
  })

  test('row 10: unknown options', async () => {
    expect(thrownBy(() => untyped('orders', { retries: 3 }))).toMatchObject({
      code: 'SC_DEFINITION',
      message: expect.stringMatching(
        /^Chain 'orders': an option of .*chain is "retries"; expected one of signal, timeout/,
      ),
    })
    expect(await failureOf(untyped('orders').run({}, { timout: 3 }))).toMatchObject({
      code: 'SC_INPUT',
      message: expect.stringMatching(
        /^Chain 'orders': an option of .*run is "timout"; expected .* did you mean 'timeout'\?$/,
      ),
    })
    for (const options of [null, 'x', 5, []])
      expect((await failureOf(untyped('orders').run({}, options))).code).toBe('SC_INPUT')
  })

  test('row 144: nothing is read from a polluted prototype', () => {
    const polluted = Object.prototype as { timeout?: number; strict?: string }
    try {
      polluted.timeout = -1
      polluted.strict = 'yes'
      expect(untyped('orders', {}).runSync({ a: 1 }, {})).toEqual({ a: 1 })
    } finally {
      delete polluted.timeout
      delete polluted.strict
    }
  })
})

describe('a signal', () => {
  test.each(['reason', undefined, 0, new Error('stop'), Object.freeze(new Error('frozen'))])(
    'row 38: already aborted with %o runs nothing and tells onRunEnd alone',
    async (reason) => {
      const told: string[] = []
      const names = ['onRunStart', 'beforeStep', 'beforeAttempt', 'onRetry', 'afterStep', 'onRunEnd', 'wrap']
      const hooks = Object.fromEntries(names.map((name) => [name, () => void told.push(name)]))
      const chain = untyped('orders', { hooks, logger: null }).tap(() => told.push('step'))
      const controller = new AbortController()
      controller.abort(reason)
      const { signal } = controller
      for (const error of [
        thrownBy(() => chain.runSync({}, { signal })),
        await failureOf(chain.run({ a: 1 }, { signal })),
      ]) {
        expect(error.code).toBe('SC_CANCELLED')
        expect(error.cause).toBe(signal.reason)
        expect(error.step).toBeUndefined()
      }
      expect(told).toEqual(['onRunEnd', 'onRunEnd'])
    },
  )

  test('row 39: from another realm, or made by hand, is a signal', async () => {
    const target = new EventTarget()
    const signal = {
      aborted: false,
      reason: undefined as unknown,
      addEventListener: target.addEventListener.bind(target),
      removeEventListener: target.removeEventListener.bind(target),
    }
    const chain = untyped('orders', { logger: null }).next(() => new Promise(() => {}), { out: 'x' })
    const run = failureOf(chain.run({}, { signal }))
    Object.assign(signal, { aborted: true, reason: 'enough' })
    target.dispatchEvent(new Event('abort'))
    expect(await run).toMatchObject({ code: 'SC_CANCELLED', cause: 'enough' })
  })
})

describe('a deadline', () => {
  const clock = new VirtualClock()

  test.each([
    ['a date', () => new Date(clock.wall() - 1)],
    ['this very moment', () => new Date(clock.wall())],
    ['a function that gives 0', () => () => 0],
    ['a function that gives less', () => () => Number.NEGATIVE_INFINITY],
  ])('row 40: in the past, as %s, is SC_DEADLINE before the first step', async (_, make) => {
    let calls = 0
    const chain = untyped('orders').tap(() => calls++)
    const options = { deadline: make(), clock }
    for (const error of [thrownBy(() => chain.runSync({}, options)), await failureOf(chain.run({}, options))]) {
      expect(error.code).toBe('SC_DEADLINE')
      expect(error.message).toContain("Chain 'orders'")
      expect(error.step).toBeUndefined()
    }
    expect(calls).toBe(0)
  })

  test('row 40: far in the future is no limit', async () => {
    for (const deadline of [new Date(8.64e15), () => Infinity, () => 2 ** 40, new Date(clock.wall() + 2 ** 32)])
      expect(
        await untyped('orders')
          .next(async () => 1, { out: 'x' })
          .run({}, { deadline, clock }),
      ).toEqual({ x: 1 })
    expect(clock.pending).toBe(0)
  })

  test('row 40: what is reserved comes off it', () => {
    const chain = untyped('orders').next((_: unknown, step: { remaining(): number }) => step.remaining(), {
      out: 'left',
    })
    expect(chain.runSync({}, { deadline: () => 500, reserve: 100, clock })).toEqual({ left: 400 })
    expect(thrownBy(() => chain.runSync({}, { deadline: () => 500, reserve: 500, clock })).code).toBe('SC_DEADLINE')
    expect(chain.runSync({}, { deadline: () => 500, timeout: 300, clock })).toEqual({ left: 300 })
  })

  test.each([
    ['NaN', () => Number.NaN],
    ['undefined', () => undefined],
    ['text', () => '500'],
    [
      'an error',
      () => {
        throw new Error('no idea')
      },
    ],
  ])('row 41: a function that gives %s fails the run before the first step', async (_, deadline) => {
    let calls = 0
    const chain = untyped('orders').tap(() => calls++)
    for (const error of [
      thrownBy(() => chain.runSync({}, { deadline })),
      await failureOf(chain.run({}, { deadline })),
    ]) {
      expect(error.code).toBe('SC_INPUT')
      expect(error.message).toMatch(at)
      expect(error.message).toContain('deadline')
    }
    expect(calls).toBe(0)
  })
})

describe('a run’s options', () => {
  test('win over those of the chain', () => {
    const lines: string[] = []
    const logger = { debug() {}, info: (line: string) => void lines.push(line), warn() {}, error() {} }
    const chain = untyped('orders', { logger: null, redact: () => 'chain' }).next(() => 1, { out: 'x', log: 'x={x}' })
    chain.runSync()
    expect(lines).toEqual([])
    chain.runSync({}, { logger })
    chain.runSync({}, { logger, redact: (text: string) => `run ${text}` })
    chain.runSync({}, { logger: undefined })
    expect(lines).toEqual(['chain', 'run x=1'])
  })

  test('are called those of the run in messages', () => {
    const refused = (run: boolean): string =>
      thrownBy(() => compileSettings(DEFAULT_SETTINGS, { no: 1 }, new Place('orders', undefined, run))).message
    expect(refused(true)).toContain('Chain \'orders\': an option of the run is "no"; expected one of signal,')
    expect(refused(false)).toContain('Chain \'orders\': an option of the chain is "no"; expected one of signal,')
  })

  test('row 102: hooks are taken when they are given', () => {
    const told: string[] = []
    const hooks: Record<string, unknown> = { onRunStart: () => void told.push('start') }
    const chain = untyped('orders', { hooks })
    hooks['onRunStart'] = () => void told.push('other')
    hooks['onRunEnd'] = () => void told.push('end')
    chain.runSync()
    expect(told).toEqual(['start'])
  })
})
