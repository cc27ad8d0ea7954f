import type { Hooks } from '../define/hooks.ts'
import { createProgress } from './create.ts'
import type { ProgressOptions } from './options.ts'

export type { ProgressClock, ProgressOptions, ProgressStream } from './options.ts'

/**
 * Hooks that show how far runs are: in a terminal as a tree that is redrawn in place, elsewhere as lines with the time.
 *
 * @example
 * ```ts
 * import { chain } from 'stepchain'
 * import { progress } from 'stepchain/progress'
 *
 * const job = chain<{ ids: number[] }>('job').map('ids', async (id: number) => id * 2, { out: 'doubled' })
 * await job.run({ ids: [1, 2, 3] }, { hooks: progress() })
 * ```
 */
export function progress(options: ProgressOptions = {}): Hooks {
  return createProgress(options, process)
}
