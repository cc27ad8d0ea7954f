import type { Loose } from './untyped.ts'
import type { VirtualClock } from './virtual-clock.ts'

/** What the steps of a case do to the world, in the order in which they do it. */
export class World {
  readonly done: string[] = []

  /** A step that gives a value. */
  gives<T>(name: string, value: T): () => Promise<T> {
    return async () => (this.done.push(name), value)
  }

  /** A step that throws, the first times that it is called or each time. */
  fails(name: string, times: number = Infinity): () => Promise<string> {
    let calls = 0
    return async () => {
      this.done.push(name)
      if (++calls <= times) throw new Error(`${name} is down`)
      return name
    }
  }

  /** What undoes a step. */
  undoes(name: string): (subject: unknown) => Promise<void> {
    return async (subject) => {
      const what = subject instanceof Error ? (subject as { code?: string }).code : JSON.stringify(subject)
      this.done.push(`${name}(${what})`)
    }
  }

  /** Options with which a step that gives a value can be undone. */
  undo(out: string): { out: string; args: []; compensate: (output: unknown) => Promise<void> } {
    return { out, args: [], compensate: this.undoes(`undo ${out}`) }
  }
}

/** One construct, as a chain that is built anew for each run. */
export interface FlowCase {
  readonly title: string
  readonly input?: object
  readonly build: (chain: Loose, world: World, clock: VirtualClock) => Loose
  /**
   * Whether a branch that was not run here, since a host remembers what came of it, leaves behind what its outcome does not tell: the step that failed,
   * what was finished before that, and what is to be undone or released.
   */
  readonly leaves?: true
  /** The paths of all calls of a host without an `all` of its own. */
  readonly paths: readonly string[]
  /** What a host with one is asked to run, where that is anything. */
  readonly groups?: readonly string[]
}

/** A function for items. */
export type Item = (item: number) => unknown

/** A function for items: it doubles them, and throws for some. */
export function doubles({ done }: World, ...failing: readonly number[]): Item {
  return async (item) => {
    done.push(`item ${item}`)
    if (failing.includes(item)) throw new Error(`${item} is down`)
    return item * 2
  }
}

/** A policy that tries once more, at once. */
export const retry: object = { retries: 1, initialDelay: 0 }
/** What loops go through. */
export const input: object = { xs: [1, 2, 3] }

/** Two steps that can be undone, and one behind them that fails. */
export function saga(chain: Loose, world: World): Loose {
  return chain
    .next(world.gives('one', 1), world.undo('one'))
    .next(world.gives('two', 2), world.undo('two'))
    .tap(world.fails('three'), { name: 'three' })
}
