import { Place } from '../compile/check.ts'
import type { RetryBudget } from '../define/retry.ts'

/** How large a retry budget is. */
export interface RetryBudgetOptions {
  /** How many tokens there are at first, and at most. A failure takes one; retries stop while half of them or fewer are left. @default 10 */
  readonly tokens?: number
  /** What a success gives back. @default 0.1 */
  readonly perSuccess?: number
}

/**
 * Makes a retry budget for any number of steps and runs to share: when most calls fail, it stops retries, so that they add no load to what is down.
 *
 * @see gRFC A6, "gRPC Retry Design", section "Throttling Retry Attempts and Hedged RPCs"
 * @throws DefinitionError for an unknown option, or a number that is not positive and finite
 *
 * @example
 * ```ts
 * import { chain, retryBudget } from 'stepchain'
 *
 * const budget = retryBudget({ tokens: 20 })
 * const fetchPrices = async () => (await fetch('https://example.com/prices')).text()
 * chain().next(fetchPrices, { out: 'prices', retry: { retries: 3, budget } })
 * ```
 */
export function retryBudget(options: RetryBudgetOptions = {}): RetryBudget {
  const place = new Place('retryBudget')
  const { tokens, perSuccess } = place.options('the budget', options, { tokens: 10, perSuccess: 0.1 })
  place.number('tokens', tokens, [Number.MIN_VALUE])
  place.number('perSuccess', perSuccess, [Number.MIN_VALUE])
  let left = tokens
  return {
    succeeded() {
      left = Math.min(tokens, left + perSuccess)
    },
    failed() {
      left = Math.max(0, left - 1)
      return left > tokens / 2
    },
  }
}
