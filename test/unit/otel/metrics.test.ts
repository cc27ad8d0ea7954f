import { metrics } from '@opentelemetry/api'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { chain } from 'stepchain'
import { otel } from 'stepchain/otel'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Collector, type ReceivedPoint } from '../../support/collector.ts'
import { VirtualClock } from '../../support/virtual-clock.ts'

const collector = new Collector()
beforeAll(() => collector.start())
afterAll(() => collector.stop())

/** Series in an order of their own, with their attributes in one line. */
function lines(points: readonly ReceivedPoint[]): string[] {
  return points
    .map(({ metric, unit, attributes, count, sum }) => {
      const values = Object.values(attributes).join(' ')
      return `${metric} ${unit} ${values}: ${count}${metric.endsWith('duration') ? ` in ${Number(sum.toFixed(6))}` : ''}`
    })
    .toSorted()
}

test('runs and steps are timed in seconds, and retries counted', async () => {
  const clock = new VirtualClock()
  let calls = 0
  const shop = chain<{ ids: number[] }>('shop', { logger: null, clock })
    .with(otel())
    .next(() => clock.block(500), { name: 'wait' })
    .next(
      () => {
        if (++calls % 2 === 1) throw new TypeError('raw text')
      },
      { name: 'twice', retry: { retries: 1, backoff: 'constant', initialDelay: 250, jitter: 'none' } },
    )
    .map('ids', () => clock.block(100), { out: 'all', concurrency: 1 })
    .next(() => 1, { out: 'never', when: () => false })
    .next(
      ({ ids }) => {
        if (ids.length === 1) throw new RangeError('raw text')
      },
      { name: 'check' },
    )
  for (const ids of [[1, 2], [1]]) {
    const running = shop.run({ ids }).catch(() => {})
    await clock.advance(1_000)
    await running
  }
  const points = await collector.points()
  expect(lines(points)).toEqual([
    'stepchain.run.duration s shop failed RangeError: 1 in 0.85',
    'stepchain.run.duration s shop ok: 1 in 0.95',
    'stepchain.step.duration s shop failed RangeError check step: 1 in 0',
    'stepchain.step.duration s shop ok all item: 3 in 0.3',
    'stepchain.step.duration s shop ok all map: 2 in 0.3',
    'stepchain.step.duration s shop ok check step: 1 in 0',
    'stepchain.step.duration s shop ok twice step: 2 in 0.5',
    'stepchain.step.duration s shop ok wait step: 2 in 1',
    'stepchain.step.retries {retry} shop twice step TypeError: 2',
  ])
  expect(Object.keys(points.find(({ metric }) => metric.endsWith('retries'))?.attributes ?? {})).toEqual([
    'stepchain.chain',
    'stepchain.step.name',
    'stepchain.step.kind',
    'error.type',
  ])
})

/** A meter of its own, and what was measured with it. */
function own() {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  const provider = new MeterProvider({ readers: [new PeriodicExportingMetricReader({ exporter })] })
  const names = async () => {
    await provider.forceFlush()
    return (
      exporter
        .getMetrics()
        .at(-1)
        ?.scopeMetrics.flatMap((scope) => scope.metrics.map(({ descriptor }) => descriptor.name)) ?? []
    )
  }
  return { provider, names }
}

test('a nested run is measured as a step; a meter may be given, and the global one may come later, or another', async () => {
  const inner = chain('inner', { logger: null }).next(() => 1, { out: 'x' })
  const given = own()
  await chain('given', { logger: null })
    .with(otel({ meter: given.provider.getMeter('mine') }))
    .next(inner, { out: 'part' })
    .run()
  expect(await given.names()).toEqual(['stepchain.run.duration', 'stepchain.step.duration'])
  expect(lines(await collector.points()).filter((line) => line.includes('given'))).toEqual([])
  metrics.disable()
  const late = chain('late', { logger: null })
    .with(otel())
    .next(() => 1, { out: 'a' })
  await late.run()
  const global = own()
  metrics.setGlobalMeterProvider(global.provider)
  await late.run()
  expect(await global.names()).toEqual(['stepchain.run.duration', 'stepchain.step.duration'])
  await Promise.all([given.provider.shutdown(), global.provider.shutdown()])
})
