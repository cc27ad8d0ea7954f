import type { Loop } from './groups.ts'
import type { Context, Pipeline } from './pipelines.ts'

/** A pipeline that a candidate has made runnable: gives the context, or a promise of it. */
export type Run = (input: Context) => Context | Promise<Context>

/** A way to run pipelines. */
export interface Candidate {
  /** Makes a pipeline runnable. */
  readonly build: (pipeline: Pipeline) => Run
  /** The same for one whose steps are all synchronous, where that is something else. */
  readonly buildSync?: (pipeline: Pipeline) => Run
  /** Makes a loop runnable: from `items` to `list`, which is in the order of the items. */
  readonly map?: (loop: Loop) => Run
  /** The same for the steps of a pipeline that run side by side. */
  readonly parallel?: (pipeline: Pipeline) => Run
  /** Whether there is no definition that could be made anew for each run: such is code. */
  readonly fixed?: boolean
}
