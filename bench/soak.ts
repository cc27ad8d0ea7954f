import { getEventListeners } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { chain } from 'stepchain'
import type { Remains } from './targets.ts'

const SIGNAL_RUNS = 300_000
const SMALL_RUNS = 1_000_000
const AT_ONCE = 100
const RUNS_AT_ONCE = 10_000
const TIMES_AT_ONCE = 10
const ITEMS = 1_000_000
const SETTLING = 50 // ms

function heap(): number {
  globalThis.gc?.()
  globalThis.gc?.()
  return process.memoryUsage().heapUsed
}

/** The runs one after the other, a few at once. */
function repeated(run: () => Promise<unknown>): (runs: number) => Promise<void> {
  return async (runs) => {
    for (let done = 0; done < runs; done += AT_ONCE) await Promise.all(Array.from({ length: AT_ONCE }, run))
  }
}

/** The heap after some work. What the last of it leaves to the next turn of the event loop is no leak. */
async function after(work: () => Promise<void>): Promise<number> {
  await work()
  await sleep(SETTLING)
  return heap()
}

/**
 * What is left of so many runs or items.
 *
 * @param work does so many of them, and leaves nothing that is not garbage
 */
async function soak(runs: number, signal: AbortSignal, work: (runs: number) => Promise<void>): Promise<Remains> {
  const few = (): Promise<void> => work(runs / 10)
  // V8 may keep some of its own for a while. The least of three is without.
  const before = Math.min(await after(few), await after(few), await after(few))
  await work(runs)
  const listeners = getEventListeners(signal, 'abort').length
  const timers = process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length
  const left = Math.min(await after(async () => {}), await after(few), await after(few))
  return { runs, listeners, timers, heap: left - before }
}

const { signal } = new AbortController()
const policy = { retry: { retries: 3 }, timeout: 5_000 }
const watched = chain<{ n: number }>('watched')
  .next(async ({ n }) => n + 1, { out: 'first', ...policy })
  .next(async ({ first }, step) => (step.signal.aborted ? 0 : first + 1), { out: 'second', ...policy })
const small = chain<{ n: number }>('small')
  .next(({ n }) => n + 1, { out: 'first' })
  .next(async ({ first }) => first + 1, { out: 'second' })

/** The steps that wait until those of all runs do. */
const waiting: (() => void)[] = []

async function meet(): Promise<void> {
  await new Promise<void>((resolve) => waiting.push(resolve))
}

const wide = chain<{ n: number }>('wide')
  .next(async ({ n }) => n + 1, { out: 'first', ...policy })
  .parallel([
    (branch) => branch.next(async ({ first }) => (await meet(), first), { out: 'left', ...policy }),
    (branch) =>
      branch.next(async ({ first }, step) => (await meet(), step.signal.aborted ? 0 : first), {
        out: 'right',
        ...policy,
      }),
  ])
  .next(async ({ left, right }) => left + right, { out: 'sum', ...policy })

/** Runs of one definition that are all in flight together, each in both of its branches; again and again. */
async function together(runs: number): Promise<void> {
  for (let done = 0; done < runs; done += RUNS_AT_ONCE) {
    // Their contexts are dropped at once: V8 may keep the list of them for a while.
    const all = Promise.all(
      Array.from({ length: RUNS_AT_ONCE }, async (_, n) => void (await wide.run({ n }, { signal }))),
    )
    while (waiting.length < RUNS_AT_ONCE * 2) await sleep(1)
    for (const go of waiting.splice(0)) go()
    await all
  }
}

/** Items that are made when they are asked for. */
function* numbers(count: number): Generator<number> {
  for (let number = 0; number < count; number++) yield number
}

const mapping = chain<{ items: Iterable<number> }>('mapping').map('items', async (item) => item + 1, {
  out: 'list',
  concurrency: 16,
})
const guarded = chain<{ items: Iterable<number> }>('guarded').map('items', async (item) => item + 1, {
  out: 'list',
  concurrency: 16,
  ...policy,
})
const effects = chain<{ items: Iterable<number> }>('effects').each(
  'items',
  async (_item, _index, step) => void step.signal.aborted,
  { concurrency: 16 },
)

/** Checks the list, and drops it: it is no leak. */
async function list(definition: typeof mapping, count: number): Promise<void> {
  const { list } = await definition.run({ items: numbers(count) }, { signal })
  if (list.length !== count || list[count - 1] !== count) throw new Error('the list is not what it should be')
}

const remains: Record<string, Remains> = {
  'one long-lived signal, steps with policies': await soak(
    SIGNAL_RUNS,
    signal,
    repeated(() => watched.run({ n: 1 }, { signal })),
  ),
  'a small chain': await soak(
    SMALL_RUNS,
    signal,
    repeated(() => small.run({ n: 1 })),
  ),
  '10,000 runs at once, two branches each': await soak(RUNS_AT_ONCE * TIMES_AT_ONCE, signal, together),
  'map, 16 items at once': await soak(ITEMS, signal, (count) => list(mapping, count)),
  'map, 16 items at once, with policies': await soak(ITEMS, signal, (count) => list(guarded, count)),
  'each, 16 items at once that look at their signal': await soak(ITEMS, signal, async (count) => {
    await effects.run({ items: numbers(count) }, { signal })
  }),
}
process.stdout.write(JSON.stringify(remains))
