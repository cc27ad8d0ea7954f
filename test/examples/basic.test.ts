import type { RunOptions } from 'stepchain'
import { describe, expect, test } from 'vitest'
import { runUsers as runAsync } from '../../examples/basic-async.ts'
import { runUsers as runSync } from '../../examples/basic-sync.ts'
import { RecordingLogger } from '../parity/recording-logger.ts'

const LINES = ['raw_n=3', 'clean_n=2', 'loaded=2', 'count=2']
const RETRY = "Step 'loadres' failed on attempt 1 of 2: transient sink issue, token ****; retrying in 0 ms"

/** Has every call of one step fail. */
function broken(step: string): RunOptions {
  return {
    logger: null,
    hooks: {
      wrap({ name }, next) {
        if (name === step) throw new Error('SECRET is wrong')
        return next()
      },
    },
  }
}

describe.each([
  { name: 'basic-sync', run: runSync, names: 'ALICE, CARRIE', refused: 'nothing was loaded' },
  { name: 'basic-async', run: runAsync, names: 'Dave, Ellen', refused: 'the validator returned false' },
])('$name', ({ run, names, refused }) => {
  test('prints its lines, retries once and gives the names', async () => {
    const logger = new RecordingLogger('info')

    expect(await run(undefined, { logger })).toBe(`pipeline ok: 2 ${names}`)
    expect(logger.of('info')).toEqual(LINES)
    expect(logger.of('warn')).toEqual([RETRY])
    expect(logger.of('error')).toEqual([])
  })

  test('can be run again, for the definition has no state', async () => {
    const logger = new RecordingLogger('info')
    await run(undefined, { logger: null })

    expect(await run(undefined, { logger })).toBe(`pipeline ok: 2 ${names}`)
    expect(logger.of('warn')).toEqual([RETRY])
  })

  test('says that output was refused', async () => {
    expect(await run([{ name: 'bob', active: false }], { logger: null })).toBe(
      `refused: Step 'loadres' gave output that was refused: ${refused}`,
    )
  })

  test('says that a step failed, without the secret', async () => {
    expect(await run(undefined, broken('clean'))).toBe("failed: Step 'clean' failed on attempt 1 of 1: **** is wrong")
  })
})
