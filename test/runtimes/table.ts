import type { Answer } from './runtime.ts'

/** What came of one runtime: its answer, or why there is none. */
export type Outcome = { readonly name: string } & (
  | { readonly kind: 'answered'; readonly answer: Answer }
  | { readonly kind: 'broken' | 'skipped'; readonly why: string }
)

export interface Counts {
  passed: number
  failed: number
  skipped: number
}

/** A check counts once a runtime. A runtime that broke is one failure, one that is not there is one skip. */
export function countOutcomes(outcomes: readonly Outcome[]): Counts {
  const counts: Counts = { passed: 0, failed: 0, skipped: 0 }
  for (const outcome of outcomes) {
    for (const { failure } of resultsOf(outcome)) counts[failure === null ? 'passed' : 'failed'] += 1
    if (outcome.kind !== 'answered') counts[outcome.kind === 'skipped' ? 'skipped' : 'failed'] += 1
  }
  return counts
}

/** Checks down, runtimes across, with the version of each below its name; then why anything failed or was skipped. */
export function renderTable(outcomes: readonly Outcome[]): string {
  const checks = [...new Set(outcomes.flatMap((outcome) => resultsOf(outcome).map(({ name }) => name)))]
  const rows = [
    ['', ...outcomes.map(({ name }) => name)],
    ['', ...outcomes.map((outcome) => (outcome.kind === 'answered' ? outcome.answer.version : '—'))],
    ...checks.map((check) => [check, ...outcomes.map((outcome) => cell(outcome, check))]),
  ]
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? []
  const lines = rows.map((row) => row.map((text, column) => text.padEnd(widths[column] ?? 0)).join('  '))
  return [...lines.map((line) => line.trimEnd()), ...outcomes.flatMap(explain)].join('\n')
}

function resultsOf(outcome: Outcome): Answer['results'] {
  return outcome.kind === 'answered' ? outcome.answer.results : []
}

function cell(outcome: Outcome, check: string): string {
  if (outcome.kind !== 'answered') return outcome.kind
  const result = outcome.answer.results.find(({ name }) => name === check)
  // A check of one platform only.
  if (result === undefined) return '·'
  return result.failure === null ? 'ok' : 'FAILED'
}

function explain(outcome: Outcome): string[] {
  if (outcome.kind !== 'answered') return [`${outcome.name}: ${outcome.kind}: ${outcome.why}`]
  const failed = outcome.answer.results.filter(({ failure }) => failure !== null)
  return failed.map(({ name, failure }) => `${outcome.name}: ${name}: ${failure}`)
}
