/** How one check of `smoke.mjs` ended. */
export interface CheckResult {
  readonly name: string
  /** Why it failed; `null` if it passed. */
  readonly failure: string | null
}

/** What a runtime answered. */
export interface Answer {
  readonly version: string
  readonly results: readonly CheckResult[]
}

/** A place where the package must work. */
export interface Runtime {
  readonly name: string
  /**
   * Runs the suite that lies in `folder`, beside `node_modules/stepchain`.
   * @throws Missing where this machine does not have the runtime
   */
  run(folder: string): Promise<Answer>
}

/** Thrown for a runtime that is not on this machine: reported as skipped, which is not a failure. */
export class Missing extends Error {}

/** How long a runtime may take, in ms, its own start and end included. */
export const PATIENCE = 120_000

/** The check that nothing was thrown, rejected or warned about where no run could tell of it. */
export function uncaught(found: string): CheckResult {
  return { name: 'nothing uncaught', failure: found === '' ? null : found }
}
