import { doubles, type FlowCase, input, retry } from './flow-world.ts'
import type { Loose } from './untyped.ts'

/** Branches, and groups in one another. */
export const PARALLEL: readonly FlowCase[] = [
  {
    title: 'a list of branches',
    build: (chain, world) =>
      chain
        .parallel(
          [
            (c: Loose) => c.next(world.gives('a', 1), { out: 'a' }).next(world.gives('b', 2), { out: 'b' }),
            (c: Loose) => c.next(world.gives('c', 3), { out: 'c' }),
          ],
          { name: 'g' },
        )
        .next((all: object) => Object.keys(all), { out: 'keys' }),
    paths: ['g/a', 'g/b', 'g/c', 'keys'],
    groups: ['g: 0 1'],
  },
  {
    title: 'an object of branches, in waves',
    build: (chain, world) =>
      chain.parallel(
        {
          left: (c: Loose) => c.next(world.gives('l', 1), { out: 'x' }),
          right: (c: Loose) => c.next(world.gives('r', 2), { out: 'x' }),
          none: (c: Loose) => c,
        },
        { concurrency: 2 },
      ),
    paths: ['parallel-1/left/x', 'parallel-1/right/x'],
    groups: ['parallel-1: left right', 'parallel-1.2: none'],
  },
  {
    title: 'a list of branches that fails',
    leaves: true,
    build: (chain, world) =>
      chain.parallel([
        (c: Loose) => c.next(world.gives('a', 1), { out: 'a' }),
        (c: Loose) => c.next(world.gives('b', 2), { out: 'b' }).tap(world.fails('x'), { name: 'x' }),
      ]),
    paths: ['parallel-1/a', 'parallel-1/b', 'parallel-1/x'],
    groups: ['parallel-1: 0 1'],
  },
  {
    title: 'a list of branches that settles',
    leaves: true,
    build: (chain, world) =>
      chain.parallel(
        [
          (c: Loose) => c.next(world.gives('a', 1), { out: 'a' }).next(world.fails('b'), { out: 'b', retry, args: [] }),
          (c: Loose) => c.next(world.gives('c', 3), { out: 'c' }),
        ],
        { settle: true, name: 'g' },
      ),
    paths: ['g/a', 'g/b', 'g/c'],
    groups: ['g: 0 1'],
  },
  {
    title: 'an object of branches that settles',
    build: (chain, world) =>
      chain.parallel(
        {
          bad: (c: Loose) => c.next(world.fails('x'), { out: 'x' }),
          good: (c: Loose) => c.next(() => 5, { out: 'x' }),
        },
        { settle: true, name: 'g' },
      ),
    paths: ['g/bad/x', 'g/good/x'],
    groups: ['g: bad good'],
  },
  {
    title: 'a group that is retried',
    leaves: true,
    build: (chain, world) => {
      const flaky = world.fails('x', 1)
      return chain.parallel(
        [
          (c: Loose) => c.next(world.gives('a', 1), world.undo('a')),
          (c: Loose) => c.next(flaky, { out: 'x', args: [] }),
        ],
        { name: 'g', retry },
      )
    },
    paths: ['g/a', 'g/x', 'g/a.compensate', 'g#2/a', 'g#2/x'],
    groups: ['g: 0 1', 'g#2: 0 1'],
  },
  {
    title: 'groups in one another',
    input,
    build: (chain, world) =>
      chain.parallel(
        {
          out: (c: Loose) =>
            c.parallel([
              (d: Loose) => d.map('xs', doubles(world), { out: 'ys' }),
              (d: Loose) => d.tap(world.gives('t', 0)),
            ]),
          other: (c: Loose) =>
            c.when(
              () => true,
              (d: Loose) => d.next(world.gives('z', 1), { out: 'z' }),
            ),
        },
        { name: 'g' },
      ),
    paths: [
      'g/out/parallel-1/ys/0',
      'g/out/parallel-1/ys/1',
      'g/out/parallel-1/ys/2',
      'g/out/parallel-1/step-1',
      'g/other/when-1/z',
    ],
    groups: ['g: out other', 'g/out/parallel-1: 0 1', 'g/out/parallel-1/ys: 0 1 2'],
  },
]
