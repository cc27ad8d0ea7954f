import type { StepHandle } from 'stepchain'
import { describe, expect } from 'vitest'
import { promised } from '../../support/promises.ts'
import { recorder } from '../../support/recorder.ts'
import { never, wait } from '../../support/steps.ts'
import { Tally } from '../../support/tally.ts'

describe('the handle of an item', () => {
  promised('knows its key, and prints with its path', async (given) => {
    const logger = recorder()
    const keys: string[] = []
    const chain = given.chain('c', {}).each('xs', (x: number, _: number, { key, log, name, attempt }: StepHandle) => {
      keys.push(key)
      expect([name, attempt]).toEqual(['each-1', 1])
      log[x === 1 ? 'debug' : x === 2 ? 'info' : x === 3 ? 'warn' : 'error'](`item ${x}`, { x })
    })
    await given.run(chain, { xs: [1, 2, 3, 4] }, { logger, runId: 'r' })

    expect(keys).toEqual(['r/each-1/0', 'r/each-1/1', 'r/each-1/2', 'r/each-1/3'])
    const lines = logger.lines.filter(({ message }) => message.includes('item '))
    expect(lines.map(({ level, fields }) => [level, fields['step'] ?? fields['path'], fields['x']])).toEqual([
      ['debug', 'each-1/0', 1],
      ['info', 'each-1/1', 2],
      ['warn', 'each-1/2', 3],
      ['error', 'each-1/3', 4],
    ])
  })

  promised('prints nowhere where nothing is printed', async (given) => {
    const chain = given
      .chain('c', { logger: null })
      .each('xs', (_: unknown, _index: number, { log }: StepHandle) => log.info('x'))
    expect((await given.run(chain, { xs: [1] }, { logger: null })).ok).toBe(true)
  })

  promised('has a signal that is aborted with the group', async (given) => {
    const signals: AbortSignal[] = []
    const reason = new Error('enough')
    const chain = given.chain().map(
      'xs',
      (_: unknown, _index: number, handle: StepHandle) => {
        signals.push(handle.signal)
        expect(handle.signal).toBe(handle.signal)
        return never()
      },
      { out: 'ys' },
    )
    const running = given.failure(chain, { input: { xs: [1, 2] } })
    await given.clock.advance(10)
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, false])
    given.controller.abort(reason)
    expect(signals.map((signal) => signal.reason as Error)).toEqual([reason, reason])
    await given.clock.advance(20)

    expect(await running).toMatchObject({ code: 'SC_CANCELLED' })
  })

  promised('is out of date when its item is over', async (given) => {
    const tally = new Tally()
    let old: StepHandle | undefined
    let seen: unknown[] = []
    const chain = given.chain().map(
      'xs',
      async (x: number, _: number, handle: StepHandle) => {
        if (x === 1) {
          old = handle
          handle.progress(1, 2)
          handle.progress(2)
          return wait(given.clock, 10)
        }
        await wait(given.clock, 10)
        seen = [old?.signal.aborted, old?.remaining(), handle.signal.aborted, handle.remaining()]
        old?.progress(3)
      },
      { out: 'ys', concurrency: 1 },
    )
    const running = given.run(
      chain,
      { xs: [1, 2] },
      { timeout: 100, hooks: { onProgress: (event) => tally.hooks.onProgress?.(event) } },
    )
    await given.clock.advance(50)

    expect((await running).ok).toBe(true)
    expect(seen).toEqual([true, 0, false, 80])
    const own = tally.of('onProgress').filter(({ kind }) => kind === 'item')
    expect(own).toMatchObject([
      { path: 'ys/0', name: 'ys', attempt: 1, attempts: 1, done: 1, total: 2 },
      { path: 'ys/0', done: 2 },
    ])
    expect(own[1]).not.toHaveProperty('total')
  })

  promised('reports progress to nobody where nobody listens', async (given) => {
    const chain = given.chain().each('xs', (_: unknown, _index: number, handle: StepHandle) => handle.progress(1))
    expect((await given.run(chain, { xs: [1] })).ok).toBe(true)
  })
})
