import { defineConfig } from 'vitest/config'

// Tests import `stepchain` as a user does; this condition of package.json's exports leads them to the source.
const conditions = ['@stepchain/source']

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['./test/support/seed.ts'],
    reporters: ['default', './test/support/summary-reporter.ts'],
    typecheck: {
      include: ['test/types/**/*.test-d.ts'],
      tsconfig: './tsconfig.json',
    },
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
    },
  },
})
