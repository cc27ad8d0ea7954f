import { AsyncLocalStorage } from 'node:async_hooks'
import { channel, subscribe, tracingChannel, unsubscribe } from 'node:diagnostics_channel'
import { chain } from 'stepchain'
import { diagnostics, type RunMessage, type StepMessage } from 'stepchain/diagnostics'
import { afterEach, expect, test } from 'vitest'
import { Cleanups } from '../../support/channels.ts'
import { failureOf } from '../../support/outcome.ts'
import { Crash, RecordingHost } from '../../support/recording-host.ts'
import { settlePromises, VirtualClock } from '../../support/virtual-clock.ts'

const quiet = { logger: null }
const cleanups = new Cleanups()
afterEach(() => cleanups.run())

test('what subscribers bind to the channels is in every call of a step, also in later attempts and in what is inside', async () => {
  const clock = new VirtualClock()
  const storage = new AsyncLocalStorage<string>()
  const runStart = tracingChannel<string, RunMessage>('stepchain.run').start
  const stepStart = tracingChannel<string, StepMessage>('stepchain.step').start
  const bound = ({ name }: RunMessage): string => `${storage.getStore() ?? ''}/${name}`
  runStart.bindStore(storage, bound)
  stepStart.bindStore(storage, bound)
  cleanups.push(() => (runStart.unbindStore(storage), stepStart.unbindStore(storage)))
  const ends: (string | undefined)[] = []
  const keep = (): void => void ends.push(storage.getStore())
  subscribe('tracing:stepchain.step:asyncEnd', keep)
  cleanups.push(() => unsubscribe('tracing:stepchain.step:asyncEnd', keep))
  const seen: (string | undefined)[] = []
  const inner = chain('inner', quiet).next(
    async (_, { attempt }) => {
      seen.push(storage.getStore())
      if (attempt === 1) return new Promise<number>(() => {})
      await Promise.resolve()
      return seen.push(storage.getStore())
    },
    { out: 'x', timeout: 50, retry: { retries: 1, initialDelay: 10 } },
  )
  const outer = chain('outer', { ...quiet, clock })
    .with(diagnostics())
    .next(inner, { out: 'part' })
  const running = Promise.all([outer.run(), storage.run('user', () => outer.run())])
  await clock.advance(1_000)
  await running
  const expected = (user: string) => Array.from({ length: 3 }, () => `${user}/outer/part/x`)
  expect(new Set(seen)).toEqual(new Set([...expected(''), ...expected('user')]))
  expect(seen).toHaveLength(6)
  expect(new Set(ends)).toEqual(new Set(['/outer/part', '/outer/part/x', 'user/outer/part', 'user/outer/part/x']))
})

test('what is abandoned ends with its step, and is never heard of again', async () => {
  const told = cleanups.listen('step')
  const clock = new VirtualClock()
  const inner = chain('inner', quiet).next(() => new Promise<number>(() => {}), { out: 'x' })
  const running = chain('outer', { ...quiet, clock })
    .with(diagnostics())
    .next(inner, { out: 'part', timeout: 50 })
    .run()
  const over = failureOf(running)
  await clock.advance(1_000)
  expect((await over).code).toBe('SC_TIMEOUT')
  await settlePromises()
  expect(told.filter((line) => line.startsWith('asyncEnd'))).toEqual([
    'asyncEnd step part/x cancelled SC_CANCELLED',
    'asyncEnd chain part failed SC_TIMEOUT',
  ])
})

test('whoever subscribes in the middle of a run hears of the next; whoever leaves, of nothing more', async () => {
  const told: string[] = []
  const etl = chain<{ does: () => void }>('etl', quiet)
    .with(diagnostics())
    .next(({ does }) => does(), { name: 'a' })
    .next(() => 1, { out: 'b' })
  await etl.run({ does: () => void cleanups.listen('step', cleanups.listen('run', told)) })
  expect(told).toEqual([])
  await etl.run({ does: () => cleanups.last() })
  expect(told).toEqual(['start run', 'end run', 'start step a', 'asyncStart run ok', 'asyncEnd run ok'])
})

test('whoever listens to steps alone and leaves hears nothing of the steps that follow', async () => {
  const told = cleanups.listen('step')
  await chain('etl', quiet)
    .with(diagnostics())
    .next(() => cleanups.last(), { name: 'a' })
    .next(() => 1, { out: 'b' })
    .run()
  expect(told).toEqual(['start step a'])
})

test('where nobody listens nothing is published and nothing bound', async () => {
  const hooks = diagnostics()
  expect(hooks).toBe(diagnostics())
  expect(channel('tracing:stepchain.step:start').hasSubscribers).toBe(false)
  const run = chain('etl', quiet)
    .with(hooks)
    .next(() => 1, { out: 'a' })
    .next(() => Promise.resolve(2), { out: 'b', retry: 1 })
    .next(() => 1, { out: 'c', when: () => false })
    .run()
  expect(await run).toEqual({ a: 1, b: 2, c: undefined })
})

test('one event alone may be listened to', async () => {
  const ended: string[] = []
  const keep = (message: unknown): void => void ended.push((message as StepMessage).name)
  subscribe('tracing:stepchain.step:asyncEnd', keep)
  cleanups.push(() => unsubscribe('tracing:stepchain.step:asyncEnd', keep))
  const parts = chain<{ ids: number[] }>('etl', quiet)
    .with(diagnostics())
    .parallel([(c) => c.next(() => Promise.resolve(1), { out: 'a' }), (c) => c.next(() => 1, { out: 'b' })])
    .map('ids', (id) => id, { out: 'all' })
  await parts.run({ ids: [1, 2] })
  expect(ended).toEqual(['b', 'a', 'parallel-1', 'all', 'all', 'all'])
})

test('what an engine suspended is forgotten when the run is taken up again', async () => {
  const told = cleanups.listen('run')
  const durable = chain('durable', quiet)
    .with(diagnostics())
    .next(() => 1, { out: 'a' })
    .next(() => 2, { out: 'b' })
  const host = new RecordingHost({ crashAfter: 1 })
  await expect(durable.run({}, { host })).rejects.toThrow(Crash)
  await durable.run({}, { host: new RecordingHost({ journal: host.journal }) })
  expect(told).toEqual(['start run', 'end run', 'start run', 'end run', 'asyncStart run ok', 'asyncEnd run ok'])
})

test('retries are told to whoever listens to steps; where only runs are listened to, steps are not begun', async () => {
  const told = cleanups.listen('run')
  const retried = chain('etl', quiet)
    .with(diagnostics())
    .next((_, { attempt }) => (attempt === 1 ? Promise.reject(new Error('once')) : attempt), {
      out: 'a',
      retry: { retries: 1, initialDelay: 0 },
    })
    .run()
  expect(await retried).toEqual({ a: 2 })
  expect(told).toEqual(['start run', 'end run', 'asyncStart run ok', 'asyncEnd run ok'])
})
