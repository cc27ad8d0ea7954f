import type * as Package from 'stepchain'
import { chain, isStepchainError, NonRetryableError, StepFailedError } from 'stepchain'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { promised } from '../../support/promises.ts'
import { flaky, never } from '../../support/steps.ts'
import { type Loose, untyped } from '../../support/untyped.ts'

let other: typeof Package
/** `chain` of a second copy of the package in this process. */
let foreign: (...given: readonly unknown[]) => Loose

beforeAll(async () => {
  vi.resetModules()
  other = await import('stepchain')
  foreign = other.chain as unknown as typeof foreign
})

describe('row 146: a chain of another copy of the package', () => {
  test('is not of this one', () => {
    expect(other.chain).not.toBe(chain)
    expect(other.StepFailedError).not.toBe(StepFailedError)
  })

  promised('runs as a step, by its own run', async (given) => {
    const inner = foreign('inner', { logger: null }).next((n: number) => n + 1, { out: 'm', args: ['n'] })
    const definition = untyped('c').next(inner, { out: 'i', args: { n: 'a' } })

    expect(await given.run(definition, { a: 1 })).toEqual({ ok: true, context: { a: 1, i: { n: 1, m: 2 } } })
    const whole = untyped('c').next(inner, { out: 'i' })
    expect(await given.run(whole, { n: 5 })).toEqual({ ok: true, context: { n: 5, i: { n: 5, m: 6 } } })
  })

  promised('that fails is told by its error, which is known here by its code', async (given) => {
    const inner = foreign('inner', { logger: null }).next(flaky(9, 1), { out: 'load', args: [] })
    const error = await given.failure(untyped('c').next(inner, { out: 'i', retry: { retries: 1, initialDelay: 0 } }))

    expect(error).toMatchObject({ code: 'SC_STEP', step: 'i > load', attempts: [{}, {}] })
    expect(isStepchainError(error.cause)).toBe(true)
    expect(error.cause).toBeInstanceOf(other.StepFailedError)
  })

  promised('that used up retries of its own is not run again', async (given) => {
    const step = flaky(9, 1)
    const retry = { retries: 2, initialDelay: 0 }
    const inner = foreign('inner', { logger: null }).next(step, { out: 'load', args: [], retry })
    await given.failure(untyped('c').next(inner, { out: 'i', retry }))

    expect(step.calls).toBe(3)
  })

  promised('that is refused by NonRetryableError of either copy is not run again', async (given) => {
    for (const Final of [NonRetryableError, other.NonRetryableError]) {
      const step = flaky(9, 1, new Final('final'))
      await given.failure(untyped('c').next(step, { out: 'a', args: [], retry: 3 }))

      expect(step.calls).toBe(1)
    }
  })

  promised('is stopped with the run around it', async (given) => {
    const inner = foreign('inner', { logger: null }).next(never, { out: 'load', args: [] })
    const running = given.failure(untyped('c').next(inner, { out: 'i' }))
    await given.clock.advance(5)
    given.controller.abort('left')
    await given.clock.advance(20)

    expect(await running).toMatchObject({ code: 'SC_CANCELLED', cause: 'left' })
  })

  for (const args of [undefined, { n: 'n' }, ['input']])
    promised(`has its own signal aborted then, with args ${JSON.stringify(args)}`, async (given) => {
      let signal: AbortSignal | undefined
      const step = (own: AbortSignal): Promise<never> => {
        signal = own
        return new Promise(() => {})
      }
      const inner = foreign('inner', { logger: null }).next(step, { out: 'load', args: ['$signal'] })
      const running = given.failure(untyped('c').next(inner, { out: 'i', args }), { input: { n: 1, input: {} } })
      await given.clock.advance(5)
      expect(signal?.aborted).toBe(false)
      given.controller.abort('left')
      await given.clock.advance(20)
      await running

      expect(signal?.aborted).toBe(true)
    })

  test('cannot be part of a synchronous run, since its own way is not known', () => {
    const inner = foreign('inner').next(() => 1, { out: 'a', args: [] })

    expect(() => untyped('c').next(inner, { out: 'i' }).runSync()).toThrow(/declared async/)
  })
})
