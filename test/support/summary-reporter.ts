import { writeSync } from 'node:fs'
import type { Reporter, SerializedError, TestModule } from 'vitest/node'

interface Counts {
  passed: number
  failed: number
  skipped: number
}

/**
 * Ends the log with `N passed, N failed, N skipped`, which `.ci/run` reads.
 * A module that could not be loaded and an error outside of any test count as one failure each: a broken run never looks green.
 */
export default class SummaryReporter implements Reporter {
  #line = '0 passed, 1 failed, 0 skipped'

  onInit(): void {
    // Vitest prints its coverage table after the last reporter hook, so only the exit of the process is late enough.
    process.once('exit', () => writeSync(process.stdout.fd, `${this.#line}\n`))
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    const counts: Counts = { passed: 0, failed: unhandledErrors.length, skipped: 0 }
    for (const module of modules) countModule(module, counts)
    this.#line = `${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`
  }
}

function countModule(module: TestModule, counts: Counts): void {
  const brokenSuites = [module, ...module.children.allSuites()].filter((suite) => suite.errors().length > 0)
  counts.failed += brokenSuites.length
  for (const test of module.children.allTests()) {
    const { state } = test.result()
    // A test that is still pending when the run ends was never decided.
    counts[state === 'pending' ? 'failed' : state] += 1
  }
}
