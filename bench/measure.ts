import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** The versions of Node that are measured, and where they are. */
export const NODES: Readonly<Record<string, string>> = {
  24: fileURLToPath(new URL('node_modules/node/bin/node', import.meta.url)),
  20: fileURLToPath(new URL('node_modules/node-20/bin/node', import.meta.url)),
}

/** The program of a version of Node. */
export function nodeOf(version: string): string {
  const path = NODES[version]
  if (path === undefined) throw new Error(`no Node ${version}; there is ${Object.keys(NODES).join(', ')}`)
  return path
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return ((sorted[(sorted.length - 1) >> 1] ?? NaN) + (sorted[sorted.length >> 1] ?? NaN)) / 2
}

export function shuffle<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, place: Math.random() }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ item }) => item)
}

/** One who takes part in a race: a name for the table, and how its worker is started. */
export interface Racer {
  readonly name: string
  readonly entrant: string
  /** The folder of the built programs, which holds the version of the library that is raced. */
  readonly folder: string
}

export interface Race {
  readonly job: string
  readonly node: string
  readonly rounds: number
  readonly racers: readonly Racer[]
}

async function answer(child: ChildProcess, name: string): Promise<number> {
  const died = new AbortController()
  const onExit = (): void => died.abort(new Error(`'${name}' ended before its time`))
  child.once('exit', onExit)
  try {
    const [spent] = (await once(child, 'message', { signal: died.signal })) as [number]
    return spent
  } finally {
    child.off('exit', onExit)
  }
}

/** The processor time of one run, for each racer and round. */
export type Times = ReadonlyMap<string, readonly number[]>

/** Has all of them run the job for a few ms in turn, in an order that changes with each round. */
export async function race({ job, node, rounds, racers }: Race): Promise<Times> {
  const started: { name: string; child: ChildProcess; times: number[] }[] = []
  try {
    for (const { name, entrant, folder } of racers) {
      const child = fork(`${folder}worker.js`, [job, entrant], { execPath: nodeOf(node), execArgv: [] })
      started.push({ name, child, times: [] })
      // One after the other: whoever warms up beside others is calibrated wrongly.
      await answer(child, name)
    }
    for (let round = 0; round < rounds; round++) {
      for (const { name, child, times } of shuffle(started)) {
        child.send('batch')
        times.push(await answer(child, name))
      }
    }
  } finally {
    for (const { child } of started) child.kill()
  }
  return new Map(started.map(({ name, times }) => [name, times]))
}

/** The median of one's ratio to another, taken round by round: what disturbs a round disturbs both. */
export function ratio(times: Times, racer: string, base: string): number {
  const own = times.get(racer)
  const others = times.get(base)
  return own === undefined || others === undefined
    ? NaN
    : median(own.map((time, round) => time / (others[round] ?? NaN)))
}
