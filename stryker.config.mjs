// Stryker changes `src` in thousands of small ways, one at a time, and looks whether a test fails: `npm run test:mutants`.
// The tests that it runs are those of vitest.mutants.config.ts.
export default {
  mutate: ['src/**/*.ts'],
  plugins: ['@stryker-mutator/vitest-runner'],
  testRunner: 'vitest',
  vitest: { configFile: 'vitest.mutants.config.ts', related: true },
  coverageAnalysis: 'perTest',
  concurrency: 2,
  // A mutant that loops for ever is a killed one.
  timeoutMS: 2_500,
  timeoutFactor: 1.5,
  incremental: true,
  incrementalFile: '.cache/stryker-incremental.json',
  thresholds: { high: 95, low: 90, break: 90 },
  // What the tests need is copied, and nothing else.
  ignorePatterns: [
    '/*',
    '!/src',
    '!/test',
    '!/package.json',
    '!/*.config.ts',
    '!/tsconfig*.json',
    '/test/runtimes',
    '/test/dist',
    '/test/types',
    '/test/docs',
  ],
  // Stryker would read it with the API that TypeScript 7 has no more; nothing here needs it read.
  tsconfigFile: 'none',
  disableTypeChecks: false,
  reporters: ['clear-text', 'html', 'json'],
  clearTextReporter: { logTests: false, reportTests: false, reportMutants: false, allowColor: false },
  htmlReporter: { fileName: 'reports/mutants.html' },
  jsonReporter: { fileName: 'reports/mutants.json' },
  warnings: { slow: false },
}
