import { chain, type Logger, type StepHandle } from 'stepchain'
import { describe, expect, test } from 'vitest'
import { promised } from '../../support/promises.ts'
import { wait } from '../../support/steps.ts'
import { Tally } from '../../support/tally.ts'
import { VirtualClock } from '../../support/virtual-clock.ts'

describe('the handle of a step', () => {
  promised('knows its name and the number of its attempt', async (given) => {
    const seen: unknown[] = []
    const step = (_context: unknown, { name, attempt }: StepHandle): void => {
      seen.push([name, attempt])
      if (attempt < 3) throw new Error('down')
    }
    await given.run(chain('c').next(step, { name: 'load', retry: { retries: 2, initialDelay: 0 } }))

    expect(seen).toEqual([
      ['load', 1],
      ['load', 2],
      ['load', 3],
    ])
  })

  promised('has a key: one for all attempts of a step in a run, unlike any other', async (given) => {
    const keys: string[] = []
    const step = (_context: unknown, { key, attempt }: StepHandle): void => {
      keys.push(key)
      if (attempt < 2) throw new Error('down')
    }
    const retry = { retries: 1, initialDelay: 0 }
    const inner = chain('inner').next(step, { name: 'a', retry })
    const definition = chain('c').next(step, { name: 'a', retry }).next(inner, { out: 'i' })
    await given.run(definition, {}, { runId: 'r1' })
    await given.run(definition, {}, { runId: 'r2' })

    expect(keys).toEqual(['r1/a', 'r1/a', 'r1/i/a', 'r1/i/a', 'r2/a', 'r2/a', 'r2/i/a', 'r2/i/a'])
  })

  promised(
    'knows how much time is left: to its timeout, or to the end of the run, whichever is nearer',
    async (given) => {
      const step = async (_context: unknown, handle: StepHandle): Promise<number[]> => {
        const first = handle.remaining()
        await wait(given.clock, 30)
        return [first, handle.remaining()]
      }
      const left = async (timeout: number | undefined, run: number | undefined): Promise<unknown> => {
        const definition = chain('c').next((context, handle) => step(context, handle), { out: 'a', timeout })
        const running = given.run(definition, {}, { timeout: run })
        await given.clock.advance(50)
        const outcome = await running
        return outcome.ok && outcome.context['a']
      }

      expect(await left(undefined, undefined)).toEqual([Infinity, Infinity])
      expect(await left(100, undefined)).toEqual([100, 70])
      expect(await left(undefined, 80)).toEqual([80, 50])
      expect(await left(100, 80)).toEqual([80, 50])
    },
  )

  promised('knows so too where nothing watches the run yet', async (given) => {
    const left = (timeout?: number) =>
      chain('c').next(async (_context: unknown, handle: StepHandle) => handle.remaining(), { out: 'a', timeout })
    // On the platform's clock the start of such a step is not marked, unless a hook is told how long it took.
    const options = { clock: undefined, signal: undefined }

    expect(await given.run(left(), {}, options)).toEqual({ ok: true, context: { a: Infinity } })
    const outcome = await given.run(left(60_000), {}, options)
    const exact = given.watched ? (expect.any(Number) as number) : 60_000
    expect(outcome).toEqual({ ok: true, context: { a: exact } })
  })

  promised('gives one signal, made when it is first read', async (given) => {
    const step = (_context: unknown, handle: StepHandle): boolean =>
      new Set([handle.signal, handle.signal]).size === 1 && !handle.signal.aborted

    expect(await given.run(chain('c').next(step, { out: 'same' }))).toEqual({ ok: true, context: { same: true } })
    expect(given.runSync(chain('c').next(step, { out: 'same' }))).toEqual({ ok: true, context: { same: true } })
  })

  promised('gives each attempt a signal of its own', async (given) => {
    const signals: AbortSignal[] = []
    const step = (_context: unknown, { signal }: StepHandle): void => {
      signals.push(signal)
      if (signals.length % 3 > 0) throw new Error('down')
    }
    const retry = { retries: 2, initialDelay: 0 }
    const definition = chain('c').next(step, { name: 'a', retry }).next(step, { name: 'b', retry })
    await given.run(definition)

    expect(new Set(signals).size).toBe(6)
    expect(signals.some(({ aborted }) => aborted)).toBe(false)
  })

  promised('of many steps that listen to theirs leaves no warning of too many listeners', async (given) => {
    let definition = chain<Record<string, unknown>>('c')
    const listen = async (_context: unknown, { signal }: StepHandle): Promise<void> =>
      signal.addEventListener('abort', () => {})
    for (let index = 0; index < 50; index++) definition = definition.next(listen, {})

    expect((await given.run(definition)).ok).toBe(true)
  })

  promised('reports progress to onProgress, of a total where it is known', async (given) => {
    const tally = new Tally()
    const step = (_context: unknown, handle: StepHandle): void => {
      handle.progress(1, 10)
      handle.progress(5)
    }
    await given.run(chain('c').next(step, { name: 'a' }), {}, { hooks: tally.hooks })
    await given.run(chain('c').next(step, { name: 'a' }))

    expect(tally.of('onProgress')).toEqual([
      {
        chain: 'c',
        runId: expect.any(String),
        path: 'a',
        name: 'a',
        kind: 'step',
        attempt: 1,
        attempts: 1,
        done: 1,
        total: 10,
      },
      { chain: 'c', runId: expect.any(String), path: 'a', name: 'a', kind: 'step', attempt: 1, attempts: 1, done: 5 },
    ])
  })

  test('prints through the logger of the run, redacted, with its place in the fields', async () => {
    const lines: unknown[] = []
    const at = (level: string) => (message: string, fields: object) => void lines.push([level, message, fields])
    const logger: Logger = {
      debug: at('debug'),
      info: at('info'),
      warn: at('warn'),
      error: at('error'),
      isLevelEnabled: (level) => level !== 'debug',
    }
    const step = (_context: unknown, { log }: StepHandle): void => {
      log.debug('unseen')
      log.info('token is hunter2', { rows: 5 })
      log.warn('careful')
      log.error('broken')
    }
    const redact = (text: string): string => text.replaceAll('hunter2', '[hidden]')
    await chain('c').next(step, { name: 'a' }).run({}, { logger, redact, runId: 'r', clock: new VirtualClock() })

    expect(lines).toEqual([
      ['info', 'token is [hidden]', { chain: 'c', runId: 'r', step: 'a', rows: 5 }],
      ['warn', 'careful', { chain: 'c', runId: 'r', step: 'a' }],
      ['error', 'broken', { chain: 'c', runId: 'r', step: 'a' }],
    ])
  })

  test('prints nothing where there is no logger', () => {
    const step = (_context: unknown, { log }: StepHandle): void => log.error('unheard')

    expect(chain('c').next(step, { name: 'a' }).runSync({}, { logger: null })).toEqual({})
  })
})
