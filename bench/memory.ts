import { setTimeout as sleep } from 'node:timers/promises'
import type { Candidate, Run } from './candidate.ts'
import { jobs } from './jobs.ts'
import { median } from './measure.ts'
import { CHAINS, measured, type Pipeline } from './pipelines.ts'

const IN_FLIGHT = 10_000
const WARM_UP = 2_000 // ms: what V8 has not optimised yet allocates more
const ALLOCATING_RUNS = 1_000
const SAMPLES = 25
/** Where runs in flight wait, so that their contexts are half full. */
const WAITING_STEP = 5

// A promise that nobody can settle any more is garbage, and so is the run that waits for it.
const settlers: ((value: number) => void)[] = []

async function wait(): Promise<number> {
  return await new Promise<number>((resolve) => settlers.push(resolve))
}

function waiting(pipeline: Pipeline): Pipeline {
  const steps = pipeline.steps.map((step, index) =>
    index === WAITING_STEP ? { ...step, run: wait, apply: wait } : step,
  )
  return { ...pipeline, steps }
}

function heap(): number {
  globalThis.gc?.()
  globalThis.gc?.()
  return process.memoryUsage().heapUsed
}

async function warmUp(runs: readonly Run[]): Promise<void> {
  const end = performance.now() + WARM_UP
  for (let n = 0; performance.now() < end; n++) await (runs[n % CHAINS] as Run)({ n })
}

/** The bytes of heap of one of many runs that wait. */
async function inFlight(runs: readonly Run[]): Promise<number> {
  const promises = Array.from<unknown>({ length: IN_FLIGHT }).fill(null)
  const before = heap()
  for (let n = 0; n < IN_FLIGHT; n++) promises[n] = (runs[n % CHAINS] as Run)({ n })
  while (settlers.length < IN_FLIGHT) await sleep(1)
  return (promises.length * (heap() - before)) / IN_FLIGHT ** 2
}

/** The bytes that one run allocates: heap that is added in so few runs that nothing is collected meanwhile. */
async function allocation(runs: readonly Run[], sync: boolean): Promise<number> {
  const samples: number[] = []
  for (let sample = 0; sample < SAMPLES; sample++) {
    const before = heap()
    if (sync) for (let n = 0; n < ALLOCATING_RUNS; n++) void (runs[n % CHAINS] as Run)({ n })
    else for (let n = 0; n < ALLOCATING_RUNS; n++) await (runs[n % CHAINS] as Run)({ n })
    samples.push((process.memoryUsage().heapUsed - before) / ALLOCATING_RUNS)
  }
  return median(samples)
}

const [what = '', jobName = '', entrantName = ''] = process.argv.slice(2)
const job = jobs[jobName]
const entrant = job?.entrants[entrantName]
if (job === undefined || entrant === undefined) throw new Error(`no '${entrantName}' in job '${jobName}'`)
const candidate: Candidate = await entrant.load()
const sync = job.kind === 'sync'
const build = sync ? (candidate.buildSync ?? candidate.build) : candidate.build
const pipelines = await measured(entrant.kind ?? job.kind, job.policy)
const runs = pipelines.map(build)
await warmUp(runs)
const bytes = what === 'flight' ? await inFlight(pipelines.map(waiting).map(build)) : await allocation(runs, sync)
process.stdout.write(JSON.stringify(bytes))
process.exit()
