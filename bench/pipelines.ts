import type * as Steps from './steps.ts'

/** One step of a pipeline, in the words of no library. */
export interface Step {
  /** The name of its output. */
  readonly key: string
  /** The name of the one output that it reads. */
  readonly from: string
  /** The step as a function of everything there is so far. */
  readonly run: StepFunction
  /** The same as a function of what it reads. */
  readonly apply: (value: never, handle: never) => unknown
  /** Whether it has 3 retries and a timeout of 5 s, none of which is ever needed. */
  readonly policy: boolean
}

export type Context = Record<string, unknown>
export type StepFunction = (context: Context, handle: { readonly signal: AbortSignal }) => unknown

/** Steps in a row. */
export interface Pipeline {
  readonly name: string
  /** Whether no step is asynchronous. */
  readonly sync: boolean
  readonly steps: readonly Step[]
}

/** A context to grow. On Node 20, `{ ...input }` would grow ten times as slowly, which is no fault of whoever is measured. */
export function copied(input: Context): Context {
  return Object.assign({}, input)
}

export const RETRIES = 3
export const TIMEOUT = 5_000
export const FIRST_DELAY = 100

// Written out, as in a program: V8 compares such names by their addresses, and those that are put together letter by letter.
const KEYS = ['k0', 'k1', 'k2', 'k3', 'k4', 'k5', 'k6', 'k7', 'k8', 'k9'] as const
/** How many chains take turns. */
export const CHAINS = 8

/** How the steps of a measured pipeline are. */
export type Kind = 'sync' | 'async' | 'mixed' | 'signal'

/**
 * The eight chains of a job. Each has functions of its own: with shared ones V8 would see one function at each call of the hand-written code, inline it,
 * and fold ten steps into an addition, which no real program's steps are.
 */
export async function measured(kind: Kind, policy: boolean): Promise<readonly Pipeline[]> {
  const pipelines: Pipeline[] = []
  for (let chain = 0; chain < CHAINS; chain++) {
    // A module imported under another address is another module.
    const address = `./steps.js?chain=${chain}`
    const { functions } = (await import(address)) as typeof Steps
    const steps = Array.from({ length: KEYS.length }, (_, index) => {
      const of = kind === 'mixed' ? (index % 2 === 0 ? 'sync' : 'async') : kind
      const { run, apply } = functions(of, index, chain)
      return { key: KEYS[index] as string, from: KEYS[index - 1] ?? 'n', run: run as StepFunction, apply, policy }
    })
    pipelines.push({ name: `chain-${chain}`, sync: kind === 'sync', steps })
  }
  return pipelines
}

interface Shape {
  readonly name: string
  readonly sync: boolean
  readonly steps: readonly (readonly [key: string, from: string, apply: (value: never) => unknown])[]
}

const later = <T>(value: T): Promise<T> => Promise.resolve(value)

/** What a real application runs beside the measured pipeline: other keys, lengths, types, some of it asynchronous. */
const SHAPES: readonly Shape[] = [
  {
    name: 'numbers',
    sync: true,
    steps: [
      ['twice', 'n', (n: number) => n * 2],
      ['half', 'twice', (n: number) => n / 2],
    ],
  },
  {
    name: 'texts',
    sync: true,
    steps: [
      ['text', 'n', (n: number) => `item ${n}`],
      ['words', 'text', (text: string) => text.split(' ')],
      ['count', 'words', (words: string[]) => words.length],
    ],
  },
  {
    name: 'objects',
    sync: true,
    steps: [
      ['user', 'n', (id: number) => ({ id, tags: ['a', 'b'] })],
      ['tags', 'user', (user: { tags: string[] }) => user.tags],
      ['first', 'tags', (tags: string[]) => tags[0]],
      ['known', 'first', (tag: string | undefined) => tag !== undefined],
    ],
  },
  {
    name: 'promises',
    sync: false,
    steps: [
      ['row', 'n', async (id: number) => ({ id })],
      ['id', 'row', async ({ id }: { id: number }) => id],
      ['again', 'id', (id: number) => later(id)],
    ],
  },
  {
    name: 'mixed',
    sync: false,
    steps: [
      ['list', 'n', (n: number) => [n, n + 1, n + 2]],
      ['total', 'list', async (list: number[]) => list.reduce((sum, item) => sum + item, 0)],
      ['label', 'total', (total: number) => total.toFixed(1)],
      ['size', 'label', async (label: string) => label.length],
      ['big', 'size', (size: number) => BigInt(size)],
    ],
  },
  { name: 'one', sync: true, steps: [['only', 'n', () => null]] },
  {
    name: 'long',
    sync: false,
    steps: Array.from({ length: 13 }, (_, index) => {
      const apply = index % 3 === 0 ? (n: number) => later(n + 1) : (n: number) => n + 1
      return [`step${index}`, index === 0 ? 'n' : `step${index - 1}`, apply] as const
    }),
  },
]

/** The seven other pipelines, plain or with policies. */
export function others(policy: boolean): readonly Pipeline[] {
  return SHAPES.map(({ name, sync, steps }) => ({
    name,
    sync,
    steps: steps.map(([key, from, apply]) => ({
      key,
      from,
      apply,
      run: (context: Context) => apply(context[from] as never),
      policy,
    })),
  }))
}
