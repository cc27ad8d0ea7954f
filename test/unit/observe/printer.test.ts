import type { Logger } from 'stepchain'
import { describe, expect, test } from 'vitest'
import { printer } from '../../../src/observe/printer.ts'
import { redactorOf } from '../../../src/observe/redactor.ts'
import { faults, type Handle, logging, settle } from '../../support/printing.ts'
import { recorder } from '../../support/recorder.ts'
import { untyped } from '../../support/untyped.ts'

describe('a line', () => {
  test('goes out at info, with chain, run and step beside it', () => {
    const logger = recorder('info')
    logging('x={x}').runSync({}, { logger, runId: 'r1' })
    expect(logger.lines).toEqual([
      { level: 'info', message: 'x=1', fields: { chain: 'orders', runId: 'r1', step: 'x' } },
    ])
  })

  test('of a nested step names the path', () => {
    const logger = recorder('info')
    untyped('outer').next(logging('x={x}'), { out: 'inner' }).runSync({}, { logger, runId: 'r1' })
    expect(logger.lines.map(({ fields }) => fields)).toEqual([{ chain: 'outer', runId: 'r1', step: 'inner/x' }])
  })

  test('of a step that failed is not printed', () => {
    const logger = recorder('info')
    const chain = untyped('orders').next(() => 1, { out: 'x', log: 'x={x}', validate: () => false })
    expect(() => chain.runSync({}, { logger })).toThrow('was refused')
    expect(logger.text).toEqual([])
  })

  test('of a ref that leads nowhere says undefined, however long it is, and a step that says nothing has none', () => {
    const logger = recorder('info')
    logging('{nothing} {nothing.description} {x.a.b}').runSync({}, { logger })
    const at = { chain: 'c', runId: 'r', path: 'x', log: null, report: () => {} }
    printer(logger, redactorOf()).line(at, {}, 1)
    expect(logger.text).toEqual(['info undefined undefined undefined'])
  })

  test('of a callback is what it returns, if that is text', () => {
    const logger = recorder('info')
    const seen: unknown[] = []
    const log = (context: object, output: unknown): string => {
      seen.push({ ...context }, output)
      return 'said\nso'
    }
    logging(log, 5).runSync({ a: 1 }, { logger })
    for (const nothing of [undefined, 7, null, {}]) logging(() => nothing).runSync({}, { logger })
    expect(logger.text).toEqual([String.raw`info said\u000aso`])
    expect(seen).toEqual([{ a: 1, x: 5 }, 5])
  })

  test('row 114: of 16,384 characters is not cut', () => {
    const logger = recorder('info')
    logging(() => 'y'.repeat(16_384)).runSync({}, { logger })
    expect(logger.lines[0]?.message).toBe('y'.repeat(16_384))
  })

  test('row 114: is cut at 16,384 characters, whoever wrote it', () => {
    const logger = recorder('info')
    const long = 'y'.repeat(20_000)
    logging('z'.repeat(20_000)).runSync({}, { logger })
    logging(() => long).runSync({}, { logger })
    untyped('orders')
      .tap((_: unknown, step: Handle) => step.log['info']?.(long))
      .runSync({}, { logger })
    for (const { message } of logger.lines) expect([message.length, message.at(-1)]).toEqual([16_385, '…'])
    expect(logger.lines).toHaveLength(3)
  })
})

describe('a step’s own log', () => {
  test('prints at each level, with fields, escaped', () => {
    const logger = recorder()
    untyped('orders')
      .tap(
        (_: unknown, { log }: Handle) => {
          for (const level of ['debug', 'info', 'warn', 'error'])
            log[level]?.(`${level}\r`, { n: 1, s: 'a\n', d: new Date(0) })
        },
        { name: 'load' },
      )
      .runSync({}, { logger, runId: 'r1', hooks: {} })
    const own = logger.lines.filter(({ message }) => message.endsWith(String.raw`\u000d`))
    expect(own.map(({ level }) => level)).toEqual(['debug', 'info', 'warn', 'error'])
    const fields = {
      chain: 'orders',
      runId: 'r1',
      step: 'load',
      n: 1,
      s: String.raw`a\u000a`,
      d: '1970-01-01T00:00:00.000Z',
    }
    for (const line of own) expect(line.fields).toEqual(fields)
  })

  test('row 100: fields that throw lose the line, not the step', () => {
    const logger = recorder('info')
    const { told, hooks } = faults()
    const fault = new Error('no')
    const fields = {
      get a(): never {
        throw fault
      },
    }
    const chain = untyped('orders').next((_: unknown, { log }: Handle) => (log['info']?.('x', fields), 5), { out: 'x' })
    expect(chain.runSync({}, { logger, hooks })).toEqual({ x: 5 })
    expect(told.map(({ source, error }) => [source, error])).toEqual([['logger', fault]])
    expect(logger.text.filter((line) => line.startsWith('info'))).toEqual([])
  })
})

describe('row 100: a logger', () => {
  test('that throws fails nothing, and each time is told', async () => {
    const fault = new Error('disk full')
    const broken = (): never => {
      throw fault
    }
    const logger = { debug: broken, info: broken, warn: broken, error: broken }
    const { told, hooks } = faults()
    let calls = 0
    const chain = untyped('orders').next(() => ++calls, { out: 'x', log: 'x={x}' })
    expect(chain.runSync({}, { logger, hooks })).toEqual({ x: 1 })
    expect(await chain.run({}, { logger, hooks })).toEqual({ x: 2 })
    const own = told.filter(({ source, path }) => source === 'logger' && path === 'x')
    expect(own.length).toBeGreaterThanOrEqual(2)
    for (const { error } of own) expect(error).toBe(fault)
  })

  test('whose promise rejects fails nothing and is told', async () => {
    const fault = new Error('disk full')
    const rejecting = (): Promise<never> => Promise.reject(fault)
    const logger = {
      debug() {},
      info: rejecting,
      warn: rejecting,
      error: rejecting,
      isLevelEnabled: (level: string) => level !== 'debug',
    }
    const { told, hooks } = faults()
    expect(logging('x={x}').runSync({}, { logger, hooks })).toEqual({ x: 1 })
    await settle()
    expect(told.map(({ source, error }) => [source, error])).toEqual([['logger', fault]])
  })

  test('that is null prints nothing, and renders nothing', () => {
    let reads = 0
    const output = {
      get a(): number {
        return ++reads
      },
    }
    logging('{x.a}', output).runSync({}, { logger: null })
    logging(() => String(output.a)).runSync({}, { logger: null })
    expect(reads).toBe(0)
  })

  test('whose level is off costs no rendering', () => {
    let reads = 0
    const output = {
      get a(): number {
        return ++reads
      },
    }
    const logger = recorder('warn')
    logging('{x.a}', output).runSync({}, { logger })
    logging(() => String(output.a)).runSync({}, { logger })
    expect([reads, logger.text]).toEqual([0, []])
    logging('{x.a}', output).runSync({}, { logger: recorder('info') })
    expect(reads).toBe(1)
  })

  test('that cannot tell its level is asked to print', () => {
    const logger = recorder('info')
    const isLevelEnabled = (): never => {
      throw new Error('no level')
    }
    logging('x={x}').runSync({}, { logger: { ...logger, isLevelEnabled } })
    expect(logger.text).toContain('info x=1')
  })

  test('that runs the chain again is not called from within itself', () => {
    const seen: string[] = []
    const chain = logging('x={x}')
    const again = (message: string): void => {
      seen.push(message)
      if (seen.length < 5) chain.runSync({}, { logger })
    }
    const logger: Logger = { debug() {}, info: again, warn: again, error: again }
    chain.runSync({}, { logger })
    expect(seen).toEqual(['x=1'])
    chain.runSync({}, { logger })
    expect(seen).toEqual(['x=1', 'x=1'])
  })

  test('has its methods called on itself', () => {
    class Own implements Logger {
      readonly lines: string[] = []
      debug(): void {}
      info(message: string): void {
        this.lines.push(message)
      }
      warn(): void {}
      error(): void {}
    }
    const logger = new Own()
    logging('x={x}').runSync({}, { logger })
    expect(logger.lines).toEqual(['x=1'])
  })
})

describe('row 100: a log callback', () => {
  const fault = new Error('no')

  test('that throws, or rejects later, fails nothing and is told', async () => {
    for (const log of [
      () => {
        throw fault
      },
      () => Promise.reject(fault),
    ]) {
      const { told, hooks } = faults()
      expect(logging(log).runSync({}, { logger: recorder('info'), hooks })).toEqual({ x: 1 })
      await settle()
      expect(told).toMatchObject([{ source: 'log', error: fault, chain: 'orders', path: 'x' }])
      expect(Object.isFrozen(told[0])).toBe(true)
    }
  })
})
