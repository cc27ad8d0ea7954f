import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { chain } from 'stepchain'
import { diagnostics, type RunMessage, type StepMessage } from 'stepchain/diagnostics'
import { afterEach, expect, test } from 'vitest'
import { Cleanups, EVENTS } from '../../support/channels.ts'

const quiet = { logger: null }
const cleanups = new Cleanups()
afterEach(() => cleanups.run())

test('a run and its steps are published, with one object each', async () => {
  const told = cleanups.listen('step', cleanups.listen('run'))
  const messages = new Set<unknown>()
  const keep = (message: unknown) => void messages.add(message)
  for (const event of EVENTS) subscribe(`tracing:stepchain.step:${event}`, keep)
  cleanups.push(() => EVENTS.forEach((event) => unsubscribe(`tracing:stepchain.step:${event}`, keep)))
  await chain('etl', quiet)
    .with(diagnostics())
    .next(() => 1, { out: 'a' })
    .next(() => Promise.resolve(2), { out: 'b' })
    .run({}, { runId: 'r1' })
  expect(told).toEqual([
    'start run',
    'end run',
    'start step a',
    'end step a',
    'asyncStart step a ok',
    'asyncEnd step a ok',
    'start step b',
    'end step b',
    'asyncStart step b ok',
    'asyncEnd step b ok',
    'asyncStart run ok',
    'asyncEnd run ok',
  ])
  expect([...messages]).toEqual(
    ['a', 'b'].map((path) => ({
      chain: 'etl',
      runId: 'r1',
      path,
      name: path,
      kind: 'step',
      attempt: 1,
      attempts: 1,
      status: 'ok',
      duration: expect.any(Number),
      abandoned: false,
    })),
  )
})

test('`end` comes when the call returns, and the rest when the step is over', async () => {
  const told = cleanups.listen('step')
  const gate = Promise.withResolvers<number>()
  const running = chain('etl', quiet)
    .with(diagnostics())
    .next(() => gate.promise, { out: 'a' })
    .run()
  expect(told).toEqual(['start step a', 'end step a'])
  gate.resolve(1)
  await running
  expect(told.slice(2)).toEqual(['asyncStart step a ok', 'asyncEnd step a ok'])
})

test('a failure is an error once, after all attempts', async () => {
  const told = cleanups.listen('step', cleanups.listen('run'))
  const messages: RunMessage[] = []
  const keep = (message: unknown) => void messages.push(message as RunMessage)
  subscribe('tracing:stepchain.run:error', keep)
  cleanups.push(() => unsubscribe('tracing:stepchain.run:error', keep))
  const thrown = new TypeError('no')
  const run = chain('etl', quiet)
    .with(diagnostics())
    .next(() => Promise.reject(thrown), { out: 'a', retry: { retries: 1, initialDelay: 0 } })
    .next(() => 1, { out: 'b' })
    .run()
  await expect(run).rejects.toThrow('no')
  expect(told.slice(2)).toEqual([
    'start step a',
    'end step a',
    'error step a failed SC_STEP attempt 2',
    'asyncStart step a failed SC_STEP attempt 2',
    'asyncEnd step a failed SC_STEP attempt 2',
    'error run failed SC_STEP',
    'asyncStart run failed SC_STEP',
    'asyncEnd run failed SC_STEP',
  ])
  expect(messages[0]?.error).toHaveProperty('cause', thrown)
})

test('a synchronous run, a throw, a fallback, a skipped step and one without an attempt', () => {
  const told = cleanups.listen('step')
  const messages: StepMessage[] = []
  const keep = (message: unknown) => void messages.push(message as StepMessage)
  subscribe('tracing:stepchain.step:asyncEnd', keep)
  cleanups.push(() => unsubscribe('tracing:stepchain.step:asyncEnd', keep))
  const fails = (): number => {
    throw new TypeError('no')
  }
  const sync = chain('etl', quiet)
    .with(diagnostics())
    .next(fails, { out: 'a', fallback: 0 })
    .next(() => 1, { out: 'b', when: () => false })
    .next(() => 1, {
      out: 'c',
      when: () => {
        throw new TypeError('no')
      },
    })
  expect(() => sync.runSync()).toThrow('no')
  expect(told).toEqual([
    'start step a',
    'end step a',
    'asyncStart step a ok',
    'asyncEnd step a ok',
    'start step b',
    'end step b',
    'asyncStart step b skipped',
    'asyncEnd step b skipped',
    'start step c',
    'end step c',
    'error step c failed SC_STEP',
    'asyncStart step c failed SC_STEP',
    'asyncEnd step c failed SC_STEP',
  ])
  expect(messages.map(({ fallback }) => fallback)).toEqual([true, undefined, undefined])
})

test('a run that cannot begin is told at its end; a nested chain is told as a step, and alone as a run', async () => {
  const told = cleanups.listen('run')
  const refuses = {
    '~standard': { version: 1 as const, vendor: 'test', validate: () => ({ issues: [{ message: 'no' }] }) },
  }
  const strict = chain('strict', { ...quiet, input: refuses })
    .with(diagnostics())
    .next(() => 1, { out: 'a' })
  await expect(strict.run({})).rejects.toMatchObject({ code: 'SC_VALIDATION' })
  expect(told.splice(0)).toEqual([
    'start run',
    'end run',
    'error run failed SC_VALIDATION',
    'asyncStart run failed SC_VALIDATION',
    'asyncEnd run failed SC_VALIDATION',
  ])
  const inner = chain('inner', quiet)
    .with(diagnostics())
    .next(() => 1, { out: 'x' })
  await chain('outer', quiet).next(inner, { out: 'part' }).run()
  expect(told.splice(0)).toEqual(['start run part', 'end run part', 'asyncStart run part ok', 'asyncEnd run part ok'])
  const steps = cleanups.listen('step')
  await chain('outer', quiet).with(diagnostics()).with(diagnostics()).next(inner, { out: 'part' }).run()
  expect(told).toEqual(['start run', 'end run', 'asyncStart run ok', 'asyncEnd run ok'])
  expect(steps).toEqual([
    'start chain part',
    'start step part/x',
    'end step part/x',
    'asyncStart step part/x ok',
    'asyncEnd step part/x ok',
    'end chain part',
    'asyncStart chain part ok',
    'asyncEnd chain part ok',
  ])
  const broken = chain('broken', quiet).with(diagnostics()).next(strict, { out: 'part' })
  await expect(broken.run()).rejects.toMatchObject({ code: 'SC_VALIDATION' })
  expect(told.slice(4).map((line) => line.split(' ')[0])).toEqual(['start', 'end', 'error', 'asyncStart', 'asyncEnd'])
})
