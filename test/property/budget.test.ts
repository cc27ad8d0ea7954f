import { retryBudget } from 'stepchain'
import { expect, test } from 'vitest'
import fc from '../support/property.ts'

test('a budget follows gRFC A6, counted in whole eighths of tokens', () => {
  // Eighths are exact in binary, so that the very threshold is tested too.
  const calls = fc.array(fc.boolean(), { maxLength: 200 })
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 100 }),
      fc.integer({ min: 1, max: 40 }),
      calls,
      (tokens, eighths, outcomes) => {
        const budget = retryBudget({ tokens, perSuccess: eighths / 8 })
        const most = tokens * 8
        let count = most
        for (const success of outcomes) {
          if (success) {
            budget.succeeded()
            count = Math.min(most, count + eighths)
          } else {
            count = Math.max(0, count - 8)
            expect(budget.failed()).toBe(count > most / 2)
          }
        }
      },
    ),
    { numRuns: 1_000 },
  )
})
