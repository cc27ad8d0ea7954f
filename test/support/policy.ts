import { Place } from '../../src/compile/check.ts'
import { compilePolicy, type Policy } from '../../src/compile/policy.ts'
import { untyped } from './untyped.ts'

export const orders = untyped('orders', { logger: null })
/** What each refusal begins with. */
export const at = "Chain 'orders', step 'load': "

/** A step with a policy. */
export function build(retry: unknown, fn: unknown = () => 1): ReturnType<typeof orders.next> {
  return orders.next(fn, { out: 'load', retry })
}

/** Fails as often as it is called, and counts. */
export function flaky(error: unknown = new Error('down')): { calls: number; readonly fn: () => never } {
  const state = {
    calls: 0,
    fn: (): never => {
      state.calls++
      throw error
    },
  }
  return state
}

/** A policy as the runner has it, from what a user writes. */
export function policyOf(retry: object): Policy {
  return compilePolicy({ retries: 1, ...retry }, new Place('orders', 'load'))
}
