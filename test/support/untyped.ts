import { chain, isStepchainError, type StepchainError } from 'stepchain'
import { expect } from 'vitest'

/** A chain as JavaScript sees it. */
export interface Loose {
  readonly name: string
  put(...given: readonly unknown[]): Loose
  next(...given: readonly unknown[]): Loose
  tap(...given: readonly unknown[]): Loose
  parallel(...given: readonly unknown[]): Loose
  map(...given: readonly unknown[]): Loose
  each(...given: readonly unknown[]): Loose
  when(...given: readonly unknown[]): Loose
  use(...given: readonly unknown[]): Loose
  with(...given: readonly unknown[]): Loose
  run(...given: readonly unknown[]): Promise<Record<string, unknown>>
  runSync(...given: readonly unknown[]): Record<string, unknown>
}

/** `chain` for bad input: what does not compile by design is refused at run time too, and that is tested with this. */
export const untyped = chain as unknown as (...given: readonly unknown[]) => Loose

/** What a synchronous call throws; fails itself if it throws nothing. */
export function thrownBy(act: () => unknown): StepchainError {
  try {
    act()
  } catch (error) {
    return error as StepchainError
  }
  throw new Error('expected it to throw')
}

/** What a refusal says. */
export interface Refusal {
  /** @default 'SC_DEFINITION' */
  readonly code?: string
  /** @default the chain's name, and any step */
  readonly at?: string | RegExp
  readonly option: string
  /** The value as the message shows it. */
  readonly value: string
  /** A part of what was expected. */
  readonly expected: string
}

/** Expects an error that names the place, the option, the value and what was expected. */
export function expectRefusal(error: StepchainError, refusal: Refusal): void {
  const { code = 'SC_DEFINITION', at = /^Chain 'orders', step (#\d+|'[^']+'): /, option, value, expected } = refusal
  expect(isStepchainError(error), String(error)).toBe(true)
  expect(error.code, error.message).toBe(code)
  expect(error.message).toMatch(at)
  expect(error.message).toContain(`${option} is ${value}; expected `)
  expect(error.message.split('; expected ')[1]).toContain(expected)
}
