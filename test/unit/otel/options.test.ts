import { context, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { chain } from 'stepchain'
import { otel } from 'stepchain/otel'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { faults } from '../../support/printing.ts'
import { Crash, RecordingHost } from '../../support/recording-host.ts'

const quiet = { logger: null }

beforeAll(() => void context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable()))
afterAll(() => context.disable())

/** A tracer of its own, and the names of the spans that it ended. */
function own() {
  const exporter = new InMemorySpanExporter()
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] })
  return {
    tracer: provider.getTracer('mine'),
    spans: () => exporter.getFinishedSpans(),
    names: () => exporter.getFinishedSpans().map(({ name }) => name),
  }
}

test('a tracer may be given; without one and without an SDK nothing is made, and nothing is active', async () => {
  const { tracer, names } = own()
  const build = (options?: { tracer: typeof tracer }) =>
    chain('mine', quiet)
      .with(otel(options))
      .next(() => trace.getActiveSpan() !== undefined, { out: 'active' })
      .next(
        chain('inner', quiet).next(() => trace.getActiveSpan() !== undefined, { out: 'within' }),
        { out: 'inner' },
      )
      .next(() => 1, { out: 'never', when: () => false })
  expect(await build({ tracer }).run()).toMatchObject({ active: true, inner: { within: true } })
  expect(names()).toEqual(['step active', 'step within', 'step inner', 'step never', 'chain mine'])
  expect(await build().run()).toMatchObject({ active: false, inner: { within: false } })
  let calls = 0
  const retried = chain('retried', quiet)
    .with(otel())
    .next(
      () => {
        if (++calls === 1) throw new Error('once')
        return trace.getActiveSpan()
      },
      { out: 'active', retry: { retries: 1, initialDelay: 0 } },
    )
  expect(await retried.run()).toEqual({ active: undefined })
})

test('it is one set of hooks where nothing is said', () => {
  expect(otel()).toBe(otel())
  expect(otel({})).not.toBe(otel())
})

test.each([
  [{ items: -1 }, 'otel: items must be a number from 0 up, or false; got -1'],
  [{ items: Number.NaN }, 'otel: items must be a number from 0 up, or false; got NaN'],
  [{ items: '5' }, 'otel: items must be a number from 0 up, or false; got string'],
  [
    { tracer: trace.getTracerProvider() },
    "otel: tracer must have the method startSpan; a provider's tracer is provider.getTracer('stepchain')",
  ],
  [{ tracer: null }, 'otel: tracer must have the method startSpan'],
  [
    { meter: 1 },
    "otel: meter must have the method createHistogram; a provider's meter is provider.getMeter('stepchain')",
  ],
])('%o is refused', (options, message) => {
  expect(() => otel(options as never)).toThrow(TypeError)
  expect(() => otel(options as never)).toThrow(message)
})

test('a tracer that throws changes nothing, and is told of', async () => {
  const broken = {
    startSpan: () => {
      throw new Error('broken tracer')
    },
  }
  const { told, hooks } = faults()
  const run = chain('robust', quiet)
    .with(otel({ tracer: broken as never }))
    .with(hooks)
    .next(() => 1, { out: 'a' })
    .run()
  expect(await run).toEqual({ a: 1 })
  expect(told.map(({ source }) => source)).toEqual(['onRunStart', 'beforeAttempt', 'onRunEnd'])
})

test('a branch that alone has the hooks is traced by its steps', async () => {
  const { tracer, names } = own()
  await chain('outer', quiet)
    .parallel([
      (c) =>
        c
          .with(otel({ tracer }))
          .next(() => 1, { out: 'never', when: () => false })
          .next(() => 1, { out: 'a' }),
    ])
    .run()
  expect(names()).toEqual(['step a'])
})

test('what an engine suspended ends when the run is taken up again', async () => {
  const { tracer, spans } = own()
  const build = chain('durable', quiet)
    .with(otel({ tracer }))
    .next(() => 1, { out: 'a' })
    .next(() => 2, { out: 'b' })
  const host = new RecordingHost({ crashAfter: 1 })
  await expect(build.run({}, { host })).rejects.toThrow(Crash)
  expect(spans().map(({ name }) => name)).toEqual(['step a'])
  await build.run({}, { host: new RecordingHost({ journal: host.journal }) })
  expect(
    spans().map(
      ({ name, attributes }) =>
        `${name} ${String(attributes['stepchain.abandoned'] ?? attributes['stepchain.status'])}`,
    ),
  ).toEqual(['step a ok', 'chain durable true', 'step b ok', 'chain durable ok'])
})

test('a nested chain that a host runs again is still inside of its step', async () => {
  const { tracer, spans } = own()
  let calls = 0
  const inner = chain('inner', quiet).next(
    () => {
      if (++calls === 1) throw new Error('once')
      return calls
    },
    { out: 'x' },
  )
  await chain('durable', quiet)
    .with(otel({ tracer }))
    .next(inner, { out: 'part', retry: { retries: 1, initialDelay: 0 } })
    .run({}, { host: new RecordingHost({}) })
  const all = spans()
  const step = all.find(({ attributes }) => attributes['stepchain.step.path'] === 'part#2/x')
  const parent = all.find((span) => span.spanContext().spanId === step?.parentSpanContext?.spanId)
  expect(parent?.name).toBe('attempt 2')
})

test('what is abandoned ends with what is around it, and is not told again when it does end', () => {
  const { tracer, spans } = own()
  const hooks = otel({ tracer })
  const run = { chain: 'c', runId: 'r', path: '', name: 'c', kind: 'run' } as const
  const outer = { ...run, path: 'a', name: 'a', kind: 'chain', attempt: 1, attempts: 1 } as const
  const inner = { ...outer, path: 'a/x', name: 'x', kind: 'step' } as const
  const end = { status: 'cancelled', duration: 1, abandoned: true, error: undefined } as const
  hooks.onRunStart?.(run)
  hooks.beforeAttempt?.(outer)
  hooks.beforeAttempt?.(inner)
  hooks.afterStep?.({ ...outer, ...end })
  hooks.afterStep?.({ ...inner, ...end })
  hooks.onRunEnd?.({ ...run, status: 'cancelled', duration: 2 })
  hooks.afterStep?.({ ...inner, ...end })
  expect(spans().map(({ name, attributes }) => [name, attributes['stepchain.abandoned']])).toEqual([
    ['step x', true],
    ['step a', true],
    ['chain c', undefined],
  ])
})
