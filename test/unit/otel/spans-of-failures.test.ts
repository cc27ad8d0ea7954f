import { chain } from 'stepchain'
import { otel } from 'stepchain/otel'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Collector, fails, instrumented, tree } from '../../support/collector.ts'
import { failureOf } from '../../support/outcome.ts'
import { settlePromises, VirtualClock } from '../../support/virtual-clock.ts'

const collector = new Collector()
beforeAll(() => collector.start())
afterAll(() => collector.stop())

const quiet = { logger: null }

test('a failure is told by its kind and by our message, and by nothing that was thrown', async () => {
  const shop = chain('shop', { ...quiet, redact: (text) => text.replaceAll('hunter2', '***') })
    .with(otel())
    .next(() => 1, { out: 'a' })
    .next(
      fails(9, () => new RangeError('no hunter2')),
      { out: 'b', retry: { retries: 1, initialDelay: 0 } },
    )
    .next(() => 1, { out: 'c' })
  await expect(shop.run()).rejects.toThrow('no ***')
  const run = await collector.trace()
  expect(tree([run])).toEqual([
    'chain shop failed RangeError ERROR',
    '  step a ok',
    '  step b failed RangeError ERROR',
    '    attempt 2 failed RangeError ERROR',
  ])
  const step = run.children[1]
  expect(step?.attributes['stepchain.error.code']).toBe('SC_STEP')
  expect(step?.message).toBe("Step 'b' failed on attempt 2 of 2: no ***")
  expect(run.message).toBe(step?.message)
  expect(JSON.stringify(run)).not.toContain('hunter2')
  expect(run.events + (step?.events ?? 0)).toBe(0)
})

test('messages can be left out', async () => {
  const bare = chain('bare', quiet)
    .with(otel({ messages: false }))
    .next(fails(1), { out: 'a' })
  await expect(bare.run()).rejects.toThrow('raw text')
  const run = await collector.trace()
  expect(tree([run])).toEqual(['chain bare failed TypeError ERROR', '  step a failed TypeError ERROR'])
  expect(JSON.stringify(run)).not.toContain('raw text')
})

test('a run that is cancelled has an end but no error, and what it abandons ends with it', async () => {
  const clock = new VirtualClock()
  const controller = new AbortController()
  const running = chain('slow', { ...quiet, clock })
    .with(otel())
    .next(() => 1, { out: 'a' })
    .next(({ a }, step) => new Promise<number>(() => void (step.signal.aborted || a)), { out: 'b' })
    .run({}, { signal: controller.signal })
  await settlePromises()
  controller.abort()
  const over = failureOf(running)
  await clock.advance(100)
  expect((await over).code).toBe('SC_CANCELLED')
  expect(await collector.tree()).toEqual([
    'chain slow cancelled SC_CANCELLED',
    '  step a ok',
    '  step b cancelled SC_CANCELLED abandoned',
  ])
})

test('a deadline is an error, and so is a timeout; an attempt that is abandoned says so', async () => {
  const clock = new VirtualClock()
  let calls = 0
  const running = chain('late', { ...quiet, clock, timeout: 1_000 })
    .with(otel())
    .next(() => (++calls === 3 ? 1 : new Promise<number>(() => {})), {
      out: 'a',
      timeout: 100,
      retry: { retries: 2, initialDelay: 0 },
    })
    .next(() => new Promise<number>(() => {}), { out: 'b' })
    .run()
  const over = failureOf(running)
  await clock.advance(2_000)
  expect((await over).code).toBe('SC_DEADLINE')
  expect(await collector.tree()).toEqual([
    'chain late cancelled SC_DEADLINE ERROR',
    '  step a ok',
    '    attempt 2 TimeoutError ERROR abandoned',
    '    attempt 3 ok',
    '  step b cancelled SC_DEADLINE ERROR abandoned',
  ])
})

test('compensations are steps of the run', async () => {
  const saga = chain('saga', quiet)
    .with(otel())
    .next(() => 1, { out: 'stock', compensate: () => instrumented('restock') })
    .next(() => 2, {
      out: 'charge',
      compensate: { run: fails(1), retry: { retries: 1, initialDelay: 0 } },
      release: () => {},
    })
    .next(fails(1), { out: 'ship' })
  await expect(saga.run()).rejects.toThrow('raw text')
  expect(await collector.tree()).toEqual([
    'chain saga failed TypeError ERROR',
    '  step stock ok',
    '  step charge ok',
    '  step ship failed TypeError ERROR',
    '  step charge.compensate ok',
    '    attempt 2 ok',
    '  step stock.compensate ok',
    '    restock',
    '  step charge.release ok',
  ])
})

test('a fallback is told, and so is a step that ends before its first attempt', async () => {
  const broken = chain('broken', quiet)
    .with(otel())
    .next(fails(1), { out: 'a', fallback: 0 })
    .next(() => 1, {
      out: 'b',
      when: () => {
        throw new SyntaxError('raw text')
      },
    })
  await expect(broken.run()).rejects.toThrow('raw text')
  const run = await collector.trace()
  expect(tree([run])).toEqual([
    'chain broken failed SyntaxError ERROR',
    '  step a ok',
    '  step b failed SyntaxError ERROR',
  ])
  expect(run.children[0]?.attributes['stepchain.fallback']).toBe(true)
})
