import { doubles, type FlowCase, input, retry } from './flow-world.ts'
import type { Loose } from './untyped.ts'

/** Loops. */
export const LOOPS: readonly FlowCase[] = [
  {
    title: 'a map with a function',
    input,
    build: (chain, world) => chain.map('xs', doubles(world), { out: 'ys', concurrency: 2 }),
    paths: ['ys/0', 'ys/1', 'ys/2'],
    groups: ['ys: 0 1', 'ys.2: 2'],
  },
  {
    title: 'a map with a branch',
    input,
    build: (chain, world) =>
      chain.map(
        'xs',
        [
          (c: Loose) =>
            c.next(doubles(world), { out: 'a', args: ['item'] }).next((a: number) => a + 1, { out: 'b', args: ['a'] }),
        ],
        { out: 'ys' },
      ),
    paths: ['ys/0/a', 'ys/0/b', 'ys/1/a', 'ys/1/b', 'ys/2/a', 'ys/2/b'],
    groups: ['ys: 0 1 2'],
  },
  {
    title: 'a map with policies for its items',
    input,
    build: (chain, world) => {
      const flaky = world.fails('first', 1)
      return chain.map('xs', (x: number) => (x === 1 ? flaky() : doubles(world, 3)(x)), {
        out: 'ys',
        retry,
        timeout: 1_000,
        validate: (value: unknown) => value !== 5,
        fallback: -1,
      })
    },
    paths: ['ys/0', 'ys/1', 'ys/2'],
    groups: ['ys: 0 1 2'],
  },
  {
    title: 'a map with a branch and policies',
    input,
    build: (chain, world) => {
      const flaky = world.fails('first', 1)
      const one = (x: number): unknown => (x === 1 ? flaky() : doubles(world, 3)(x))
      return chain.map(
        'xs',
        [(c: Loose) => c.next(one, { out: 'a', args: ['item'], compensate: world.undoes('undo') })],
        {
          out: 'ys',
          retry,
          fallback: { a: -1 },
        },
      )
    },
    paths: ['ys/0/a', 'ys/0#2/a', 'ys/1/a', 'ys/2/a', 'ys/2#2/a'],
    groups: ['ys: 0 1 2'],
  },
  {
    title: 'a map that fails',
    input,
    build: (chain, world) => chain.map('xs', doubles(world, 2), { out: 'ys', concurrency: 1 }),
    paths: ['ys/0', 'ys/1'],
    groups: ['ys: 0', 'ys.2: 1'],
  },
  {
    title: 'a map that settles',
    input,
    build: (chain, world) => chain.map('xs', doubles(world, 2), { out: 'ys', settle: true }),
    paths: ['ys/0', 'ys/1', 'ys/2'],
    groups: ['ys: 0 1 2'],
  },
  {
    title: 'an each in batches that tolerates failures',
    input: { xs: [1, 2, 3, 4, 5] },
    build: (chain, world) =>
      chain.each('xs', async (batch: readonly number[]) => doubles(world, 3)(batch[0] ?? 0), {
        out: 'sum',
        batch: 2,
        tolerate: 2,
        concurrency: 2,
      }),
    paths: ['sum/0', 'sum/1', 'sum/2'],
    groups: ['sum: 0 1', 'sum.2: 2'],
  },
  {
    title: 'an each with a branch that fails too often',
    leaves: true,
    input: { xs: [1, 2, 3, 4] },
    build: (chain, world) =>
      chain.each('xs', [(c: Loose) => c.tap(doubles(world, 1, 2), { args: ['item'], name: 'do' })], {
        name: 'each',
        tolerate: 0.25,
        concurrency: 1,
      }),
    paths: ['each/0/do', 'each/1/do'],
    groups: ['each: 0', 'each.2: 1'],
  },
]
