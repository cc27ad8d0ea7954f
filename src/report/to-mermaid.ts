import type { BranchDescription, ChainDescription, StepDescription } from '../define/description.ts'
import type { Report, ReportedStep } from '../define/report.ts'
import { escapeLabel } from './escape.ts'
import { labelOf, lanesOf, notes, time } from './walk.ts'

/** A part of the diagram. */
interface Part {
  readonly lines: readonly string[]
  /** The first, and the last; `null` where there is nothing. */
  readonly ends: { readonly first: string; readonly last: string } | null
}

const CLASSES = [
  'classDef ok stroke:#1a7f37,stroke-width:2px',
  'classDef failed stroke:#cf222e,stroke-width:2px',
  'classDef cancelled stroke:#9a6700,stroke-width:2px',
  'classDef skipped stroke:#818b98,stroke-dasharray:4',
]

/** Draws a flowchart: boxes with numbers for names, so that nothing in a label can be taken for more than text. */
class Drawing {
  #count = 0

  id(): string {
    return `n${this.#count++}`
  }

  /** A box with something in it, or a node where there is nothing. */
  box(id: string, words: readonly string[], inside: readonly string[]): Part {
    const lines = words.filter((word) => word !== '').map(escapeLabel)
    // The title of a box has room for one line.
    const label = `"${lines.join(inside.length === 0 ? '<br/>' : ', ')}"`
    const ends = { first: id, last: id }
    if (inside.length === 0) return { lines: [`${id}[${label}]`], ends }
    return { lines: [`subgraph ${id}[${label}]`, ...inside.map((line) => `  ${line}`), 'end'], ends }
  }

  /** Parts one after the other. */
  row(parts: readonly Part[]): Part {
    const lines = parts.flatMap((part) => part.lines)
    const ends = parts.flatMap((part) => part.ends ?? [])
    for (const [index, { first }] of ends.entries()) if (index > 0) lines.push(`${ends[index - 1]?.last} --> ${first}`)
    const [begin] = ends
    const last = ends.at(-1)
    return { lines, ends: begin === undefined || last === undefined ? null : { first: begin.first, last: last.last } }
  }
}

/** Draws definitions. */
class Definition extends Drawing {
  steps(steps: readonly StepDescription[]): Part {
    return this.row(steps.map((step) => this.#step(step)))
  }

  #branch({ name, steps }: BranchDescription): readonly string[] {
    const id = this.id()
    const { lines } = this.steps(steps)
    return name === undefined && lines.length > 0 ? lines : this.box(id, [name ?? 'nothing'], lines).lines
  }

  #step(step: StepDescription): Part {
    const id = this.id()
    const { name, branches = [], chain } = step
    const inside =
      chain === undefined ? branches.flatMap((branch) => this.#branch(branch)) : this.steps(chain.steps).lines
    return this.box(id, [name, ...said(step)], inside)
  }
}

/** What a definition says of a step. */
function said({
  kind,
  retry,
  timeout,
  when,
  fallback,
  compensate,
  loop,
  concurrency,
  settle,
}: StepDescription): string[] {
  return [
    loop === undefined ? (kind === 'step' ? '' : kind) : `${kind} over ${loop.ref}, ${loop.concurrency} at once`,
    concurrency === undefined ? '' : `${concurrency} at once`,
    retry === undefined ? '' : `${retry.retries} retries, ${retry.backoff}`,
    timeout === undefined ? '' : `timeout ${time(timeout)}`,
    [when && 'when', fallback && 'fallback', compensate && 'compensate', settle && 'settle'].filter(Boolean).join(', '),
  ]
}

/** Draws what happened. */
class Happened extends Drawing {
  readonly #classes: string[] = []

  steps(steps: readonly ReportedStep[], outer: ReportedStep | null): Part {
    return this.row(steps.map((step) => this.#step(step, outer)))
  }

  get classes(): readonly string[] {
    return [...CLASSES, ...this.#classes]
  }

  #step(step: ReportedStep, outer: ReportedStep | null): Part {
    const { kind, status, duration, steps = [] } = step
    const id = this.id()
    this.#classes.push(`class ${id} ${status}`)
    const inside =
      kind === 'parallel'
        ? lanesOf(step).flatMap((lane) => this.steps(lane, step).lines)
        : this.steps(steps, step).lines
    return this.box(
      id,
      [labelOf(step, outer), status === 'skipped' ? status : `${status}, ${time(duration)}`, notes(step)],
      inside,
    )
  }
}

/**
 * A definition (`chain.describe()`) or a report as a flowchart of Mermaid.
 *
 * @example
 * ```ts run
 * import { chain } from 'stepchain'
 * import { toMermaid } from 'stepchain/report'
 *
 * const greet = chain('greet').next(() => 'hello', { out: 'greeting', retry: 2 })
 * console.log(toMermaid(greet.describe()))
 * // prints: flowchart TD
 * // prints: n0["greet"]
 * // prints: n1["greeting<br/>2 retries, exponential"]
 * // prints: n0 --> n1
 * ```
 */
export function toMermaid(of: Report | ChainDescription): string {
  if (!('chain' in of)) return written(new Definition(), of.name, (drawing) => drawing.steps(of.steps))
  const drawing = new Happened()
  const text = written(drawing, of.chain, () => drawing.steps([...of.steps, ...of.compensations], null))
  return text + drawing.classes.map((line) => `${line}\n`).join('')
}

function written<D extends Drawing>(drawing: D, name: string, draw: (drawing: D) => Part): string {
  const start = drawing.box(drawing.id(), [name], [])
  const { lines } = drawing.row([start, draw(drawing)])
  return ['flowchart TD', ...lines].map((line) => `${line}\n`).join('')
}
