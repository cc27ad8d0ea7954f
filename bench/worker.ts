import type { Candidate, Run } from './candidate.ts'
import { ITEMS, measuredBranches, measuredLoops, otherBranches, otherLoops } from './groups.ts'
import { type Job, jobs, type Shape } from './jobs.ts'
import { CHAINS, type Context, type Kind, measured, others, type Pipeline } from './pipelines.ts'

const BATCH = 5_000 // µs
const WARM_UP = 600 // ms
const OTHER_RUNS = 3_000
const OTHER_GROUP_RUNS = 1_000

type Batch = (count: number) => number | Promise<number>

/** What a job makes a candidate do: runs in a row, and what the first of each chain add up to. */
interface Work {
  readonly batch: Batch
  readonly expected: number
}

function buildOf(candidate: Candidate, sync: boolean): Candidate['build'] {
  return sync ? (candidate.buildSync ?? candidate.build) : candidate.build
}

/** Runs the other pipelines: in a real application, the calls inside a library have seen many functions and shapes. */
async function runOthers(candidate: Candidate, policy: boolean, sync: boolean): Promise<void> {
  for (const pipeline of others(policy)) {
    const run = buildOf(candidate, sync && pipeline.sync)(pipeline)
    for (let n = 0; n < OTHER_RUNS; n++) await run({ n })
  }
}

/** Runs of a job in a row. Each one's last output is used, so that V8 can leave nothing out. */
function batchOf(sync: boolean, at: (n: number) => Run): Batch {
  if (sync) {
    return (count) => {
      let sum = 0
      for (let n = 0; n < count; n++) sum += (at(n)({ n }) as Context).k9 as number
      return sum
    }
  }
  return async (count) => {
    let sum = 0
    for (let n = 0; n < count; n++) sum += (await at(n)({ n })).k9 as number
    return sum
  }
}

/** The µs of processor time of so many runs. */
async function cost(batch: Batch, count: number): Promise<number> {
  const before = process.cpuUsage()
  await batch(count)
  const { user, system } = process.cpuUsage(before)
  return user + system
}

async function calibrate(batch: Batch): Promise<number> {
  let count = CHAINS
  const end = performance.now() + WARM_UP
  while (performance.now() < end) {
    const spent = await cost(batch, count)
    count = Math.max(1, Math.round(Math.min(count * 4, (count * BATCH) / Math.max(spent, 100))))
  }
  return count
}

function check(sum: number, expected: number): void {
  if (sum !== expected) throw new Error(`the candidate computed ${sum} instead of ${expected}`)
}

/** The sum of the numbers of the chains. */
const CHAIN_NUMBERS = (CHAINS * (CHAINS - 1)) / 2

async function steps(candidate: Candidate, job: Job, kind: Kind): Promise<Work> {
  const sync = job.kind === 'sync'
  const build = buildOf(candidate, sync)
  const pipelines = await measured(kind, job.policy)
  const runs = pipelines.map(build)
  const again = job.rebuild && candidate.fixed !== true
  const at = again ? (n: number) => build(pipelines[n % CHAINS] as Pipeline) : (n: number) => runs[n % CHAINS] as Run
  // Ten steps add their own number and the chain's, to an input that is the chain's number.
  return { batch: batchOf(sync, at), expected: CHAINS * 45 + 11 * CHAIN_NUMBERS }
}

async function loops(candidate: Candidate): Promise<Work> {
  const { map } = candidate
  if (map === undefined) throw new TypeError('the candidate has no map')
  for (const loop of otherLoops) {
    const run = map(loop)
    for (let n = 0; n < OTHER_GROUP_RUNS; n++) await run({ items: loop.items })
  }
  const runs = (await measuredLoops()).map(map)
  const last = ITEMS.length - 1
  // A batch may have fewer runs than there are loops: the next one goes on where it ended.
  let turn = 0
  const batch = async (count: number): Promise<number> => {
    let sum = 0
    for (let n = 0; n < count; n++) {
      const { list } = await (runs[turn++ % CHAINS] as Run)({ items: ITEMS })
      sum += (list as readonly number[])[last] as number
    }
    return sum
  }
  return { batch, expected: CHAINS * last + CHAIN_NUMBERS }
}

async function branches(candidate: Candidate): Promise<Work> {
  const { parallel } = candidate
  if (parallel === undefined) throw new TypeError('the candidate has no parallel')
  for (const pipeline of otherBranches) {
    const run = parallel(pipeline)
    for (let n = 0; n < OTHER_GROUP_RUNS; n++) await run({ n })
  }
  const runs = (await measuredBranches()).map(parallel)
  const batch = async (count: number): Promise<number> => {
    let sum = 0
    for (let n = 0; n < count; n++) {
      const { k0, k1, k2, k3 } = (await (runs[n % CHAINS] as Run)({ n })) as Record<string, number>
      sum += (k0 as number) + (k1 as number) + (k2 as number) + (k3 as number)
    }
    return sum
  }
  // Four branches take the input, which is the chain's number, one to four times, and add that number.
  return { batch, expected: 14 * CHAIN_NUMBERS }
}

const SHAPES: Readonly<Record<Shape, (candidate: Candidate, job: Job, kind: Kind) => Promise<Work>>> = {
  steps,
  map: loops,
  parallel: branches,
}

const [jobName = '', entrantName = ''] = process.argv.slice(2)
const job = jobs[jobName]
const entrant = job?.entrants[entrantName]
if (job === undefined || entrant === undefined) throw new Error(`no '${entrantName}' in job '${jobName}'`)
const candidate = await entrant.load()
await runOthers(candidate, job.policy, job.kind === 'sync')
const { batch, expected } = await SHAPES[job.shape](candidate, job, entrant.kind ?? job.kind)
check(await batch(CHAINS), expected)
const count = await calibrate(batch)

if (process.send === undefined) {
  // Started by hand, under a profiler.
  const end = performance.now() + 5_000
  while (performance.now() < end) await batch(count)
} else {
  process.on('message', () => {
    void cost(batch, count).then((spent) => process.send?.(spent / count))
  })
  process.send(0)
}
