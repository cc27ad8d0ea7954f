import { describe, expect, test } from 'vitest'
import { safeRedact } from '../../../src/observe/redactor.ts'
import { faults, type Handle, logging, settle } from '../../support/printing.ts'
import { recorder } from '../../support/recorder.ts'
import { untyped } from '../../support/untyped.ts'

describe('row 101: redaction', () => {
  const redact = (text: string): string => text.replaceAll('s3cret', '***')

  test('covers lines of templates, callbacks and steps, and every field', () => {
    const logger = recorder()
    const chain = untyped('orders')
      .next(() => 's3cret', { out: 'x', log: 'x={x}' })
      .tap(() => {}, { log: () => 'callback s3cret' })
      .tap((_: unknown, { log }: Handle) => log['warn']?.('own s3cret', { a: 's3cret', b: { c: 's3cret' }, n: 1 }))
    chain.runSync({}, { logger, redact, runId: 's3cret' })
    expect(JSON.stringify(logger.lines)).not.toContain('s3cret')
    expect(logger.text).toEqual(expect.arrayContaining(['info x=***', 'info callback ***', 'warn own ***']))
    expect(logger.lines.find(({ level }) => level === 'warn')?.fields).toMatchObject({
      a: '***',
      b: '{"c":"***"}',
      n: 1,
      runId: '***',
    })
  })

  test.each([
    [
      'throws',
      () => {
        throw new Error('x')
      },
    ],
    ['gives undefined', () => undefined],
    ['gives a number', () => 5],
    ['gives a promise', async () => 'x'],
    ['gives a promise that rejects', () => Promise.reject(new Error('x'))],
  ])('that %s fails closed, with one event a line', async (_, broken) => {
    const logger = recorder('info')
    const { told, hooks } = faults()
    expect(logging('s3cret={x}').runSync({}, { logger, redact: broken, hooks })).toEqual({ x: 1 })
    await settle()
    expect(logger.lines).toEqual([
      {
        level: 'info',
        message: '[redaction failed]',
        fields: { chain: '[redaction failed]', runId: '[redaction failed]', step: '[redaction failed]' },
      },
    ])
    expect(told).toMatchObject([{ source: 'redact', path: 'x' }])
  })

  test('that gives no text is told so', () => {
    for (const [given, shown] of [
      [undefined, 'undefined'],
      [5, '5'],
      [{}, '[object Object]'],
    ] as const) {
      const told: unknown[] = []
      expect(safeRedact(() => given as never)('text', (error) => told.push(error))).toBe('[redaction failed]')
      expect(told).toEqual([new TypeError(`redact gave ${shown}; expected a string`)])
    }
  })

  test('that fails for an error’s message leaves no raw text in it', () => {
    const chain = untyped('orders', { logger: null }).tap(() => {
      throw new Error('s3cret')
    })
    const broken = (): never => {
      throw new Error('x')
    }
    try {
      chain.runSync({}, { redact: broken })
      expect.unreachable()
    } catch (error) {
      expect(String(error)).toContain('[redaction failed]')
      expect(String(error)).not.toContain('s3cret')
    }
  })

  test('of a nested chain covers its own lines and errors, whatever is around it', () => {
    const logger = recorder()
    const inner = untyped('inner', { redact })
      .next(() => 's3cret', { out: 'x', log: 'x={x}' })
      .tap((_: unknown, { log }: Handle) => log['info']?.('own s3cret'))
    untyped('outer').next(inner, { out: 'y' }).runSync({}, { logger })
    untyped('outer')
      .next(inner, { out: 'y' })
      .runSync({}, { logger, redact: (text: string) => text })
    expect(logger.text.filter((line) => line.includes('s3cret'))).toEqual([])
  })

  test('of a nested chain that fails is told too, and fails closed', () => {
    const fault = new Error('x')
    const broken = (): never => {
      throw fault
    }
    for (const around of [{}, { redact: (text: string) => text }]) {
      const logger = recorder('info')
      const { told, hooks } = faults()
      const inner = untyped('inner', { redact: broken }).next(() => 's3cret', { out: 'x', log: 'x={x}' })
      untyped('outer')
        .next(inner, { out: 'y' })
        .runSync({}, { logger, hooks, ...around })
      expect(logger.text).toEqual(['info [redaction failed]'])
      expect(told).toMatchObject([{ source: 'redact', error: fault, path: 'y/x' }])
    }
  })

  test('of a nested chain comes before that of the chain around it', () => {
    const logger = recorder('info')
    const inner = untyped('inner', { redact: (text: string) => `${text} inner` }).next(() => 1, {
      out: 'x',
      log: 'x={x}',
    })
    untyped('outer')
      .next(inner, { out: 'y' })
      .runSync({}, { logger, redact: (text: string) => `${text} outer` })
    expect(logger.text).toEqual(['info x=1 inner outer'])
  })

  test('row 116: what a redactor puts in is not interpreted', () => {
    const logger = recorder('info')
    logging('a {x}', 's3cret').runSync(
      {},
      { logger, redact: (text: string) => text.replace('s3cret', () => '$& %s {x}') },
    )
    expect(logger.text).toEqual(['info a $& %s {x}'])
  })
})
