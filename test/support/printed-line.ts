import type { RunOptions } from 'stepchain'
import { expect } from 'vitest'
import type { Case } from './promises.ts'
import { recorder } from './recorder.ts'
import { Tally } from './tally.ts'
import { untyped } from './untyped.ts'

/** The line that a step's template prints for what it gave; the run succeeds, and nothing about it is a fault. */
export async function printedLine(
  given: Case,
  template: string,
  output: unknown,
  { input = {}, redact = (text: string) => text }: { input?: object; redact?: RunOptions['redact'] } = {},
): Promise<string> {
  const logger = recorder('info')
  const { hooks, ...tally } = new Tally()
  const definition = untyped('orders').next(() => output, { out: 'x', args: [], log: template })
  const outcome = await given.run(definition, input, { logger, redact, hooks })

  expect(outcome.ok).toBe(true)
  expect(tally.events.filter(({ hook }) => hook === 'onHookError')).toEqual([])
  expect(logger.lines).toHaveLength(1)
  return logger.lines[0]?.message ?? ''
}
