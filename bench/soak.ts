import { getEventListeners } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { chain } from 'stepchain'
import type { Remains } from './targets.ts'

const SIGNAL_RUNS = 300_000
const SMALL_RUNS = 1_000_000
const AT_ONCE = 100

function heap(): number {
  globalThis.gc?.()
  globalThis.gc?.()
  return process.memoryUsage().heapUsed
}

async function repeat(runs: number, run: () => Promise<unknown>): Promise<void> {
  for (let done = 0; done < runs; done += AT_ONCE) await Promise.all(Array.from({ length: AT_ONCE }, run))
}

async function soak(runs: number, signal: AbortSignal, run: () => Promise<unknown>): Promise<Remains> {
  await repeat(runs / 10, run)
  const before = heap()
  await repeat(runs, run)
  const listeners = getEventListeners(signal, 'abort').length
  const timers = process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length
  // What the last runs leave to the next turn of the event loop is no leak.
  await sleep(50)
  return { runs, listeners, timers, heap: heap() - before }
}

const { signal } = new AbortController()
const policy = { retry: { retries: 3 }, timeout: 5_000 }
const watched = chain<{ n: number }>('watched')
  .next(async ({ n }) => n + 1, { out: 'first', ...policy })
  .next(async ({ first }, step) => (step.signal.aborted ? 0 : first + 1), { out: 'second', ...policy })
const small = chain<{ n: number }>('small')
  .next(({ n }) => n + 1, { out: 'first' })
  .next(async ({ first }) => first + 1, { out: 'second' })

const remains: Record<string, Remains> = {
  'one long-lived signal, steps with policies': await soak(SIGNAL_RUNS, signal, () =>
    watched.run({ n: 1 }, { signal }),
  ),
  'a small chain': await soak(SMALL_RUNS, signal, () => small.run({ n: 1 })),
}
process.stdout.write(JSON.stringify(remains))
