import { execFile } from 'node:child_process'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { promisify } from 'node:util'
import { chain } from 'stepchain'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { failureOf } from '../../support/outcome.ts'
import { root } from '../../support/package-info.ts'
import { flaky, never } from '../../support/steps.ts'

// The one file that lets real time pass: what is tested here is the platform's clock and its timers.
const quiet = { logger: null } as const

/** How long something takes, and how far behind the event loop was at most, in ms. */
async function timed(act: () => Promise<unknown>): Promise<{ took: number; lag: number }> {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  const begun = performance.now()
  await act()
  const took = performance.now() - begun
  // A turn that was late is only noted in the next one.
  await new Promise((resolve) => setTimeout(resolve, 5))
  delay.disable()
  return { took, lag: delay.max / 1e6 }
}

describe('on the platform’s clock', () => {
  for (const timeout of [1, 8, 30, 120]) {
    test(`the timeout of a step, ${timeout} ms, is never early and at most 50 ms late`, async () => {
      const definition = chain('c').next(never, { out: 'a', args: [], timeout })
      const { took, lag } = await timed(() => failureOf(definition.run({}, quiet)))

      // Timers of the platform count whole milliseconds, from the start of a turn.
      expect(took).toBeGreaterThanOrEqual(timeout - 1)
      expect(took).toBeLessThanOrEqual(timeout + 50 + lag)
    })

    test(`the timeout of a run, ${timeout} ms, is never early and at most 50 ms late`, async () => {
      const definition = chain('c').next((_context, { signal }) => new Promise(() => void signal.aborted), { out: 'a' })
      const { took, lag } = await timed(() => failureOf(definition.run({}, { ...quiet, timeout })))

      expect(took).toBeGreaterThanOrEqual(timeout - 1)
      expect(took).toBeLessThanOrEqual(timeout + 50 + lag)
    })
  }

  test('an abort ends a long wait at once', async () => {
    const controller = new AbortController()
    const retry = { retries: 1, initialDelay: 10_000, jitter: 'none' } as const
    const definition = chain('c').next(flaky(9, 1), { out: 'a', args: [], retry })
    const running = failureOf(definition.run({}, { ...quiet, signal: controller.signal }))
    const { took, lag } = await timed(() => {
      controller.abort()
      return running
    })

    expect(took).toBeLessThanOrEqual(50 + lag)
  })

  test('a synchronous run blocks for its waits', () => {
    const retry = { retries: 2, initialDelay: 15, backoff: 'constant', jitter: 'none' } as const
    const begun = performance.now()
    const context = chain('c').next(flaky(2, 'ok'), { out: 'a', args: [], retry }).runSync({}, quiet)

    expect(context).toEqual({ a: 'ok' })
    expect(performance.now() - begun).toBeGreaterThanOrEqual(29)
  })

  test('where the platform cannot block, a synchronous run says so', async () => {
    const wait = vi.spyOn(Atomics, 'wait').mockImplementation(() => {
      throw new TypeError('Atomics.wait cannot be called in this context')
    })
    const down = new Error('down')
    const definition = chain('c').next(flaky(9, 1, down), { out: 'a', args: [], retry: { retries: 2, jitter: 'none' } })
    const error = await failureOf(() => definition.runSync({}, quiet))
    wait.mockRestore()

    expect(error).toMatchObject({ code: 'SC_SYNC_SLEEP', step: 'a', attempts: [{ attempt: 1, error: down }] })
    expect(error.message).toBe(
      "Step 'a' failed on attempt 1 of 3: this platform cannot block for the 100 ms before a retry; use run(), or an initialDelay of 0",
    )
  })
})

describe('on fake timers', () => {
  afterEach(() => void vi.useRealTimers())

  for (const step of ['a retry', 'a timeout', 'a deadline'] as const) {
    test(`${step} goes by them`, async () => {
      // Timers of another kind have been at work before.
      await failureOf(chain('c').next(never, { out: 'a', args: [], timeout: 5 }).run({}, quiet))
      vi.useFakeTimers()
      const retry = { retries: 1, initialDelay: 60_000, jitter: 'none' } as const
      const definition =
        step === 'a retry'
          ? chain('c').next(flaky(1, 'ok'), { out: 'a', args: [], retry })
          : chain('c').next(never, { out: 'a', args: [], timeout: step === 'a timeout' ? 60_000 : Infinity })
      let over = false
      const running = definition.safeRun({}, { ...quiet, timeout: step === 'a deadline' ? 60_000 : Infinity })
      void running.then(() => (over = true))
      await vi.advanceTimersByTimeAsync(59_999)
      expect(over).toBe(false)
      await vi.advanceTimersByTimeAsync(51)

      expect((await running).ok).toBe(step === 'a retry')
      expect(vi.getTimerCount()).toBe(0)
      vi.useRealTimers()
      const { code } = await failureOf(chain('c').next(never, { out: 'a', args: [], timeout: 5 }).run({}, quiet))
      expect(code).toBe('SC_TIMEOUT')
    })
  }
})

describe('the process', () => {
  /** Runs a program of its own; gives what it printed, how it ended, and how long it went on after that was printed. */
  async function program(code: string): Promise<{ printed: string; exitCode: number; lingered: number }> {
    const source = `import { chain } from 'stepchain'
      const quiet = { logger: null }
      let printed = 0
      const print = (text) => { console.log(text); printed = performance.now() }
      process.on('exit', () => console.log(Math.round(performance.now() - printed)))
      ${code}`
    const flags = [
      '--conditions=@stepchain/source',
      '--disable-warning=ExperimentalWarning',
      '--input-type=module',
      '-e',
    ]
    const child = promisify(execFile)(process.execPath, [...flags, source], { cwd: root, timeout: 20_000 })
    const { stdout, exitCode } = await child.then(
      ({ stdout: text }) => ({ stdout: text, exitCode: 0 }),
      (error: { stdout: string; code: number }) => ({ stdout: error.stdout, exitCode: error.code }),
    )
    const [text = '', lingered = ''] = stdout.trim().split('\n')
    return { printed: text, exitCode, lingered: Number(lingered) }
  }

  test('row 86: stays alive while nothing but a wait before a retry is left', async () => {
    const result = await program(`
      let calls = 0
      const step = () => { if (++calls < 3) throw new Error('down'); return calls }
      const retry = { retries: 5, initialDelay: 40, jitter: 'none' }
      print(JSON.stringify(await chain('c').next(step, { out: 'a', args: [], retry }).run({}, quiet)))`)

    expect(result).toMatchObject({ printed: '{"a":3}', exitCode: 0 })
  })

  test('row 86: stays alive while nothing but a timeout is left', async () => {
    const result = await program(`
      const never = () => new Promise(() => {})
      const { error } = await chain('c').next(never, { out: 'a', args: [], timeout: 50 }).safeRun({}, quiet)
      print(error.code)`)

    expect(result).toMatchObject({ printed: 'SC_TIMEOUT', exitCode: 0 })
  })

  test('row 87: ends within 100 ms of success, whatever limits there were', async () => {
    const result = await program(`
      const step = () => new Promise((resolve) => setTimeout(resolve, 30, 'ok'))
      const definition = chain('c').next(step, { out: 'a', args: [], timeout: 60_000, retry: 3 })
      const { signal } = new AbortController()
      print(JSON.stringify(await definition.run({}, { ...quiet, signal, timeout: 3_600_000 })))`)

    expect(result).toMatchObject({ printed: '{"a":"ok"}', exitCode: 0 })
    expect(result.lingered).toBeLessThan(100)
  })

  test('row 87: ends within 100 ms of a failure that left an attempt behind', async () => {
    const result = await program(`
      const step = () => new Promise(() => {})
      const definition = chain('c').next(step, { out: 'a', args: [], timeout: 20 })
      print((await definition.safeRun({}, { ...quiet, timeout: 60_000 })).error.code)`)

    expect(result).toMatchObject({ printed: 'SC_TIMEOUT', exitCode: 0 })
    expect(result.lingered).toBeLessThan(100)
  })
})
