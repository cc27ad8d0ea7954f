import { context, createContextKey, trace } from '@opentelemetry/api'
import { chain } from 'stepchain'
import { otel } from 'stepchain/otel'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Collector, fails, instrumented, tree } from '../../support/collector.ts'
import { VirtualClock } from '../../support/virtual-clock.ts'

const collector = new Collector()
beforeAll(() => collector.start())
afterAll(() => collector.stop())

const quiet = { logger: null }

test('steps are inside of their run, and what they make inside of them', async () => {
  await chain('etl', quiet)
    .with(otel())
    .next(() => instrumented('query'), { out: 'a' })
    .next(
      async () => {
        await Promise.resolve()
        await instrumented('first')
        return trace.getTracer('user').startActiveSpan('second', async (span) => {
          await instrumented('third')
          span.end()
          return 2
        })
      },
      { out: 'b' },
    )
    .run({}, { runId: 'r1' })
  const run = await collector.trace()
  expect(tree([run])).toEqual([
    'chain etl ok',
    '  step a ok',
    '    query',
    '  step b ok',
    '    first',
    '    second',
    '      third',
  ])
  expect(run.attributes).toEqual({ 'stepchain.chain': 'etl', 'stepchain.run_id': 'r1', 'stepchain.status': 'ok' })
  expect(run.children[0]?.attributes).toEqual({
    'stepchain.chain': 'etl',
    'stepchain.run_id': 'r1',
    'stepchain.step.path': 'a',
    'stepchain.step.name': 'a',
    'stepchain.step.kind': 'step',
    'stepchain.attempt': 1,
    'stepchain.attempts': 1,
    'stepchain.status': 'ok',
  })
})

test('a run is inside of what is active where it is begun, and a run inside of a step is inside of that', async () => {
  const inner = chain('inner', quiet)
    .with(otel())
    .next(() => 1, { out: 'x' })
  const outer = chain('outer', quiet)
    .with(otel())
    .next(async () => (await inner.run()).x, { out: 'y' })
  await trace.getTracer('user').startActiveSpan('request', async (span) => {
    await outer.run()
    span.end()
  })
  expect(await collector.tree()).toEqual([
    'request',
    '  chain outer ok',
    '    step y ok',
    '      chain inner ok',
    '        step x ok',
  ])
})

test('a synchronous run has the same spans', async () => {
  chain('sync', quiet)
    .with(otel())
    .next(() => 1, { out: 'a' })
    .next(fails(1), { out: 'b', retry: { retries: 1, initialDelay: 0 } })
    .runSync()
  expect(await collector.tree()).toEqual(['chain sync ok', '  step a ok', '  step b ok', '    attempt 2 ok'])
})

test('attempts are spans from the second on, and what they make is inside of them', async () => {
  let calls = 0
  const clock = new VirtualClock()
  const running = chain('load', { ...quiet, clock })
    .with(otel())
    .next(
      async () => {
        await instrumented(`call ${++calls}`)
        if (calls === 1) throw Object.assign(new Error('raw text'), { code: 'ECONNRESET' })
        if (calls === 2) throw new TypeError('raw text')
        return calls
      },
      { out: 'x', retry: { retries: 3, backoff: 'constant', initialDelay: 250, jitter: 'none' } },
    )
    .run()
  await clock.advance(1_000)
  await running
  const run = await collector.trace()
  expect(tree([run])).toEqual([
    'chain load ok',
    '  step x ok',
    '    call 1',
    '    attempt 2 TypeError ERROR',
    '      call 2',
    '    attempt 3 ok',
    '      call 3',
  ])
  const [step] = run.children
  expect(step?.attributes['stepchain.attempts']).toBe(3)
  const retries = step?.children.map(({ attributes }) => [
    attributes['stepchain.attempt'],
    attributes['stepchain.retry.delay'],
    attributes['stepchain.retry.error.type'],
  ])
  expect(retries).toEqual([
    [undefined, undefined, undefined],
    [2, 0.25, 'ECONNRESET'],
    [3, 0.25, 'TypeError'],
  ])
  expect(collector.text).toBe('')
})

test('a run that cannot begin has a span, and one of no steps too', async () => {
  const refuses = (value: unknown) => ({
    '~standard': {
      version: 1 as const,
      vendor: 'test',
      validate: () => ({ issues: [{ message: `no ${String(value)}` }] }),
    },
  })
  const strict = chain('strict', { ...quiet, input: refuses('x') })
    .with(otel())
    .next(() => 1, { out: 'a' })
  await expect(strict.run({})).rejects.toMatchObject({ code: 'SC_VALIDATION' })
  expect(await collector.tree()).toEqual(['chain strict failed SC_VALIDATION ERROR'])
  const outer = chain('outer', quiet).with(otel()).next(strict, { out: 'part' })
  await expect(outer.run()).rejects.toMatchObject({ code: 'SC_VALIDATION' })
  expect(await collector.tree()).toEqual([
    'chain outer failed SC_VALIDATION ERROR',
    '  step part failed SC_VALIDATION ERROR',
  ])
  await chain('empty', quiet).with(otel()).run()
  expect(await collector.tree()).toEqual(['chain empty ok'])
})

test('runs at once are not mixed up, whether they share an id or a chain', async () => {
  const build = (name: string) =>
    chain<{ id: number }>(name, quiet)
      .with(otel())
      .next(({ id }) => instrumented(`query ${id}`), { out: 'a' })
      .next(({ id }) => Promise.resolve().then(() => instrumented(`load ${id}`)), { out: 'b' })
  const one = build('one')
  const ids = Array.from({ length: 50 }, (_, id) => id)
  await Promise.all([
    ...ids.map((id) => one.run({ id })),
    build('two').run({ id: 50 }, { runId: 'same' }),
    build('three').run({ id: 51 }, { runId: 'same' }),
  ])
  const spans = await collector.spans()
  expect(spans).toHaveLength(52)
  expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(52)
  const queries = spans.map(({ children }) => children.map((step) => step.children.map(({ name }) => name)))
  expect(queries.map(([a, b]) => [a, b])).toEqual(queries.map((_, index) => [[`query ${index}`], [`load ${index}`]]))
})

test('an id may be used again', async () => {
  const again = chain('again', quiet)
    .with(otel())
    .next(() => 1, { out: 'a' })
  await again.run({}, { runId: 'same' })
  await again.run({}, { runId: 'same' })
  expect(tree(await collector.spans())).toEqual(['chain again ok', '  step a ok', 'chain again ok', '  step a ok'])
})

test('hooks given to a nested chain alone begin there; given to both, or twice, they make one span each', async () => {
  const inner = chain('inner', quiet)
    .with(otel())
    .next((_, { attempt }) => (attempt === 1 ? Promise.reject(new TypeError('once')) : instrumented('query')), {
      out: 'x',
      retry: { retries: 1, initialDelay: 0 },
    })
  const part = chain('middle', quiet).next(inner, { out: 'part' })
  await chain('outer', quiet).next(part, { out: 'whole' }).run()
  const run = await collector.trace()
  expect(tree([run])).toEqual(['chain inner ok', '  step x ok', '    attempt 2 ok', '      query'])
  expect(run.attributes['stepchain.chain']).toBe('outer')
  await chain('outer', quiet).with(otel()).with(otel()).next(part, { out: 'whole' }).run()
  expect(await collector.tree()).toEqual([
    'chain outer ok',
    '  step whole ok',
    '    step part ok',
    '      step x ok',
    '        attempt 2 ok',
    '          query',
  ])
})

test('what is active where a run is begun is active in all of its steps, also after a timeout that another run set off', async () => {
  const key = createContextKey('user')
  const clock = new VirtualClock()
  const seen: unknown[] = []
  const waits = chain('waits', { ...quiet, clock })
    .with(otel())
    .next(
      (_, { attempt }) => {
        seen.push(context.active().getValue(key))
        return attempt === 1 ? new Promise<number>(() => {}) : attempt
      },
      { out: 'a', timeout: 50, retry: { retries: 1, initialDelay: 10 } },
    )
    .next(() => void seen.push(context.active().getValue(key)), {})
  const begin = (user: string) => context.with(context.active().setValue(key, user), () => waits.run())
  const running = Promise.all([begin('ada'), begin('bob')])
  await clock.advance(1_000)
  await running
  expect(seen.filter((user) => user === 'ada')).toHaveLength(3)
  expect(seen.filter((user) => user === 'bob')).toHaveLength(3)
  await collector.spans()
})
