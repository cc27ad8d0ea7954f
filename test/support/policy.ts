import { Place } from '../../src/compile/check.ts'
import { compilePolicy, type Policy } from '../../src/compile/policy.ts'

/** A policy as the runner has it, from what a user writes. */
export function policyOf(retry: object): Policy {
  return compilePolicy({ retries: 1, ...retry }, new Place('orders', 'load'))
}
