import { defineConfig } from 'vitest/config'

// Tests import `stepchain` as a user does; this condition of package.json's exports leads them to the source.
const conditions = ['@stepchain/source']

// Types, and what only passes exports on. `test/lint/coverage.test.ts` looks that nothing else is left out.
const NOTHING_TO_RUN = [
  // Calls what is in main.ts, in a process of its own, where nothing is counted.
  'src/cli/index.ts',
  'src/index.ts',
  'src/define/types/**',
  'src/define/{clock,description,hooks,host,logger,options,report,retry,standard-schema,step-handle}.ts',
  'src/report/index.ts',
]

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['./test/support/seed.ts'],
    // No test waits for real time, but some do much, perhaps on a machine that is busy.
    testTimeout: 30_000,
    reporters: ['default', './test/support/summary-reporter.ts'],
    typecheck: {
      include: ['test/types/**/*.test-d.ts'],
      tsconfig: './tsconfig.json',
    },
    coverage: {
      // Where it is a gate, and one run has to do for everything.
      enabled: Boolean(process.env['CI']),
      provider: 'v8',
      include: ['src/**/*.ts'],
      exclude: NOTHING_TO_RUN,
      reportsDirectory: '.cache/coverage',
      reporter: [['text', { skipFull: true }], 'html'],
      thresholds: { lines: 100, branches: 100, functions: 100, statements: 100 },
    },
  },
})
