import type { Context, Pipeline } from './pipelines.ts'

/** A pipeline that a candidate has made runnable: gives the context, or a promise of it. */
export type Run = (input: Context) => Context | Promise<Context>

/** A way to run pipelines. */
export interface Candidate {
  /** Makes a pipeline runnable. */
  readonly build: (pipeline: Pipeline) => Run
  /** The same for one whose steps are all synchronous, where that is something else. */
  readonly buildSync?: (pipeline: Pipeline) => Run
  /** Whether there is no definition that could be made anew for each run: such is code. */
  readonly fixed?: boolean
}
