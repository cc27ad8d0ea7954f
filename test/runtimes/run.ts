/**
 * Runs one smoke suite on the packed package in every runtime, and prints a table. Names on the command line choose some of them:
 * `npm run test:runtimes -- node-20 bun`.
 */
import { rmSync } from 'node:fs'
import { pages } from './chromium.ts'
import { installPackage, installRuntimes } from './prepare.ts'
import { processes } from './processes.ts'
import { reports } from './report.ts'
import { Missing, type Runtime } from './runtime.ts'
import { countOutcomes, type Outcome, renderTable } from './table.ts'
import { terminal } from './terminal.ts'
import { workerd } from './workerd.ts'

const runtimes = [...processes, workerd, ...pages, reports, terminal]
const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !runtimes.some((runtime) => runtime.name === name))
if (unknown.length > 0)
  throw new Error(`No runtime '${unknown.join("', '")}'; there are ${runtimes.map(({ name }) => name).join(', ')}`)

installRuntimes()
const folder = installPackage()
const outcomes: Outcome[] = []
try {
  // One after another: the suite looks at how long things take.
  for (const runtime of runtimes) {
    if (wanted.length === 0 || wanted.includes(runtime.name)) outcomes.push(await attempt(runtime))
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}

const { passed, failed, skipped } = countOutcomes(outcomes)
console.log(renderTable(outcomes))
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`)
process.exitCode = failed > 0 ? 1 : 0

async function attempt(runtime: Runtime): Promise<Outcome> {
  const { name } = runtime
  try {
    const answer = await runtime.run(folder)
    return answer.results.length > 0
      ? { name, kind: 'answered', answer }
      : { name, kind: 'broken', why: 'no check was run' }
  } catch (error) {
    if (error instanceof Missing) return { name, kind: 'skipped', why: error.message }
    return { name, kind: 'broken', why: error instanceof Error ? error.message : String(error) }
  }
}
