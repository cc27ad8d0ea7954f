import { describe, expect, test } from 'vitest'
import { brief, reported } from '../../support/reports.ts'
import { flaky, wait } from '../../support/steps.ts'
import { type Loose, untyped } from '../../support/untyped.ts'

describe('the report of what is inside of steps', () => {
  test('has the steps of nested chains and of both sides of a choice', async () => {
    const { report } = await reported((chain, clock) =>
      chain
        .next(
          untyped('i')
            .next(() => wait(clock, 5), { out: 'x', args: [] })
            .next(
              untyped('j').next(() => 1, { out: 'z', args: [] }),
              { out: 'y' },
            ),
          { out: 'a' },
        )
        .when(
          () => true,
          (branch: Loose) => branch.next(() => wait(clock, 2), { out: 'p', args: [] }),
        )
        .when(
          () => false,
          (branch: Loose) => branch.next(() => 1, { out: 'q', args: [] }),
        ),
    )
    expect(report.steps.map(brief)).toEqual([
      ['a ok 0+5', ['a/x ok 0+5', ['a/y ok 5+0', ['a/y/z ok 5+0']]]],
      ['when-2 ok 5+2', ['when-2/p ok 5+2']],
      'when-3 skipped 7+0',
    ])
  })

  test('has the steps of branches in the order in which they began', async () => {
    const { report } = await reported((chain, clock) => {
      const after = (ms: number, out: string) => (branch: Loose) =>
        branch.next(() => wait(clock, ms), { out, args: [] }).next(() => wait(clock, 1), { out: `${out}2`, args: [] })
      return chain
        .parallel([after(9, 'a'), after(3, 'b')], { name: 'list' })
        .parallel({ one: after(9, 'x'), two: after(3, 'x') }, { name: 'named' })
    })
    expect(report.steps.map(brief)).toEqual([
      ['list ok 0+10', ['list/b ok 0+3', 'list/a ok 0+9', 'list/b2 ok 3+1', 'list/a2 ok 9+1']],
      [
        'named ok 10+10',
        ['named/two/x ok 10+3', 'named/one/x ok 10+9', 'named/two/x2 ok 13+1', 'named/one/x2 ok 19+1'],
      ],
    ])
  })

  test('takes no step for part of another with a name that is alike', async () => {
    const { report } = await reported((chain) =>
      chain
        .next(
          untyped('i').next(() => 1, { out: 'x', args: [] }),
          { name: 'a' },
        )
        .next(
          untyped('i').next(() => 1, { out: 'x', args: [] }),
          { name: 'a-b' },
        ),
    )
    expect(report.steps.map(brief)).toEqual([
      ['a ok 0+0', ['a/x ok 0+0']],
      ['a-b ok 0+0', ['a-b/x ok 0+0']],
    ])
  })

  test.each([
    ['a function', (run: (item: number) => unknown) => run],
    [
      'a branch',
      (run: (item: number) => unknown) => [(branch: Loose) => branch.next(run, { out: 'y', args: ['item'] })],
    ],
  ])('sums up items done by %s', async (_, made) => {
    const rows = Array.from({ length: 50 }, (__, index) => index)
    const { report } = await reported(
      (chain, clock) =>
        chain.map(
          'rows',
          made((item) => {
            if (item % 2 === 1) throw new Error(`no ${item}`)
            return wait(clock, item)
          }),
          { out: 'm', settle: true, concurrency: 50 },
        ),
      { input: { rows } },
    )
    const [step] = report.steps
    expect(step).toMatchObject({ path: 'm', kind: 'map', status: 'ok', start: 0, duration: 48 })
    expect(step).not.toHaveProperty('steps')
    expect(step?.items).toMatchObject({ count: 50, ok: 25, failed: 25, slowest: { path: 'm/48', duration: 48 } })
    expect(step?.items?.failures.map(({ path }) => path)).toEqual(
      Array.from({ length: 16 }, (__, index) => `m/${2 * index + 1}`),
    )
    expect(step?.items?.failures[0]?.error.message).toContain('no 1')
  })

  test('of a loop that fails counts those that were told to end apart', async () => {
    const step = async (item: number, _: number, { signal }: { signal: AbortSignal }): Promise<never> => {
      if (item === 0) throw new Error('no')
      return new Promise((__, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason))
      })
    }
    const options = { input: { rows: [0, 1, 2] } }
    const direct = await reported((chain) => chain.each('rows', step, { name: 'e' }), options)
    const told = await reported((chain) => chain.each('rows', step, { name: 'e', retry: 1 }), options)
    for (const { report } of [direct, told])
      expect(report.steps[0]).toMatchObject({ status: 'failed', items: { count: 3, ok: 0, failed: 1 } })
  })

  test('of a loop without items has no slowest', async () => {
    const { report } = await reported((chain) => chain.each('rows', () => 1, { name: 'e' }), { input: { rows: [] } })
    expect(report.steps[0]?.items).toEqual({ count: 0, ok: 0, failed: 0, failures: [] })
    const skipped = await reported((chain) => chain.map('rows', () => 1, { out: 'm', when: () => false }), {
      input: { rows: [1] },
    })
    expect(skipped.report.steps).toMatchObject([{ kind: 'map', status: 'skipped' }])
    expect(skipped.report.steps[0]).not.toHaveProperty('items')
  })

  test('has retries of items in none of its steps', async () => {
    const { report } = await reported(
      (chain) => chain.map('rows', flaky(2, 1), { out: 'm', retry: { retries: 2, initialDelay: 5 } }),
      { input: { rows: [1] } },
    )
    expect(report.steps).toMatchObject([{ path: 'm', items: { count: 1, ok: 1, failed: 0 } }])
    expect(report.steps[0]).not.toHaveProperty('failures')
  })

  test('has compensations and releases apart, in the order in which they ran', async () => {
    const { report } = await reported((chain, clock) => {
      const undo = () => wait(clock, 1)
      return chain
        .next(() => 1, { out: 'a', args: [], compensate: undo, release: undo })
        .next(
          untyped('i').next(() => 1, { out: 'x', args: [], compensate: undo }),
          { out: 'b' },
        )
        .next(() => 1, { name: 'docker.release', args: [] })
        .next(flaky(9, 1), { out: 'd', args: [] })
    })
    expect(report.steps.map(brief)).toEqual([
      'a ok 0+0',
      ['b ok 0+0', ['b/x ok 0+0']],
      'docker.release ok 0+0',
      'd failed 0+0',
    ])
    expect(report.compensations.map(brief)).toEqual([
      'b/x.compensate ok 0+1',
      'a.compensate ok 1+1',
      'a.release ok 2+1',
    ])
  })

  test('has what was released inside of an item in none of its parts: it was the item’s', async () => {
    const released: unknown[] = []
    const release = (output: unknown): void => void released.push(output)
    const { report } = await reported(
      (chain) =>
        chain
          .each(
            'rows',
            [(branch: Loose) => branch.next((item: number) => item, { out: 'x', args: ['item'], release })],
            {
              name: 'e',
              concurrency: 1,
            },
          )
          .next(() => 1, { out: 'z', args: [] }),
      { input: { rows: [1, 2] } },
    )
    expect(released).toEqual([1, 2])
    expect(report).toMatchObject({ status: 'ok', steps: [{ path: 'e', items: { count: 2, ok: 2 } }, { path: 'z' }] })
    expect(report.compensations).toEqual([])
  })

  test('has the steps of every attempt of a nested chain, and what undid them', async () => {
    const { report } = await reported((chain) =>
      chain.next(
        untyped('i')
          .next(() => 1, { out: 'x', args: [], compensate: () => {} })
          .next(flaky(1, 1), { out: 'y', args: [] }),
        { out: 'a', retry: { retries: 1, initialDelay: 5 } },
      ),
    )
    expect(report.steps.map(brief)).toEqual([
      ['a ok 0+5', ['a/x ok 0+0', 'a/y failed 0+0', 'a/x ok 5+0', 'a/y ok 5+0']],
    ])
    expect(report.compensations.map(brief)).toEqual(['a/x.compensate ok 0+0'])
  })

  test('keeps so many of the steps of very many attempts', async () => {
    const inner = untyped('i', { logger: null }).next(() => 1, { out: 'x', args: [] })
    const { report } = await reported((chain) =>
      chain.next(inner.next(flaky(Infinity, 1), { out: 'y', args: [] }), {
        out: 'a',
        retry: { retries: 3_000, initialDelay: 0 },
        fallback: 1,
      }),
    )
    expect(report.steps[0]?.steps).toHaveLength(4_096)
  })

  test('keeps what ends when what it was inside of has ended', async () => {
    const { report } = await reported((chain, clock) =>
      chain
        .next(() => 1, { out: 'a', args: [] })
        .next(
          untyped('i').next(() => wait(clock, 500), { out: 'x', args: [] }),
          { out: 'b', timeout: 10, fallback: 1 },
        )
        .next(() => wait(clock, 1000), { out: 'd', args: [] }),
    )
    const all = JSON.stringify(report.steps.map(brief))
    expect(all).toContain('b/x cancelled')
    expect(report.status).toBe('ok')
  })

  test('holds what was undone of so many items and no more', async () => {
    const rows = Array.from({ length: 4_200 }, (_, index) => index)
    const { report } = await reported(
      (chain) =>
        chain
          .each('rows', [(branch: Loose) => branch.next(() => 1, { out: 'x', args: [], compensate: () => {} })], {
            name: 'e',
          })
          .next(flaky(9, 1), { out: 'z', args: [] }),
      { input: { rows } },
    )
    expect(report.steps[0]?.items?.count).toBe(4_200)
    expect(report.compensations).toHaveLength(4_096)
  })
})
