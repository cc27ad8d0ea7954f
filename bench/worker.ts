import type { Candidate, Run } from './candidate.ts'
import { jobs } from './jobs.ts'
import { CHAINS, type Context, measured, others, type Pipeline } from './pipelines.ts'

const BATCH = 5_000 // µs
const WARM_UP = 600 // ms
const OTHER_RUNS = 3_000

type Batch = (count: number) => number | Promise<number>

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

function check(sum: number): void {
  // Ten steps add their own number and the chain's, to an input that is the chain's number.
  const expected = CHAINS * 45 + 11 * ((CHAINS * (CHAINS - 1)) / 2)
  if (sum !== expected) throw new Error(`the candidate computed ${sum} instead of ${expected}`)
}

const [jobName = '', entrantName = ''] = process.argv.slice(2)
const job = jobs[jobName]
const entrant = job?.entrants[entrantName]
if (job === undefined || entrant === undefined) throw new Error(`no '${entrantName}' in job '${jobName}'`)
const candidate = await entrant.load()
const sync = job.kind === 'sync'
await runOthers(candidate, job.policy, sync)
const build = buildOf(candidate, sync)
const pipelines = await measured(entrant.kind ?? job.kind, job.policy)
const runs = pipelines.map(build)
const batch = batchOf(
  sync,
  job.rebuild && candidate.fixed !== true
    ? (n) => build(pipelines[n % CHAINS] as Pipeline)
    : (n) => runs[n % CHAINS] as Run,
)
check(await batch(CHAINS))
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
