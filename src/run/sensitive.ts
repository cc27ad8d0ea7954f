import { hide } from '../scrub.ts'
import { rootOf, type RunRecord } from './record.ts'

/** The fewest characters of a text that is looked for wherever it may be printed. */
const LEAST = 8

/** Hides what a sensitive step gave from all that is printed, as long as the run, or an error of it, is there. */
export function hideOutput(run: RunRecord, output: unknown): void {
  const owner = (rootOf(run).more().owner ??= {})
  hide(output, owner, { mark: '[sensitive]', least: LEAST, objects: true })
}
