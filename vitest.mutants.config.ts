import { defineConfig } from 'vitest/config'
import { MirrorFirst } from './test/support/mutants/mirror-first.ts'

// The same draws each time, so that what is killed once is killed again.
process.env['FC_SEED'] ??= '1'

const conditions = ['@stepchain/source']

// The tests that Stryker runs, many thousand times: those that are quick and come out the same each time.
export default defineConfig({
  resolve: {
    conditions,
    alias: { '@fast-check/poisoning': new URL('test/support/mutants/poisoning.ts', import.meta.url).pathname },
  },
  ssr: { resolve: { conditions } },
  test: {
    include: ['test/{unit,parity}/**/*.test.ts'],
    exclude: ['test/unit/run/real-timers.test.ts', 'test/unit/cli/process.test.ts'],
    globalSetup: ['./test/support/seed.ts'],
    setupFiles: ['./test/support/mutants/setup.ts'],
    // Modules are loaded once a run instead of once a file, which takes most of the time otherwise.
    isolate: false,
    // With `related` Stryker says which file it has changed, for the order of the tests; every test may kill.
    forceRerunTriggers: ['**'],
    sequence: { sequencer: MirrorFirst },
    reporters: [{}],
    testTimeout: 2_000,
    env: { PATIENCE: '2000' },
  },
})
