import { doubles, type FlowCase, input, retry, saga } from './flow-world.ts'
import { wait } from './steps.ts'
import type { Loose } from './untyped.ts'

/** What is undone and released. */
export const UNDOING: readonly FlowCase[] = [
  {
    title: 'steps that are undone',
    build: (chain, world) => saga(chain, world),
    paths: ['one', 'two', 'three', 'two.compensate', 'one.compensate'],
  },
  {
    title: 'steps of branches and items that are undone',
    leaves: true,
    input,
    build: (chain, world) =>
      chain
        .parallel(
          [(c: Loose) => c.next(world.gives('a', 1), world.undo('a')), (c: Loose) => c.next(() => 2, world.undo('b'))],
          {
            name: 'g',
          },
        )
        .map('xs', [(c: Loose) => c.next(doubles(world), { ...world.undo('y'), args: ['item'] })], {
          out: 'ys',
          compensate: world.undoes('undo ys'),
        })
        .tap(world.fails('x'), { name: 'x' }),
    paths: [
      'g/a',
      'g/b',
      'ys/0/y',
      'ys/1/y',
      'ys/2/y',
      'x',
      'ys.compensate',
      'ys/2/y.compensate',
      'ys/1/y.compensate',
      'ys/0/y.compensate',
      'g/b.compensate',
      'g/a.compensate',
    ],
    groups: ['g: 0 1', 'ys: 0 1 2'],
  },
  {
    title: 'a branch and items that undo themselves',
    leaves: true,
    input,
    build: (chain, world) =>
      chain
        .parallel({ bad: (c: Loose) => saga(c, world), good: (c: Loose) => c }, { settle: true, name: 'g' })
        .each(
          'xs',
          [
            (c: Loose) =>
              c
                .next(doubles(world), { ...world.undo('y'), args: ['item'] })
                .tap(doubles(world, 2), { name: 't', args: ['item'] }),
          ],
          { name: 'each', tolerate: 1 },
        ),
    paths: [
      'g/bad/one',
      'g/bad/two',
      'g/bad/three',
      'g/bad/two.compensate',
      'g/bad/one.compensate',
      'each/0/y',
      'each/0/t',
      'each/1/y',
      'each/1/t',
      'each/1/y.compensate',
      'each/2/y',
      'each/2/t',
    ],
    groups: ['g: bad good', 'each: 0 1 2'],
  },
  {
    title: 'a compensation that fails',
    build: (chain, world) =>
      chain
        .next(world.gives('one', 1), world.undo('one'))
        .next(world.gives('two', 2), { out: 'two', args: [], compensate: { run: world.fails('undo two'), retry } })
        .tap(world.fails('three'), { name: 'three' }),
    paths: ['one', 'two', 'three', 'two.compensate', 'one.compensate'],
  },
  {
    title: 'a step of which nobody knows what came',
    build: (chain, world, clock) =>
      chain.next(world.gives('one', 1), world.undo('one')).next(() => wait(clock, 500, 'late'), {
        out: 'slow',
        args: [],
        timeout: 50,
        compensateUnknown: world.undoes('find out'),
      }),
    paths: ['one', 'slow', 'slow.compensateUnknown', 'one.compensate'],
  },
  {
    title: 'a step of which nobody knows that falls back',
    build: (chain, world, clock) =>
      chain
        .next(() => wait(clock, 500, 'late'), {
          out: 'slow',
          args: [],
          timeout: 50,
          fallback: 'none',
          compensate: world.undoes('undo slow'),
          compensateUnknown: world.undoes('find out'),
        })
        .tap(world.fails('x'), { name: 'x' }),
    paths: ['slow', 'x', 'slow.compensateUnknown'],
  },
  {
    title: 'what is released',
    leaves: true,
    build: (chain, world) =>
      chain
        .next(world.gives('one', 1), { out: 'one', args: [], release: world.undoes('free one') })
        .parallel(
          [
            (c: Loose) =>
              c.next(world.gives('two', 2), {
                out: 'two',
                args: [],
                release: world.undoes('free two'),
                compensate: world.undoes('undo two'),
              }),
          ],
          { name: 'g' },
        )
        .next(world.fails('three'), { out: 'three', args: [], fallback: 3, release: world.undoes('free three') }),
    paths: ['one', 'g/two', 'three', 'three.release', 'g/two.release', 'one.release'],
    groups: ['g: 0'],
  },
  {
    title: 'what is released of items of an each',
    leaves: true,
    input: { xs: [1, 2] },
    build: (chain, world) =>
      chain
        .each(
          'xs',
          [(c: Loose) => c.next(doubles(world), { ...world.undo('y'), args: ['item'], release: world.undoes('free') })],
          { name: 'e' },
        )
        .tap(world.fails('x'), { name: 'x' }),
    paths: ['e/0/y', 'e/0/y.release', 'e/1/y', 'e/1/y.release', 'x', 'e/1/y.compensate', 'e/0/y.compensate'],
    groups: ['e: 0 1'],
  },
]
