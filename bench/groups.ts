import { CHAINS, type Context, type Pipeline, type StepFunction } from './pipelines.ts'
import type * as Steps from './steps.ts'

/** A function over the items of a list, in the words of no library: from the context's `items` to its `list`. */
export interface Loop {
  readonly name: string
  /** Whether its function is written as `async`: one library wants to know. */
  readonly async: boolean
  readonly apply: (item: never, index: number) => unknown
}

/** How many items are worked on at once. */
export const CONCURRENCY = 16
/** The items of a measured loop. */
export const ITEMS: readonly number[] = Array.from({ length: 10_000 }, (_, index) => index)

async function functionsOf(chain: number): Promise<typeof Steps> {
  // A module imported under another address is another module.
  const address = `./steps.js?chain=${chain}`
  return (await import(address)) as typeof Steps
}

/** The eight loops of a job, each with a function of its own. */
export async function measuredLoops(): Promise<readonly Loop[]> {
  const loops: Loop[] = []
  for (let chain = 0; chain < CHAINS; chain++) {
    const { itemFunction } = await functionsOf(chain)
    loops.push({ name: `loop-${chain}`, async: true, apply: itemFunction(chain) })
  }
  return loops
}

const BRANCH_KEYS = ['k0', 'k1', 'k2', 'k3'] as const

/** The eight groups of four branches of a job: each step of such a pipeline is a branch, and reads only the input. */
export async function measuredBranches(): Promise<readonly Pipeline[]> {
  const groups: Pipeline[] = []
  for (let chain = 0; chain < CHAINS; chain++) {
    const { branchFunction } = await functionsOf(chain)
    const steps = BRANCH_KEYS.map((key, index) => {
      const { run, apply } = branchFunction(index, chain)
      return { key, from: 'n', run: run as StepFunction, apply, policy: false }
    })
    groups.push({ name: `group-${chain}`, sync: false, steps })
  }
  return groups
}

interface OtherLoop extends Loop {
  readonly items: readonly unknown[]
}

/** What a real application loops over beside the measured list. */
export const otherLoops: readonly OtherLoop[] = [
  { name: 'halves', async: false, items: [1, 2.5, 3], apply: (item: number) => item / 2 },
  { name: 'texts', async: true, items: ['a', 'bc', 'def', 'g'], apply: async (item: string) => item.length },
  { name: 'rows', async: true, items: [{ id: 1 }, { id: 2 }], apply: async (item: { id: number }) => [item.id] },
  { name: 'none', async: true, items: [], apply: async () => null },
  {
    name: 'many',
    async: true,
    items: Array.from({ length: 40 }, (_, index) => `item ${index}`),
    apply: async (item: string, index: number) => (index % 2 === 0 ? item : undefined),
  },
  { name: 'one', async: false, items: [7n], apply: (item: bigint) => Promise.resolve(item + 1n) },
  { name: 'labels', async: false, items: [true, false], apply: (item: boolean, index: number) => `${index} ${item}` },
]

type Branch = readonly [key: string, apply: (n: number) => unknown]

const OTHER_GROUPS: readonly (readonly Branch[])[] = [
  [
    ['text', async (n) => `item ${n}`],
    ['row', async (n) => ({ id: n })],
  ],
  [
    ['list', async (n) => [n, n + 1]],
    ['big', async (n) => BigInt(n)],
    ['half', async (n) => n / 2],
  ],
  [['only', async () => null]],
  Array.from({ length: 7 }, (_, index): Branch => [`branch${index}`, async (n) => n + index]),
]

/** The groups that a real application runs beside the measured ones. */
export const otherBranches: readonly Pipeline[] = OTHER_GROUPS.map((branches, index) => ({
  name: `other-${index}`,
  sync: false,
  steps: branches.map(([key, apply]) => ({
    key,
    from: 'n',
    apply,
    run: (context: Context) => apply(context.n as number),
    policy: false,
  })),
}))
