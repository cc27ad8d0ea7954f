import type { Amount, BranchDescription, ChainDescription, StepDescription } from '../define/description.ts'

const NUMBER = new Intl.NumberFormat('en')

function many(amount: Amount, one: string, more: string): string {
  return amount === 'Infinity' ? `endless ${more}` : `${NUMBER.format(amount)} ${amount === 1 ? one : more}`
}

function ms(amount: number): string {
  return `${NUMBER.format(amount)} ms`
}

/** What is said of a step behind its name. */
function notes(step: StepDescription): string[] {
  const { kind, loop, concurrency, retry, timeout, fallback } = step
  const limit = loop?.concurrency ?? concurrency
  const all: readonly (readonly [unknown, string])[] = [
    [kind !== 'step', loop === undefined ? kind : `${kind} of ${loop.ref}`],
    [limit !== undefined && limit !== 'Infinity', `${limit} at once`],
    [loop?.batch, `in batches of ${loop?.batch}`],
    [loop?.tolerate, `tolerates ${loop?.tolerate}`],
    [step.settle, 'settles'],
    [step.when && kind !== 'when', 'may be skipped'],
    [retry, retry === undefined ? '' : many(retry.retries, 'retry', 'retries')],
    [timeout, `timeout ${ms(timeout ?? 0)}`],
    [step.hasValidate, 'validated'],
    [fallback, `fallback`],
    [step.compensate, 'compensated'],
    [step.compensateUnknown, 'compensated if unknown'],
    [step.release, 'released'],
    [step.sensitive, 'sensitive'],
  ]
  return all.filter(([said]) => Boolean(said)).map(([, text]) => text)
}

function titled(name: string, said: readonly string[]): string {
  return said.length === 0 ? name : `${name} (${said.join(', ')})`
}

function branchLines({ name, puts = [], steps }: BranchDescription): string[] {
  const inside = [...puts.map((key) => `put ${key}`), ...steps.flatMap(stepLines)]
  return name === undefined ? inside : [name, ...indented(inside)]
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`)
}

function stepLines(step: StepDescription): string[] {
  const { name, out, branches = [], chain } = step
  const arrow = out === undefined || out === name ? name : `${name} -> ${out}`
  const inside = [...branches.flatMap(branchLines), ...(chain === undefined ? [] : chainLines(chain))]
  return [titled(arrow, notes(step)), ...indented(inside)]
}

function chainLines({ name, hasInput, timeout, puts, steps }: ChainDescription): string[] {
  const said = [timeout === undefined ? '' : `timeout ${ms(timeout)}`, hasInput === true ? 'checks its input' : '']
  const title = titled(
    name,
    said.filter((text) => text !== ''),
  )
  return [title, ...indented(branchLines({ steps, ...(puts === undefined ? {} : { puts }) }))]
}

/** A definition as text: a line for each step, and what is inside of it below. */
export function treeOf(definition: ChainDescription): string {
  return chainLines(definition).join('\n')
}
