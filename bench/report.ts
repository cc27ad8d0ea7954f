import { readFile } from 'node:fs/promises'
import { cpus, loadavg } from 'node:os'
import { jobs } from './jobs.ts'
import { median, ratio } from './measure.ts'
import { type Figures, TARGETS } from './targets.ts'
import type { TypeFigures } from './types/costs.ts'
import { programs, STEPS } from './types/programs.ts'
import { PROGRAMS } from './weigh.ts'

/** All figures, by version of Node. */
export type Results = ReadonlyMap<string, Figures>

function digits(value: number): string {
  if (Number.isNaN(value)) return ''
  return Math.abs(value) >= 10 || Number.isInteger(value) ? value.toFixed(0) : value.toFixed(2)
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}

/** A part of the page; nothing of it where nothing was measured. */
function section(title: string, content: string, before: string = ''): string {
  return content === '' ? '' : `\n## ${title}\n\n${before}${content}\n`
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return ''
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

/** One figure for each version of Node, in one cell. */
function each(results: Results, of: (figures: Figures) => number): string {
  const values = [...results.values()].map((figures) => digits(of(figures)))
  return values.every((value) => value === '') ? '' : values.join(' / ')
}

function unique(lists: readonly (readonly string[])[]): readonly string[] {
  return [...new Set(lists.flat())]
}

/** Each figure to reach, what was measured, and whether that is within it. */
export function verdicts(results: Results): readonly (readonly string[])[] {
  return TARGETS.flatMap(({ what, most, measured }) =>
    [...results].flatMap(([node, figures]) => {
      const value = measured(figures)
      const limit = most[node]
      if (limit === undefined || !Number.isFinite(value)) return []
      return [[what, node, digits(limit), digits(value), value <= limit ? 'ok' : 'MISSED']]
    }),
  )
}

/** The ratios to hand-written code, a candidate a line. */
function ratios(results: Results): string {
  const names = Object.keys(jobs)
  const candidates = unique(
    [...results.values()].flatMap(({ times }) => [...times.values()].map((of) => [...of.keys()])),
  )
  const cell = (job: string, candidate: string): string =>
    each(results, ({ times }) => ratio(times.get(job) ?? new Map(), candidate, 'hand'))
  return table(
    ['', ...names],
    candidates.map((candidate) => [candidate, ...names.map((job) => cell(job, candidate))]),
  )
}

function memory(results: Results, of: (figures: Figures) => ReadonlyMap<string, number>, per: number): string {
  const names = unique([...results.values()].map((figures) => [...of(figures).keys()]))
  return table(
    ['', 'bytes'],
    names.map((name) => [name, each(results, (figures) => Math.round((of(figures).get(name) ?? NaN) / per))]),
  )
}

function soaks(results: Results): string {
  const rows = [...results].flatMap(([node, { soak }]) =>
    Object.entries(soak).map(([name, { runs, listeners, timers, heap }]) => [
      name,
      node,
      runs.toLocaleString('en'),
      `${listeners}`,
      `${timers}`,
      (heap / 1024).toFixed(0),
    ]),
  )
  return table(['', 'Node', 'runs or items', 'listeners left', 'timers left', 'kB of heap left'], rows)
}

/** The price of the types, a program a line. */
function typeCosts({ compilers }: TypeFigures): string {
  const names = unique([...compilers.values()].map(({ times }) => [...times.keys()]))
  const all = [...compilers.values()]
  const row = (name: string): string[] => [
    name,
    all.map(({ times }) => median(times.get(name) ?? []).toFixed(0)).join(' / '),
    all.map(({ times }) => digits(ratio(times, name, 'ours'))).join(' / '),
    all.map(({ instantiations }) => (instantiations.get(name) ?? NaN).toFixed(0)).join(' / '),
  ]
  return table(['', 'ms of check time', 'as a ratio to ours', 'instantiations a step'], names.map(row))
}

/** What was measured of the types: once, whatever the versions of Node. */
function typeSections(results: Results): string {
  const types = [...results.values()].find((figures) => figures.types !== undefined)?.types
  if (types === undefined) return ''
  const titles = Object.entries(programs).map(([name, { title }]) => `- **${name}**: ${title}`)
  const completions = [...types.completions].map(([steps, time]) => [`${steps}`, time.toFixed(0)])
  const compilers = [...types.compilers.keys()].join(' / ')
  return [
    section(`Types: programs of ${STEPS} steps, ${compilers}`, typeCosts(types), `${titles.join('\n')}\n\n`),
    section('Types: from an edit to a completion in the editor', table(['steps', 'ms'], completions)),
  ].join('')
}

async function versions(): Promise<string> {
  const manifest = JSON.parse(await readFile(new URL('package-lock.json', import.meta.url), 'utf8')) as {
    packages: Record<string, { version: string; devDependencies: Record<string, string> }>
  }
  const names = Object.keys(manifest.packages['']?.devDependencies ?? {}).filter((name) => !name.startsWith('@types/'))
  return names.map((name) => `${name} ${manifest.packages[`node_modules/${name}`]?.version}`).join(', ')
}

/** The page of results. */
export async function page(results: Results, sizes: ReadonlyMap<string, number>, loadBefore: number): Promise<string> {
  const nodes = [...results.keys()].join(' / ')
  const load = `${loadBefore.toFixed(1)} before, ${(loadavg()[0] ?? NaN).toFixed(1)} after`
  const weights = [...results.values()].every(({ imports }) => imports.size === 0)
    ? []
    : PROGRAMS.map((program) => [
        program,
        each(results, ({ imports }) => imports.get(program) ?? NaN),
        ((sizes.get(program) ?? NaN) / 1000).toFixed(2),
      ])
  const list = Object.entries(jobs).map(([name, { title }]) => `- **${name}**: ${title}`)
  const head = `# Results

Written by \`npm run bench\`; do not edit. README.md says how to read it.

- ${new Date().toISOString().slice(0, 10)}, ${cpus()[0]?.model.trim()}, ${cpus().length} cores, load ${load} (this benchmark is 1 of it)
- ${await versions()}
`
  return [
    head,
    section('Figures to reach', table(['', 'Node', 'at most', 'measured', ''], verdicts(results))),
    section(`Processor time as a ratio to hand-written code, Node ${nodes}`, ratios(results), `${list.join('\n')}\n\n`),
    section(
      'J6: the smallest program that does J4',
      table(['', `ms of import over bare Node, ${nodes}`, 'kB, minified and gzip'], weights),
    ),
    section(
      `J7: heap of one of 10,000 runs in flight, Node ${nodes}`,
      memory(results, ({ flight }) => flight, 1),
    ),
    section(
      `Allocation per step, Node ${nodes}`,
      memory(results, ({ allocation }) => allocation, 10),
    ),
    section('Soak', soaks(results)),
    typeSections(results),
  ].join('')
}
