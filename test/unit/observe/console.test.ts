import { format } from 'node:util'
import { consoleLogger } from 'stepchain'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { thrownBy, untyped } from '../../support/untyped.ts'

const LEVELS = ['debug', 'info', 'warn', 'error'] as const
let printed: unknown[][] = []

beforeEach(() => {
  printed = []
  for (const level of LEVELS)
    vi.spyOn(console, level).mockImplementation((...given) => void printed.push([level, ...given]))
})

afterEach(() => {
  vi.restoreAllMocks()
})

test('a level that there is not is refused', () => {
  expect(thrownBy(() => consoleLogger('loud' as never)).message).toBe(
    `Chain 'consoleLogger': the level is "loud"; expected one of 'debug', 'info', 'warn', 'error'`,
  )
})

describe('the console logger', () => {
  test.each([
    ['debug', ['debug', 'info', 'warn', 'error']],
    ['info', ['info', 'warn', 'error']],
    ['warn', ['warn', 'error']],
    ['error', ['error']],
    [undefined, ['info', 'warn', 'error']],
  ] as const)('from %s prints messages alone', (least, levels) => {
    const logger = consoleLogger(least)
    for (const level of LEVELS) logger[level](`a ${level}`, { chain: 'x' })
    expect(printed).toEqual(levels.map((level) => [level, `a ${level}`]))
    expect(LEVELS.filter((level) => logger.isLevelEnabled?.(level))).toEqual(levels)
  })

  test.each(['verbose', '', 'INFO', null, 1])('from %o is refused', (least) => {
    const error = thrownBy(() => consoleLogger(least as 'info'))
    expect(error.code).toBe('SC_DEFINITION')
    expect(error.message).toContain("expected one of 'debug', 'info', 'warn', 'error'")
  })

  test('finds the console when it prints, and does without', () => {
    const logger = consoleLogger()
    vi.stubGlobal('console', undefined)
    try {
      expect(() => logger.info('nobody hears', {})).not.toThrow()
    } finally {
      vi.unstubAllGlobals()
    }
    logger.info('somebody does', {})
    expect(printed).toEqual([['info', 'somebody does']])
  })

  test('is the default of every run: templates, retries and faults, not the life of steps', () => {
    let calls = 0
    const flaky = (): number => {
      if (++calls === 1) throw new Error('once')
      return calls
    }
    untyped('orders')
      .next(flaky, { out: 'x', log: 'x={x}', retry: { retries: 1, initialDelay: 0 } })
      .runSync()
    expect(printed).toEqual([
      ['warn', "Step 'x' failed on attempt 1 of 2: once; retrying in 0 ms"],
      ['info', 'x=2'],
    ])
  })

  test('row 116: a plain console fits as it is, and takes no % in a value for a format', () => {
    untyped('orders')
      .next(() => '%s %o %c 100%', { out: 'x', log: 'x={x}' })
      .runSync({}, { logger: console, runId: 'r1' })
    const lines = printed.map(([level, ...given]) => [level, format(...given)])
    expect(lines).toContainEqual(['info', "x=%s %o %c 100% { chain: 'orders', runId: 'r1', step: 'x' }"])
  })

  test('row 116: the default logger takes none either', () => {
    untyped('orders')
      .next(() => '%s %% 100%', { out: 'x', log: 'x={x}' })
      .runSync()
    expect(printed.map(([level, ...given]) => [level, format(...given)])).toEqual([['info', 'x=%s %% 100%']])
  })

  test('row 148: making one, or a chain, prints nothing', () => {
    consoleLogger('debug')
    untyped('orders').next(() => 1, { out: 'x', log: '{x}' })
    expect(printed).toEqual([])
  })
})
