import type { StepchainError } from 'stepchain'

/** What a run failed with; fails itself if the run succeeded. */
export async function failureOf(run: PromiseLike<unknown> | (() => unknown)): Promise<StepchainError> {
  try {
    await (typeof run === 'function' ? run() : run)
  } catch (error) {
    return error as StepchainError
  }
  throw new Error('expected a failure')
}
