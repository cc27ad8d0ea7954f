import { chain, type Logger } from 'stepchain'
import { describe, expect } from 'vitest'
import { promised } from '../../support/promises.ts'
import { flaky } from '../../support/steps.ts'
import { untyped } from '../../support/untyped.ts'

function recording(): { lines: string[]; logger: Logger } {
  const lines: string[] = []
  const line = (message: string, fields: object): void => void lines.push(`${message} ${JSON.stringify(fields)}`)
  return { lines, logger: { debug: line, info: line, warn: line, error: line } }
}

const hide = (text: string): string => text.replaceAll('hunter2', '[hidden]')
const mask = (text: string): string => text.replaceAll('s3cret', '[masked]')

describe('the redaction of a nested chain', () => {
  promised('covers every line that its steps print', async (given) => {
    const { lines, logger } = recording()
    const inner = chain('inner', { redact: hide }).next(flaky(1, 'hunter2', new Error('hunter2 was refused')), {
      out: 'password',
      args: [],
      log: 'got {password}',
      retry: { retries: 1, initialDelay: 0 },
    })
    await given.run(chain('c').next(inner, { out: 'i' }), {}, { logger })

    expect(lines.join('\n')).toContain('got [hidden]')
    expect(lines.join('\n')).toContain('[hidden] was refused')
    expect(lines.join('\n')).not.toContain('hunter2')
  })

  promised('covers the messages of its errors, and comes on top of that of the run', async (given) => {
    const failing = flaky(9, 1, new Error('hunter2 and s3cret'))
    const inner = chain('inner', { redact: hide }).next(failing, { out: 'a', args: [] })
    const error = await given.failure(chain('c').next(inner, { out: 'i' }), { redact: mask })

    expect(error.message).toBe("Step 'i > a' failed on attempt 1 of 1: [hidden] and [masked]")
    expect(error.cause).toMatchObject({ message: 'hunter2 and s3cret' })
  })

  promised('that throws fails closed', async (given) => {
    const { lines, logger } = recording()
    const broken = (): never => {
      throw new Error('redactor')
    }
    const step = flaky(1, 'hunter2', new Error('hunter2'))
    const inner = chain('inner', { redact: broken }).next(step, {
      out: 'a',
      args: [],
      log: 'a={a}',
      retry: { retries: 1, initialDelay: 0 },
    })
    const failing = chain('inner', { redact: broken }).next(flaky(9, 1, new Error('hunter2')), { out: 'a', args: [] })

    expect(await given.run(chain('c').next(inner, { out: 'i' }), {}, { logger })).toEqual({
      ok: true,
      context: { i: { a: 'hunter2' } },
    })
    expect(lines.join('\n')).not.toContain('hunter2')
    const error = await given.failure(chain('c').next(failing, { out: 'i' }))
    expect(error).toMatchObject({ code: 'SC_STEP', message: '[redaction failed]' })
  })
})

describe('the options of a nested chain', () => {
  promised('strict holds for its own steps; that of the run for all', async (given) => {
    const inner = (options: object) =>
      untyped('inner', options).next((x: unknown) => x, { out: 'a', args: ['missing'] })
    const both = (options: object) => untyped('c').next(inner(options), { out: 'i', args: {} })

    expect((await given.failure(both({ strict: true }))).code).toBe('SC_REFERENCE')
    expect((await given.failure(both({}), { strict: true })).code).toBe('SC_REFERENCE')
    expect((await given.run(both({}))).ok).toBe(true)
  })

  promised('its id, clock, chance and logger are those of the run', async (given) => {
    const { lines, logger } = recording()
    const own = recording()
    const inner = chain('inner', { logger: own.logger, random: () => 1 }).next((_context, step) => step.key, {
      out: 'key',
      log: '{key}',
    })
    const outcome = await given.run(chain('c').next(inner, { out: 'i' }), {}, { logger, runId: 'r-1' })

    expect(outcome).toMatchObject({ context: { i: { key: 'r-1/i/key' } } })
    expect(lines.filter((line) => line.startsWith('r-1/i/key'))).toHaveLength(1)
    expect(own.lines).toEqual([])
  })
})
