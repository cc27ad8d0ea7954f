import { InputError } from 'stepchain'
import { expect } from 'vitest'
import type { Case } from './promises.ts'
import { flaky } from './steps.ts'
import { untyped } from './untyped.ts'

/** Expects a run to be refused before anything happens, in both kinds of run. */
export async function expectRefused(
  given: Case,
  input: unknown,
  options: object = {},
  code = 'SC_INPUT',
): Promise<void> {
  const step = flaky(0, 1)
  const definition = untyped('c').next(step, { out: 'out', args: [] })
  for (const outcome of [await given.run(definition, input, options), given.runSync(definition, input, options)]) {
    expect(outcome).toMatchObject({ ok: false, error: { code, chain: 'c' } })
    if (!outcome.ok && code === 'SC_INPUT') expect(outcome.error).toBeInstanceOf(InputError)
  }
  expect(step.calls).toBe(0)
}
