import { pino } from 'pino'
import { chain, DefinitionError, fromPino, type LogFields } from 'stepchain'
import { expect, test } from 'vitest'

type Line = Readonly<Record<string, unknown>>

/** A pino logger, and what it wrote. */
function written(options: { level?: string } = {}) {
  const lines: Line[] = []
  const stream = { write: (text: string) => void lines.push(JSON.parse(text) as Line) }
  return { lines, logger: pino({ base: null, timestamp: false, ...options }, stream) }
}

test('lines and their fields arrive as pino takes them', async () => {
  const { lines, logger } = written({ level: 'debug' })
  await chain('etl', { logger: fromPino(logger) })
    .next(() => ({ at: '100%s {a}' }), {
      out: 'a',
      log: 'a={a}',
      retry: { retries: 1, initialDelay: 0 },
    })
    .run({}, { runId: 'r1' })
  expect(lines.map(({ level, msg }) => [level, msg])).toEqual([
    [20, "Step 'a' started"],
    [30, 'a={"at":"100%s {a}"}'],
    [20, expect.stringMatching(/^Step 'a' ok in /)],
  ])
  expect(lines[1]).toMatchObject({ chain: 'etl', runId: 'r1', step: 'a' })
})

test('levels that are off are never rendered, and follow the logger', async () => {
  const { lines, logger } = written({ level: 'warn' })
  const adapted = fromPino(logger)
  let rendered = 0
  const etl = chain('etl', { logger: adapted }).next(() => ({ toJSON: () => ++rendered }), { out: 'a', log: '{a}' })
  await etl.run()
  expect([lines, rendered]).toEqual([[], 0])
  logger.level = 'info'
  await etl.run()
  expect([lines.map(({ msg }) => msg), rendered]).toEqual([['1'], 1])
})

test('methods are called on the logger, and each level is its own', () => {
  const calls: unknown[] = []
  class Loud {
    readonly #mark = '!'
    debug(fields: LogFields, message: string): void {
      calls.push(['debug', this.#mark, fields, message])
    }
    info(fields: LogFields, message: string): void {
      calls.push(['info', this.#mark, fields, message])
    }
    warn(fields: LogFields, message: string): void {
      calls.push(['warn', this.#mark, fields, message])
    }
    error(fields: LogFields, message: string): void {
      calls.push(['error', this.#mark, fields, message])
    }
  }
  const adapted = fromPino(new Loud())
  for (const level of ['debug', 'info', 'warn', 'error'] as const) adapted[level](`at ${level}`, { n: 1 })
  expect(calls).toEqual(['debug', 'info', 'warn', 'error'].map((level) => [level, '!', { n: 1 }, `at ${level}`]))
  expect(adapted.isLevelEnabled?.('debug')).toBe(true)
})

test('anything else is refused', () => {
  expect(() => fromPino({ info: 1 } as never)).toThrow(DefinitionError)
  expect(() => fromPino(undefined as never)).toThrow(
    "Chain 'fromPino': the logger is undefined; expected an object with debug, info, warn, error",
  )
})

test('a raw pino is told once that it loses fields; what it prints goes on', async () => {
  const { lines, logger } = written()
  const etl = chain('etl', { logger }).next(() => 1, { out: 'a', log: 'a={a}' })
  await etl.run()
  await etl.run()
  await chain('other', { logger }).next(etl, { out: 'b' }).run()
  expect(lines.map(({ msg }) => msg)).toEqual([
    'stepchain: pino drops the fields of lines that are not in its own order; give it as logger: fromPino(logger)',
    'a=1',
    'a=1',
    'a=1',
  ])
  expect(lines[0]).toMatchObject({ level: 40, code: 'STEPCHAIN_RAW_PINO' })
  const silent = written({ level: 'silent' })
  await chain('etl', { logger: silent.logger }).run()
  expect(silent.lines).toEqual([])
})

test('one that only looks like pino, or throws, changes nothing', async () => {
  const told: unknown[] = []
  const note = (...given: unknown[]): void => void told.push(given)
  const methods = { debug: note, info: note, warn: note, error: note, isLevelEnabled: () => false }
  const unreadable = {
    ...methods,
    get bindings(): never {
      throw new Error('no')
    },
  }
  const broken = {
    ...methods,
    bindings: () => ({}),
    levels: {},
    warn: () => {
      throw new Error('no')
    },
  }
  for (const logger of [{ ...methods, bindings: () => ({}) }, { ...methods, levels: {} }, unreadable, broken]) {
    const run = chain('etl', { logger }).next(() => 1, { out: 'a' })
    expect(await run.run()).toEqual({ a: 1 })
  }
  expect(told).toEqual([])
})
