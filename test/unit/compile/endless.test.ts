import { describe, expect } from 'vitest'
import { promised } from '../../support/promises.ts'
import { flaky } from '../../support/steps.ts'
import type { Loose } from '../../support/untyped.ts'

const forEver = { retries: Infinity, initialDelay: 100, jitter: 'none' }
const retries = (c: Loose): Loose => c.next(flaky(Infinity, 1), { out: 'a', args: [], retry: forEver })

describe('a step that would retry for ever', () => {
  promised('is refused where the run takes the timeout away that its chain sets', async (given) => {
    const chain = retries(given.chain('c', { timeout: 1_000 }))

    expect(await given.failure(chain, { ms: 2_000 })).toMatchObject({ code: 'SC_DEADLINE' })
    const error = await given.failure(chain, { timeout: Infinity })
    expect(error).toMatchObject({ code: 'SC_DEFINITION', step: 'a' })
    expect(error.message).toContain('retry.retries is Infinity')
    expect(await given.failure(chain, { timeout: Infinity, deadline: () => 50 })).toMatchObject({ code: 'SC_DEADLINE' })
  })

  promised('is accepted in a nested chain that has a timeout of its own', async (given) => {
    const inner = retries(given.chain('inner', { timeout: 1_000 }))
    const chain = given.chain().next(inner, { out: 'i', args: {} })

    expect(await given.failure(chain, { ms: 1_000 })).toMatchObject({ code: 'SC_DEADLINE', step: 'i > a' })
  })

  promised('is refused in a nested chain without one, unless the run has one', async (given) => {
    const inner = retries(given.chain('inner'))
    const chain = given.chain().next(given.chain('middle').next(inner, { out: 'i', args: {} }), { out: 'm', args: {} })

    expect(await given.failure(chain)).toMatchObject({ code: 'SC_DEFINITION', step: 'a' })
    expect(await given.failure(chain, { timeout: 500, ms: 500 })).toMatchObject({ code: 'SC_DEADLINE' })
  })

  promised('is accepted in a branch of a nested chain that has a timeout', async (given) => {
    const inner = given.chain('inner', { timeout: 1_000 }).parallel([retries])
    const chain = given.chain().next(inner, { out: 'i', args: {} })

    expect((await given.failure(chain, { ms: 1_000 })).errors).toMatchObject([
      { code: 'SC_DEADLINE', step: 'i > parallel-1 > a' },
    ])
  })
})
