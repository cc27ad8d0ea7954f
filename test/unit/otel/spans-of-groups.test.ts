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

test('branches are inside of their group, at once and not mixed up', async () => {
  const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const
  const page = chain('page', quiet)
    .with(otel())
    .parallel({
      left: (c) =>
        c
          .next(() => gates[0].promise.then(() => instrumented('left query')), { out: 'x' })
          .next(() => instrumented('left again'), { out: 'y' }),
      right: (c) => c.next(() => gates[1].promise.then(() => instrumented('right query')), { out: 'x' }),
    })
    .next(() => 1, { out: 'last' })
  const running = page.run()
  await settlePromises()
  gates[1].resolve()
  await settlePromises()
  gates[0].resolve()
  await running
  const run = await collector.trace()
  expect(tree([run])).toEqual([
    'chain page ok',
    '  parallel parallel-1 ok',
    '    step x ok',
    '      left query',
    '    step x ok',
    '      right query',
    '    step y ok',
    '      left again',
    '  step last ok',
  ])
  const paths = run.children[0]?.children.map(({ attributes }) => attributes['stepchain.step.path'])
  expect(paths).toEqual(['parallel-1/left/x', 'parallel-1/right/x', 'parallel-1/left/y'])
})

test('a group that fails tells which branch did, and which were told to end', async () => {
  const clock = new VirtualClock()
  const running = chain('page', { ...quiet, clock })
    .with(otel())
    .parallel([
      (c) => c.next(() => Promise.resolve().then(fails(1)), { out: 'a' }),
      (c) =>
        c.next(
          (_, { signal }) =>
            new Promise<number>((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
          { out: 'b' },
        ),
    ])
    .run()
  const over = failureOf(running)
  await clock.advance(3_000)
  expect((await over).code).toBe('SC_GROUP')
  expect(await collector.tree()).toEqual([
    'chain page failed SC_GROUP ERROR',
    '  parallel parallel-1 failed SC_GROUP ERROR',
    '    step a failed TypeError ERROR',
    '    step b cancelled SC_CANCELLED',
  ])
})

test('items are inside of their loop, and the steps of their branch inside of them', async () => {
  await chain<{ ids: number[] }>('loops', quiet)
    .with(otel())
    .map('ids', (id) => instrumented(`fetch ${id}`), { out: 'fetched', concurrency: 1 })
    .each('ids', [(c) => c.next(({ item }) => instrumented(`store ${item}`), { out: 'stored' })], {
      name: 'store',
      concurrency: 1,
    })
    .run({ ids: [7, 8] })
  const run = await collector.trace()
  expect(tree([run])).toEqual([
    'chain loops ok',
    '  map fetched ok',
    '    item fetched ok',
    '      fetch 7',
    '    item fetched ok',
    '      fetch 8',
    '  each store ok',
    '    item store ok',
    '      step stored ok',
    '        store 7',
    '    item store ok',
    '      step stored ok',
    '        store 8',
  ])
  expect(run.children[1]?.children[1]?.children[0]?.attributes['stepchain.step.path']).toBe('store/1/stored')
})

test('items beyond the limit have no spans, nor has what is inside of them but what the user makes', async () => {
  const ids = Array.from({ length: 5 }, (_, index) => index)
  const loops = (items: number | false) =>
    chain<{ ids: number[] }>('loops', quiet)
      .with(otel({ items }))
      .map('ids', [(c) => c.next(({ item }) => instrumented(`query ${item}`), { out: 'x', retry: { retries: 1 } })], {
        out: 'all',
        concurrency: 1,
        retry: { retries: 1, initialDelay: 0 },
      })
      .next(() => 1, { out: 'last' })
      .run({ ids })
  await loops(2)
  expect(await collector.tree()).toEqual([
    'chain loops ok',
    '  map all ok',
    '    item all ok',
    '      step x ok',
    '        query 0',
    '    item all ok',
    '      step x ok',
    '        query 1',
    '    query 2',
    '    query 3',
    '    query 4',
    '  step last ok',
  ])
  await loops(false)
  expect(await collector.tree()).toEqual([
    'chain loops ok',
    '  map all ok',
    ...ids.map((id) => `    query ${id}`),
    '  step last ok',
  ])
  await chain<{ rows: number[] }>('many', quiet)
    .with(otel())
    .map('rows', (row) => row, { out: 'all' })
    .run({ rows: Array.from({ length: 150 }, () => 1) })
  expect((await collector.trace()).children[0]?.children).toHaveLength(100)
})

test('an item beyond the limit may fail and be tried again', async () => {
  const lateFails = [fails(0), fails(0), fails(1)]
  await chain<{ ids: number[] }>('loops', quiet)
    .with(otel({ items: 1 }))
    .map('ids', fails(2), { out: 'all', concurrency: 1, settle: true })
    .each('ids', fails(2), { name: 'more', concurrency: 1, retry: { retries: 2, initialDelay: 0 } })
    .each('ids', [(c) => c.tap(({ index }) => lateFails[index]?.())], {
      name: 'late',
      concurrency: 1,
      retry: { retries: 1, initialDelay: 0 },
    })
    .each('ids', [(c) => c.tap(fails(0), { when: () => false })], { name: 'skips', concurrency: 1 })
    .run({ ids: [1, 2, 3] })
  expect(await collector.tree()).toEqual([
    'chain loops ok',
    '  map all ok',
    '    item all failed TypeError ERROR',
    '  each more ok',
    '    item more ok',
    '      attempt 2 TypeError ERROR',
    '      attempt 3 ok',
    '  each late ok',
    '    item late ok',
    '      step step-3 ok',
    '  each skips ok',
    '    item skips ok',
    '      step step-4 skipped',
  ])
})

test('the side of a choice that is taken is inside of it; what is skipped is told as that', async () => {
  await chain('choice', quiet)
    .with(otel())
    .when(
      () => true,
      (c) => c.next(() => instrumented('inside'), { out: 'a' }),
    )
    .when(
      () => false,
      (c) => c.next(() => 1, { out: 'b' }),
    )
    .next(() => 1, { out: 'c', when: () => false })
    .run()
  expect(await collector.tree()).toEqual([
    'chain choice ok',
    '  when when-1 ok',
    '    step a ok',
    '      inside',
    '  when when-2 skipped',
    '  step c skipped',
  ])
})

test('a nested chain is a step, each attempt with its own steps', async () => {
  const inner = chain('inner', quiet)
    .next(() => instrumented('query'), { out: 'x' })
    .next(fails(1), { out: 'y' })
  await chain('outer', quiet)
    .with(otel())
    .next(inner, { out: 'part', retry: { retries: 1, initialDelay: 0 } })
    .run()
  const run = await collector.trace()
  expect(tree([run])).toEqual([
    'chain outer ok',
    '  step part ok',
    '    step x ok',
    '      query',
    '    step y failed TypeError ERROR',
    '    attempt 2 ok',
    '      step x ok',
    '        query',
    '      step y ok',
  ])
  const attempt = run.children[0]?.children[2]
  expect(attempt?.children[1]?.attributes).toMatchObject({
    'stepchain.chain': 'outer',
    'stepchain.step.path': 'part/y',
    'stepchain.step.kind': 'step',
  })
})
