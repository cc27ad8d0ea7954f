import { isStepchainError } from 'stepchain'
import type { Outcome } from './model-chain.ts'

/** An error as the reference interpreter tells of it: why a run was stopped, but not where. */
function shapeOf(error: unknown): unknown {
  if (!isStepchainError(error)) return `no error of ours: ${String(error)}`
  const { code, step, errors, cause } = error
  if (code === 'SC_CANCELLED' || code === 'SC_DEADLINE') return { code }
  const inner = (): object => ({ cause: shapeOf(cause), errors: errors.map(shapeOf) })
  if (code === 'SC_COMPENSATION') return { code, ...inner() }
  return { code, path: step?.replaceAll(' > ', '/'), ...(code === 'SC_GROUP' ? inner() : {}) }
}

/** A value of a context, without what the run was given, and with errors as they are told of. */
function plain(value: unknown): unknown {
  if (value instanceof Error) return shapeOf(value)
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== 'lists' && key !== 'item' && key !== 'index')
      .map(([key, inner]) => [key, plain(inner)]),
  )
}

/** What a run came to, as the reference interpreter tells of it. */
export function told(error: unknown, context: object): Pick<Outcome, 'error' | 'context'> {
  return { error: error === undefined ? undefined : shapeOf(error), context: plain(context) as Outcome['context'] }
}
