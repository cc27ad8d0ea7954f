import type { Host, HostBranch, StepOutcome } from 'stepchain'
import { describe, expect } from 'vitest'
import { promised } from '../../support/promises.ts'
import { type Journal, RecordingHost } from '../../support/recording-host.ts'
import { flaky, never, obeys, wait } from '../../support/steps.ts'
import { Tally } from '../../support/tally.ts'
import type { Loose } from '../../support/untyped.ts'

const xs = [1, 2, 3, 4, 5]
type All = NonNullable<Host['all']>

/** A host that passes calls on, with an `all` of its own. */
function hostWith(
  all: (name: string, branches: readonly HostBranch<never>[]) => unknown,
  own: Partial<Host> = {},
): Host {
  return { runId: 'run-1', step: async (_call, run) => run({}), all: all as unknown as All, ...own }
}

/** Runs branches side by side. */
const sideBySide = (_name: string, branches: readonly HostBranch<never>[]): unknown =>
  Promise.allSettled(branches.map((branch) => branch.run()))

describe('a host with an all', () => {
  promised('runs several things at once: as many as may be, then the next', async (given) => {
    const names: string[] = []
    let open = 0
    let most = 0
    const step = async (x: number): Promise<number> => {
      most = Math.max(most, ++open)
      await wait(given.clock, 10)
      open--
      return x
    }
    const host = hostWith((name, branches) => {
      names.push(`${name}: ${branches.map((branch) => branch.name).join(' ')}`)
      return sideBySide(name, branches)
    })
    const chain = given.chain().map('xs', step, { out: 'ys', concurrency: 2 }).each('xs', step).parallel([], {})
    const running = given.run(chain, { xs }, { host })
    await given.clock.advance(100)

    expect(await running).toEqual({ ok: true, context: { xs, ys: xs } })
    expect(names).toEqual(['ys: 0 1', 'ys.2: 2 3', 'ys.3: 4', 'each-2: 0 1 2 3 4'])
    expect(most).toBe(5)
  })

  promised('finishes what is under way when something fails, and begins nothing more', async (given) => {
    const tally = new Tally()
    const chain = given
      .chain()
      .map('xs', (x: number) => (x === 1 ? Promise.reject(new Error('down')) : wait(given.clock, 10, x)), {
        out: 'ys',
        concurrency: 2,
      })
    const error = await given.failure(chain, { input: { xs }, host: hostWith(sideBySide), hooks: tally.hooks, ms: 50 })

    expect(error).toMatchObject({ code: 'SC_GROUP', step: 'ys', errors: [{ step: 'ys > 0' }] })
    expect(Object.keys(error.results as object)).toEqual(['1'])
    expect(tally.of('onProgress').map(({ done }) => done)).toEqual([1, 2])
  })

  promised('may have a host for each branch', async (given) => {
    const paths: string[] = []
    const own = (name: string): Host => ({
      runId: 'run-1',
      step: async (call, run) => (paths.push(`${name} ${call.path}`), run({})),
    })
    const host = hostWith((_name, branches) =>
      Promise.allSettled(branches.map((branch) => branch.run(own(branch.name)))),
    )
    const branch = (c: Loose): Loose => c.next(() => 1, { out: 'x', args: [] })
    const chain = given.chain().parallel({ a: branch, b: (c: Loose) => branch(c.map('xs', () => 1, { out: 'ys' })) })

    expect((await given.run(chain, { xs: [1] }, { host })).ok).toBe(true)
    expect(paths.toSorted()).toEqual(['a parallel-1/a/x', 'b parallel-1/b/x', 'b parallel-1/b/ys/0'])
  })

  promised('closes a source that was not gone through, and goes through none that takes its time', async (given) => {
    let closed = 0
    const source = (): object => ({
      [Symbol.iterator]: () => ({ next: () => ({ done: false, value: 1 }), return: () => (closed++, {}) }),
    })
    const chain = given.chain().each('xs', () => Promise.reject(new Error('down')), { concurrency: 2 })
    await given.failure(chain, { input: { xs: source() }, host: hostWith(sideBySide) })
    expect(closed).toBe(1)
    await given.failure(chain, { input: { xs: source() }, host: hostWith(() => Promise.reject(new Error('engine'))) })
    expect(closed).toBe(2)

    async function* later(): AsyncGenerator<number> {
      yield 1
    }
    for (const host of [hostWith(sideBySide), new RecordingHost()])
      expect((await given.failure(chain, { input: { xs: later() }, host })).message).toContain(
        'needs run() and no host',
      )
  })

  const faults: readonly (readonly [string, (branches: readonly HostBranch<never>[]) => unknown, string])[] = [
    [
      'throws',
      () => {
        throw new Error('engine')
      },
      'engine',
    ],
    ['rejects', () => Promise.reject(new Error('engine')), 'engine'],
    ['gives nothing', () => undefined, "Step 'ys': the host gave no result for a branch"],
    [
      'gives too little',
      (branches) => sideBySide('', branches.slice(1)),
      "Step 'ys': the host gave no result for a branch",
    ],
    ['tells of a branch that rejected', () => [{ status: 'rejected', reason: new Error('engine') }], 'engine'],
  ]
  for (const [title, all, message] of faults) {
    promised(`that ${title} fails the step`, async (given) => {
      const chain = given.chain().map('xs', (x: number) => x, { out: 'ys' })
      const error = await given.failure(chain, {
        input: { xs: [1, 2] },
        host: hostWith((_, branches) => all(branches)),
      })

      expect(error).toMatchObject({ code: 'SC_STEP', step: 'ys' })
      expect(error.message).toContain(message)
    })
  }

  promised("ends a run with the engine's own suspension, untouched", async (given) => {
    const suspend = new Error('suspended')
    const isControl = (error: unknown): boolean => error === suspend
    const branch = (c: Loose): Loose => c.tap(() => 1, { name: 't' }).next(() => 1, { out: 'x', args: [] })
    const chain = given
      .chain()
      .next(() => 1, { out: 'first', args: [], compensate: flaky(0, 1) })
      .parallel([branch])
    const step: Host['step'] = async (call, run) => (call.name === 'x' ? Promise.reject(suspend) : run({}))
    for (const host of [
      hostWith(sideBySide, { step, isControl }),
      { ...hostWith(sideBySide, { step, isControl }), all: undefined as never },
    ]) {
      if (host.all === undefined) delete (host as { all?: unknown }).all
      const end = await chain.run({}, { host, clock: given.clock, logger: null }).catch((error: unknown) => error)

      expect(end).toBe(suspend)
    }
  })

  promised('is stopped by the signal, the deadline and the timeout of the group', async (given) => {
    const chain = given
      .chain()
      .parallel([(c: Loose) => c.tap(obeys(given.clock)), (c: Loose) => c.tap(never)], { name: 'g', timeout: 100 })
    const host = hostWith(sideBySide)

    expect(await given.failure(chain, { host, ms: 150 })).toMatchObject({ code: 'SC_TIMEOUT', step: 'g' })
    expect(await given.failure(chain, { host, timeout: 50, ms: 150 })).toMatchObject({ code: 'SC_DEADLINE' })
    const running = given.failure(chain, { host })
    await given.clock.advance(10)
    given.controller.abort()
    await given.clock.advance(20)
    expect(await running).toMatchObject({ code: 'SC_CANCELLED' })
  })

  promised('remembers nothing of a branch that was cancelled', async (given) => {
    const journal: Journal = new Map()
    const own = new AbortController()
    const steps = [flaky(0, 1), flaky(0, 2)]
    const abort = (): unknown => {
      own.abort()
      return steps[0]?.()
    }
    const chain = given
      .chain()
      .parallel([
        (c: Loose) => c.next(() => abort(), { out: 'a', args: [] }).next(() => steps[1]?.(), { out: 'b', args: [] }),
        (c: Loose) => c.next(() => 3, { out: 'c', args: [] }),
      ])
    const first = await given.failure(chain, {
      host: new RecordingHost({ journal, all: 'branches' }),
      signal: own.signal,
    })
    expect(first).toMatchObject({ code: 'SC_CANCELLED' })
    expect([...journal.keys()]).toEqual(['parallel-1/a'])

    const again = await given.run(chain, {}, { host: new RecordingHost({ journal, all: 'branches' }) })
    expect(again).toEqual({ ok: true, context: { a: 1, b: 2, c: 3 } })
    expect(steps.map(({ calls }) => calls)).toEqual([1, 1])
  })

  promised('that remembers a branch gives it back with what it came to', async (given) => {
    const outcome: StepOutcome = {
      ok: false,
      code: 'SC_TIMEOUT',
      message: 'too late',
      attempts: [{ attempt: 1, error: { name: 'TypeError', message: 'x' }, duration: 5, abandoned: true }],
    }
    const host = hostWith(() => [
      { status: 'fulfilled', value: outcome },
      { status: 'fulfilled', value: { ok: true, value: 7, attempt: 1 } },
    ])
    const chain = given.chain().map('xs', never, { out: 'ys', settle: true })
    const made = await given.run(chain, { xs: [1, 2] }, { host })

    expect(made).toMatchObject({
      context: {
        ys: [
          {
            status: 'rejected',
            error: { code: 'SC_TIMEOUT', message: 'too late', step: 'ys > 0', attempts: [{ abandoned: true }] },
          },
          { status: 'fulfilled', value: 7 },
        ],
      },
    })
    for (const code of ['SC_GROUP', 'SC_COMPENSATION', 'SC_OTHER']) {
      const other = hostWith(() => [{ status: 'fulfilled', value: { ...outcome, code } }])
      const error = await given.failure(given.chain().each('xs', never), { input: { xs: [1] }, host: other })
      expect(error.errors).toMatchObject([{ code: code === 'SC_OTHER' ? 'SC_STEP' : code }])
    }
  })
})
