import { writeFile } from 'node:fs/promises'
import { loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { buildAll } from './build.ts'
import { jobs } from './jobs.ts'
import { NODES, race, type Racer, ratio, type Times } from './measure.ts'
import { page, verdicts } from './report.ts'
import type { Figures } from './targets.ts'
import { type TypeFigures, types } from './types/costs.ts'
import { programs } from './types/programs.ts'
import { declare } from './types/project.ts'
import { imports, output, sizes } from './weigh.ts'

const { values } = parseArgs({
  options: {
    job: { type: 'string', multiple: true },
    candidate: { type: 'string', multiple: true },
    node: { type: 'string', multiple: true, default: Object.keys(NODES).toReversed() },
    rounds: { type: 'string', default: '30' },
    repeats: { type: 'string', default: '3' },
    against: { type: 'string', multiple: true, default: [] },
  },
})
const rounds = Number(values.rounds)
const loadBefore = loadavg()[0] ?? NaN
const folder = await buildAll()
/** Other versions of the library, raced beside ours. */
const against: { readonly library: string; readonly folder: string }[] = []
for (const [index, library] of values.against.entries()) {
  against.push({ library, folder: await buildAll(library, `against-${index}`) })
}

const isWanted = (job: string): boolean => values.job?.includes(job) ?? true
const isRacing = (name: string): boolean => name.startsWith('hand') || (values.candidate?.includes(name) ?? true)

function racersOf(job: string): readonly Racer[] {
  return Object.keys(jobs[job]?.entrants ?? {})
    .filter(isRacing)
    .flatMap((entrant) => {
      const racer = { name: entrant, entrant, folder }
      if (!entrant.startsWith('ours')) return [racer]
      return [
        racer,
        ...against.map((other) => ({ ...racer, name: `${entrant} of ${other.library}`, folder: other.folder })),
      ]
    })
}

/** Races several times, in new processes each time: what V8 makes of a program differs from one to the next. */
async function times(job: string, node: string): Promise<Times> {
  const all = new Map<string, number[]>()
  for (let repeat = 0; repeat < Number(values.repeats); repeat++) {
    const once = await race({ job, node, rounds, racers: racersOf(job) })
    for (const [name, own] of once) all.set(name, [...(all.get(name) ?? []), ...own])
  }
  for (const name of all.keys())
    console.log(`${job}  Node ${node}  ${name.padEnd(26)} ${ratio(all, name, 'hand').toFixed(2)}`)
  return all
}

async function bytes(what: 'flight' | 'allocation', node: string): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>()
  const flags = ['--expose-gc', '--min-semi-space-size=128', '--max-semi-space-size=128']
  for (const job of what === 'flight' ? ['J2', 'J4'] : ['J1', 'J2', 'J4']) {
    for (const name of Object.keys(jobs[job]?.entrants ?? {}).filter(isRacing)) {
      found.set(`${job}, ${name}`, await output(node, [...flags, `${folder}memory.js`, what, job, name]))
    }
  }
  for (const [name, value] of found) console.log(`${what}  Node ${node}  ${name.padEnd(30)} ${value.toFixed(0)} bytes`)
  return found
}

async function typeFigures(): Promise<TypeFigures> {
  const wanted = Object.keys(programs).filter((name) => name === 'ours' || isRacing(name))
  await declare(fileURLToPath(new URL('../src/index.ts', import.meta.url)), folder)
  for (const other of against) await declare(other.library, other.folder)
  const others = against.map((other) => ({ name: `ours of ${other.library}`, program: 'ours', folder: other.folder }))
  return await types([...wanted.map((program) => ({ name: program, program, folder })), ...others], rounds)
}

async function figuresOf(node: string): Promise<Figures> {
  const raced = new Map<string, Times>()
  for (const job of Object.keys(jobs)) if (isWanted(job)) raced.set(job, await times(job, node))
  return {
    times: raced,
    imports: isWanted('J6') ? await imports(folder, node, rounds) : new Map(),
    flight: isWanted('J7') ? await bytes('flight', node) : new Map(),
    allocation: isWanted('allocation') ? await bytes('allocation', node) : new Map(),
    soak: isWanted('soak') ? await output(node, ['--expose-gc', `${folder}soak.js`]) : {},
    ...(isWanted('types') && node === values.node[0] ? { types: await typeFigures() } : {}),
  }
}

const results = new Map<string, Figures>()
for (const node of values.node) results.set(node, await figuresOf(node))
const report = await page(results, await sizes(folder), loadBefore)
// Only a whole run is worth keeping.
if (values.job === undefined && values.candidate === undefined && results.size === Object.keys(NODES).length) {
  await writeFile(new URL('RESULTS.md', import.meta.url), report)
} else console.log(report.slice(report.indexOf('##')))
for (const verdict of verdicts(results)) console.log(verdict.join('  '))
