import { expect, test, vi } from 'vitest'
import { deferred } from '../../support/steps.ts'

test('where a timer belongs to the request that made it, each run has one of its own', async () => {
  vi.stubGlobal('navigator', { userAgent: 'Cloudflare-Workers' })
  vi.resetModules()
  try {
    const other = await import('stepchain')
    vi.useFakeTimers()
    const gates = [deferred(), deferred(), deferred()]
    const runs = gates.map(({ promise }) =>
      other
        .chain('c', { logger: null })
        .next(async () => promise, { out: 'a', args: [], timeout: 100 })
        .run(),
    )
    expect(vi.getTimerCount()).toBe(3)
    for (const gate of gates.slice(1)) gate.resolve(1)
    const failure = runs[0]?.catch((error: unknown) => error)
    expect(await Promise.all(runs.slice(1))).toEqual([{ a: 1 }, { a: 1 }])
    expect(vi.getTimerCount()).toBe(1)
    await vi.advanceTimersByTimeAsync(130)
    expect(await failure).toMatchObject({ code: 'SC_TIMEOUT' })
    expect(vi.getTimerCount()).toBe(0)
  } finally {
    vi.unstubAllGlobals()
    vi.useRealTimers()
    // The files that come after this one are on a platform of the usual kind.
    vi.resetModules()
  }
})
