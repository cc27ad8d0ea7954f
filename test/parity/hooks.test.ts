import { chain, type HookErrorEvent, type Hooks } from 'stepchain'
import { describe, expect, test } from 'vitest'
import { VirtualClock } from '../support/virtual-clock.ts'
import { RecordingLogger } from './recording-logger.ts'

type Name = 'beforeStep' | 'beforeAttempt' | 'onRetry' | 'afterStep'

/** Hooks that count their calls. */
function counting(): { hooks: Hooks; counts: Record<Name, number> } {
  const counts = { beforeStep: 0, beforeAttempt: 0, onRetry: 0, afterStep: 0 }
  const hooks: Hooks = {
    beforeStep: () => void counts.beforeStep++,
    beforeAttempt: () => void counts.beforeAttempt++,
    onRetry: () => void counts.onRetry++,
    afterStep: () => void counts.afterStep++,
  }
  return { hooks, counts }
}

/** A step that fails once. */
function failOnce(): { (): string; calls: number } {
  const step = (): string => {
    if (++step.calls === 1) throw new Error('once')
    return 'ok'
  }
  step.calls = 0
  return step
}

function quiet(hooks: Hooks): { hooks: Hooks; logger: null; clock: VirtualClock } {
  return { hooks, logger: null, clock: new VirtualClock() }
}

describe('hooks', () => {
  test('sync: before and after are called once for a step', () => {
    const { hooks, counts } = counting()

    chain('c', quiet(hooks))
      .put('token', 'x')
      .next((t: string) => t, { out: 'got', args: ['token'] })
      .runSync()

    expect(counts).toEqual({ beforeStep: 1, beforeAttempt: 1, onRetry: 0, afterStep: 1 })
  })

  test('async: sync hooks are called without being awaited', async () => {
    const { hooks, counts } = counting()

    await chain('c', quiet(hooks))
      .next(async () => 'value', { out: 'out' })
      .run()

    expect(counts).toEqual({ beforeStep: 1, beforeAttempt: 1, onRetry: 0, afterStep: 1 })
  })

  // There before_step was called for every attempt: 2 here. That count is beforeAttempt's now.
  test('async: asynchronous hooks are awaited; beforeStep counts steps, beforeAttempt attempts (repaired)', async () => {
    const seen: string[] = []
    const later = (name: string) => async (): Promise<void> => {
      seen.push(`${name} begins`)
      await Promise.resolve()
      seen.push(`${name} ends`)
    }
    const hooks = {
      beforeStep: later('beforeStep'),
      beforeAttempt: later('beforeAttempt'),
      onRetry: later('onRetry'),
      afterStep: later('afterStep'),
    }
    const step = failOnce()
    const definition = chain('c', quiet(hooks)).next(
      async () => {
        seen.push('call')
        return step()
      },
      { out: 'res', retry: { retries: 1, initialDelay: 0 } },
    )

    expect(await definition.run()).toEqual({ res: 'ok' })
    const both = (name: Name): string[] => [`${name} begins`, `${name} ends`]
    const attempt = [...both('beforeAttempt'), 'call']
    expect(seen).toEqual([...both('beforeStep'), ...attempt, ...both('onRetry'), ...attempt, ...both('afterStep')])
  })

  test('sync: with a retry the counts are 1, 2, 1 and 1', () => {
    const { hooks, counts } = counting()

    chain('c', quiet(hooks)).next(failOnce(), { out: 'res', args: [], retry: 1 }).runSync()

    expect(counts).toEqual({ beforeStep: 1, beforeAttempt: 2, onRetry: 1, afterStep: 1 })
  })

  test('after_step: it gets the step, its result and the time it took, in ms', () => {
    const clock = new VirtualClock()
    const seen: unknown[] = []
    const hooks: Hooks = {
      afterStep: ({ name, status, output, duration }) => seen.push({ name, status, output, duration }),
    }
    const work = (): string => {
      clock.block(1_250)
      return 'done'
    }

    chain('c', { clock, hooks, logger: null }).next(work, { out: 'res', args: [] }).runSync()

    expect(seen).toEqual([{ name: 'res', status: 'ok', output: 'done', duration: 1_250 }])
  })

  // There after_step was not called for a step that failed.
  test('after_step: it is called for a step that failed too, with the error (repaired)', async () => {
    const seen: unknown[] = []
    const hooks: Hooks = { afterStep: ({ status, error }) => seen.push([status, error]) }
    const definition = chain('c', quiet(hooks)).next(() => Promise.reject(new Error('no')), { out: 'x', args: [] })

    const result = await definition.safeRun()

    expect(seen).toEqual([['failed', result.ok ? undefined : result.error]])
  })

  test('on_retry: it gets the step, the error, the number of the attempt and the delay, in ms', () => {
    const seen: unknown[] = []
    const hooks: Hooks = {
      onRetry: ({ name, error, attempt, attempts, delay }) => seen.push({ name, error, attempt, attempts, delay }),
    }
    const retry = { retries: 1, initialDelay: 1_500, jitter: 'none' } as const

    chain('c', quiet(hooks)).next(failOnce(), { out: 'res', args: [], retry }).runSync()

    expect(seen).toEqual([{ name: 'res', error: new Error('once'), attempt: 1, attempts: 2, delay: 1_500 }])
  })

  // There the chain took one function of each kind.
  test('sets of hooks compose: those of the chain come before those of the run (repaired)', () => {
    const seen: string[] = []
    const set = (name: string): Hooks => ({ beforeStep: () => seen.push(name) })

    chain('c', quiet(set('chain')))
      .with(set('with'))
      .next(() => 1, { out: 'x' })
      .runSync({}, { hooks: set('run') })

    expect(seen).toEqual(['chain', 'with', 'run'])
  })
})

describe('hooks that throw', () => {
  // There an after_step that threw had its step called again, up to `retries` times, though it had succeeded.
  test.each(['beforeStep', 'beforeAttempt', 'onRetry', 'afterStep'] as const)(
    'sync: %s neither repeats nor fails a step (repaired)',
    (name) => {
      const step = failOnce()
      const faults: HookErrorEvent[] = []
      const hooks: Hooks = {
        [name]: () => {
          throw new Error('hook')
        },
        onHookError: (event) => void faults.push(event),
      }

      const context = chain('c', quiet(hooks)).next(step, { out: 'paid', args: [], retry: 3 }).runSync()

      expect(context).toEqual({ paid: 'ok' })
      expect(step.calls).toBe(2)
      expect(faults.length).toBeGreaterThan(0)
      for (const { source, error } of faults)
        expect({ source, error }).toEqual({ source: name, error: new Error('hook') })
    },
  )

  test('async: hooks that reject neither repeat nor fail a step, and are reported at warn (repaired)', async () => {
    let calls = 0
    const logger = new RecordingLogger('info')
    const hooks: Hooks = { afterStep: () => Promise.reject(new Error('metrics are down')) }

    const context = await chain('c', { hooks, logger })
      .next(async () => ++calls, { out: 'paid', retry: 3 })
      .run()

    expect(context).toEqual({ paid: 1 })
    expect(logger.of('warn')).toEqual(["afterStep at 'paid' threw, which changed nothing: metrics are down"])
  })
})
