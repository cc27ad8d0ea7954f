import { doubles, type FlowCase, input, retry, saga, type World } from './flow-world.ts'
import { type Loose, untyped } from './untyped.ts'

/** Choices, steps that are passed over, and what steps fall back to. */
export const CHOICES: readonly FlowCase[] = [
  ...[true, false].map((side) => ({
    title: `a when that is ${side}`,
    build: (chain: Loose, world: World) =>
      chain.when(
        () => side,
        (c: Loose) => c.next(world.gives('a', 1), { out: 'a' }),
        (c: Loose) => c.next(world.gives('b', 2), { out: 'b' }),
        { name: 'w' },
      ),
    paths: [side ? 'w/a' : 'w/b'],
  })),
  {
    title: 'a when that is retried',
    build: (chain, world) => {
      const flaky = world.fails('x', 1)
      return chain.when(
        () => true,
        (c: Loose) => c.next(world.gives('a', 1), world.undo('a')).next(flaky, { out: 'x', args: [] }),
        undefined,
        { name: 'w', retry },
      )
    },
    paths: ['w/a', 'w/x', 'w/a.compensate', 'w#2/a', 'w#2/x'],
  },
  {
    title: 'steps that are passed over',
    input,
    build: (chain, world) =>
      chain
        .next(world.gives('a', 1), { out: 'a', when: () => false })
        .map('xs', doubles(world), { out: 'ys', when: () => false })
        .when(
          () => false,
          (c: Loose) => c.next(world.gives('z', 1), { out: 'z' }),
        )
        .next(world.gives('b', 2), { out: 'b', when: ({ a }: { a: unknown }) => a === undefined }),
    paths: ['b'],
  },
  {
    title: 'what steps fall back to',
    build: (chain, world) =>
      chain
        .next(world.fails('a'), { out: 'a', args: [], fallback: 'none' })
        .next(world.fails('b'), { out: 'b', args: [], retry, fallback: ({ code }: { code: string }) => code })
        .next(saga(untyped('inner'), world), { out: 'i', args: {}, fallback: 'undone' }),
    paths: ['a', 'b', 'i/one', 'i/two', 'i/three', 'i/two.compensate', 'i/one.compensate'],
  },
]
