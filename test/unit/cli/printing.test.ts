import { chain } from 'stepchain'
import { describe, expect, test } from 'vitest'
import { jsonOf } from '../../../src/cli/json.ts'
import { treeOf } from '../../../src/cli/tree.ts'

describe('a context as JSON', () => {
  test('with what JSON does not have', () => {
    const shared = { once: 1 }
    const cycle: Record<string, unknown> = { shared, again: shared, big: 12n, date: new Date(0), list: [1n, undefined] }
    cycle['self'] = cycle
    cycle['list2'] = [[cycle], { cycle }]
    expect(JSON.parse(jsonOf({ cycle, shared, n: null }, undefined))).toEqual({
      cycle: {
        shared: { once: 1 },
        again: { once: 1 },
        big: '12',
        date: '1970-01-01T00:00:00.000Z',
        list: ['1', null],
        self: '[circular]',
        list2: [['[circular]'], { cycle: '[circular]' }],
      },
      shared: { once: 1 },
      n: null,
    })
  })

  test('what a step that is sensitive gave is hidden, wherever its name is', () => {
    const inner = chain('inner').next(() => 'deep', { out: 'key', sensitive: true })
    const job = chain('job')
      .next(() => 'hunter2', { out: 'pass', sensitive: true })
      .tap(() => {}, { sensitive: true })
      .parallel([(c) => c.next(() => 'left', { out: 'left', sensitive: true })])
      .next(inner, { out: 'nested' })
    const context = { pass: 'hunter2', left: { n: 1 }, nested: { key: 'deep', name: 'kept' }, list: [{ pass: 1 }] }
    expect(JSON.parse(jsonOf(context, job.describe()))).toEqual({
      pass: '[sensitive]',
      left: '[sensitive]',
      nested: { key: '[sensitive]', name: 'kept' },
      list: [{ pass: '[sensitive]' }],
    })
  })
})

describe('a definition as text', () => {
  test('has a line for each step, and what is inside of it below', () => {
    const inner = chain<{ base: number }>('inner').next(({ base }) => base, { out: 'copy' })
    const job = chain<{ items: number[] }>('job', { timeout: 30_000 })
      .put('base', 1)
      .next(() => 1, {
        out: 'first',
        name: 'begin',
        retry: 1,
        timeout: 1_500,
        validate: () => true,
        fallback: 0,
        compensate: () => {},
        compensateUnknown: () => {},
        release: () => {},
        sensitive: true,
      })
      .tap(() => {}, { when: () => false, retry: { retries: 3 } })
      .parallel(
        { left: (c) => c.put('mine', 1).next(() => 1, { out: 'a' }), right: (c) => c.next(() => 2, { out: 'b' }) },
        { concurrency: 1, settle: true },
      )
      .map('items', (item: number) => item, { out: 'mapped' })
      .each('items', async () => {}, { batch: 10, tolerate: 0.1, concurrency: Infinity })
      .when(
        () => true,
        (c) => c.next(() => 3, { out: 'yes' }),
        (c) => c.next(() => 4, { out: 'no' }),
      )
      .next(inner, { out: 'nested' })
    expect(treeOf(job.describe())).toMatchInlineSnapshot(`
      "job (timeout 30,000 ms)
        put base
        begin -> first (1 retry, timeout 1,500 ms, validated, fallback, compensated, compensated if unknown, released, sensitive)
        step-2 (may be skipped, 3 retries)
        parallel-3 (parallel, 1 at once, settles)
          left
            put mine
            a
          right
            b
        mapped (map of items, 16 at once)
        each-5 (each of items, in batches of 10, tolerates 0.1)
        when-6 (when)
          then
            yes
          otherwise
            no
        nested (chain)
          inner
            copy"
    `)
  })

  test('of a chain that checks its input, and of none', () => {
    const schema = {
      '~standard': { version: 1, vendor: 'test', validate: (value: unknown) => ({ value: value as object }) },
    } as const
    expect(treeOf(chain('job', { input: schema }).describe())).toBe('job (checks its input)')
    expect(
      treeOf({
        name: 'job',
        steps: [
          {
            name: 'a',
            kind: 'step',
            retry: { retries: 'Infinity', backoff: '', initialDelay: 0, factor: 1, maxDelay: 0, jitter: '' },
          },
        ],
      }),
    ).toBe('job\n  a (endless retries)')
  })
})
