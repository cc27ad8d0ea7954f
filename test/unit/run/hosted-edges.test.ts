import { chain, type Hooks, type Host } from 'stepchain'
import { describe, expect } from 'vitest'
import { promised } from '../../support/promises.ts'
import { deferred, flaky } from '../../support/steps.ts'

function passing(own: Partial<Host> = {}): Host {
  return { runId: 'run-1', step: async (_call, run) => run({}), ...own }
}

promised('a host that is ahead of the step it called has that waited for', async (given) => {
  const gate = deferred()
  const order: string[] = []
  const host = passing({
    step: async ({ name }, run) => {
      void run({})
      return { ok: true, value: `known ${name}`, attempt: 1 } as never
    },
  })
  const definition = chain('c')
    .next(() => gate.promise.then(() => order.push('a is over')), { out: 'a', args: [] })
    .next(() => order.push('b'), { out: 'b', args: [] })
  const running = given.run(definition, {}, { host })
  await given.clock.advance(5)
  expect(order).toEqual([])
  gate.resolve(1)

  expect(await running).toEqual({ ok: true, context: { a: 'known a', b: 'known b' } })
  expect(order).toEqual(['a is over', 'b'])
})

promised('an engine’s suspension around a chain in a chain is given back untouched', async (given) => {
  const suspension = new Error('waiting for an event')
  const wrap: Hooks['wrap'] = ({ path }, next) => {
    if (path === 'm/i') throw suspension
    return next()
  }
  const inner = chain('inner').next(flaky(0, 1), { out: 'a', args: [] })
  const definition = chain('c').next(chain('middle').next(inner, { out: 'i' }), { out: 'm' })
  const host = passing({ isControl: (error) => error === suspension })
  const running = definition.run({}, { host, hooks: { wrap }, logger: null, clock: given.clock })

  expect(await running.catch((error: unknown) => error)).toBe(suspension)
})

describe('safeRun', () => {
  const failing = chain('c').next(flaky(99, 1), { out: 'a', args: [] })

  for (const error of [undefined, null, 'text', new Error('do not retry')]) {
    promised(`gives the engine’s form of a failure, whatever that is: ${String(error)}`, async ({ clock }) => {
      const host = passing({ fail: () => error })

      expect(await failing.safeRun({}, { host, logger: null, clock })).toEqual({ ok: false, error, context: {} })
    })
  }
})
