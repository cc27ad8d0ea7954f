import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createInterface } from 'node:readline'
import { serve } from '@hono/node-server'
import { isStepchainError, type RunEndEvent } from 'stepchain'
import { describe, expect, test, vi } from 'vitest'
import { app, createApp, type Services } from '../../examples/web-handler.ts'
import { RecordingLogger } from '../parity/recording-logger.ts'
import { root } from '../support/package-info.ts'
import { settlePromises, VirtualClock } from '../support/virtual-clock.ts'

const ITEMS = [
  { sku: 'x', price: 1.5, active: true },
  { sku: 'y', price: 99, active: false },
  { sku: 'z', price: 2, active: true },
]

/** Services that answer at once. */
function services(own: Partial<Services> = {}): Services {
  return {
    fetchItems: async () => ITEMS,
    postInvoice: async (lines) => ({ total: lines.reduce((sum, { price }) => sum + price, 0) }),
    fetchUser: async (id) => (id === 7 ? { id, name: 'Grace' } : undefined),
    fetchOrders: async (userId) => [{ sku: `for-${userId}`, price: 30 }],
    ...own,
  }
}

function neverSettles(): Promise<never> {
  return new Promise(() => {})
}

/** Hears of the end of a run. */
function runEnd() {
  const { promise, resolve } = Promise.withResolvers<RunEndEvent>()
  return { ended: promise, hooks: { onRunEnd: resolve } }
}

describe('the answers', () => {
  test('the invoice has the active items and their total', async () => {
    const logger = new RecordingLogger('info')
    const response = await createApp(services(), { logger }).request('/invoice')

    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({
      lines: [
        { sku: 'x', price: 1.5 },
        { sku: 'z', price: 2 },
      ],
      total: 3.5,
    })
    expect(logger.of('info')).toEqual(['lines=2 of 3', 'total=3.5'])
  })

  test('a user is enriched with the orders', async () => {
    const logger = new RecordingLogger('info')
    const response = await createApp(services(), { logger }).request('/users/7')

    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ id: 7, name: 'Grace', orders: 1, spent: 30 })
    expect(logger.of('info')).toEqual(['user 7 has 1 orders'])
  })

  test('many requests share the definitions', async () => {
    const own = createApp(services({ fetchUser: async (id) => ({ id, name: `user ${id}` }) }), { logger: null })
    const ids = Array.from({ length: 50 }, (_, index) => index + 1)
    const bodies = await Promise.all(ids.map(async (id) => (await own.request(`/users/${id}`)).json()))

    expect(bodies).toEqual(ids.map((id) => ({ id, name: `user ${id}`, orders: 1, spent: 30 })))
  })
})

describe('the status of what goes wrong', () => {
  test('504 for an upstream that takes too long each time', async () => {
    const clock = new VirtualClock()
    const own = createApp(services({ fetchItems: neverSettles }), { logger: null, clock, random: () => 0 })
    const response = own.request('/invoice')
    await clock.advance(1_700)

    expect((await response).status).toBe(504)
    expect(await (await response).json()).toEqual({ code: 'SC_TIMEOUT', step: 'items' })
    expect(clock.pending).toBe(0)
  })

  test('504 for a run that takes too long', async () => {
    const clock = new VirtualClock()
    const own = createApp(services({ fetchOrders: neverSettles }), { logger: null, clock, timeout: 300 })
    const response = own.request('/users/7')
    await clock.advance(350)

    expect((await response).status).toBe(504)
    expect(await (await response).json()).toEqual({ code: 'SC_DEADLINE', step: 'orders' })
  })

  test('502 for an upstream that fails, without a word of what it said', async () => {
    let calls = 0
    const postInvoice = async (): Promise<never> => {
      calls++
      throw new Error('password of the database')
    }
    const response = await createApp(services({ postInvoice }), { logger: null }).request('/invoice')

    expect(response.status).toBe(502)
    expect(await response.text()).toBe('{"code":"SC_STEP","step":"posted"}')
    expect(calls).toBe(1)
  })

  test('502 for an upstream that answers nonsense', async () => {
    const own = createApp(services({ postInvoice: async () => ({ total: 'much' }) }), { logger: null })
    const response = await own.request('/invoice')

    expect(response.status).toBe(502)
    expect(await response.json()).toEqual({ code: 'SC_VALIDATION', step: 'posted' })
  })

  test('422 for an id that is none, with the reason', async () => {
    const response = await createApp(services(), { logger: null }).request('/users/minus-one')

    expect(response.status).toBe(422)
    expect(await response.json()).toMatchObject({ code: 'SC_VALIDATION', issues: [{ path: ['id'] }] })
  })

  test('404 for a user that is not there, without a retry', async () => {
    const logger = new RecordingLogger()
    const response = await createApp(services(), { logger }).request('/users/8')

    expect(response.status).toBe(404)
    expect(await response.json()).toEqual({ code: 'SC_STEP', step: 'user' })
    expect(logger.of('warn')).toEqual([])
  })

  test('200 when only the first call of an upstream failed', async () => {
    const logger = new RecordingLogger('info')
    let calls = 0
    const fetchItems = async (): Promise<typeof ITEMS> => {
      if (++calls === 1) throw new TypeError('fetch failed')
      return ITEMS
    }
    const response = await createApp(services({ fetchItems }), { logger, random: () => 0 }).request('/invoice')

    expect(response.status).toBe(200)
    expect(logger.of('warn')).toEqual(["Step 'items' failed on attempt 1 of 3: fetch failed; retrying in 0 ms"])
  })

  test('500 for anything else', async () => {
    const own = createApp(services(), { logger: null })
    own.get('/broken', () => {
      throw new Error('private')
    })
    const response = await own.request('/broken')

    expect(response.status).toBe(500)
    expect(await response.text()).toBe('{}')
  })
})

describe('a client that goes away', () => {
  test('499 when the signal of the request is aborted', async () => {
    const controller = new AbortController()
    const seen: AbortSignal[] = []
    const fetchItems = (signal: AbortSignal): Promise<never> => {
      seen.push(signal)
      return neverSettles()
    }
    const response = createApp(services({ fetchItems }), { logger: null }).request('/invoice', {
      signal: controller.signal,
    })
    await settlePromises()
    controller.abort()

    expect((await response).status).toBe(499)
    expect(await (await response).json()).toEqual({ code: 'SC_CANCELLED', step: 'items' })
    expect(seen.map(({ aborted }) => aborted)).toEqual([true])
  })

  test('a real disconnect cancels the run, and nothing runs after it', async () => {
    const { ended, hooks } = runEnd()
    const { promise: signalSeen, resolve: called } = Promise.withResolvers<AbortSignal>()
    let posted = 0
    const own = createApp(
      services({
        fetchItems: (signal) => {
          called(signal)
          return neverSettles()
        },
        postInvoice: async () => ({ total: posted++ }),
      }),
      { logger: null, hooks },
    )
    const { promise: listening, resolve: listen } = Promise.withResolvers<AddressInfo>()
    const server = serve({ fetch: own.fetch, port: 0, hostname: '127.0.0.1' }, listen)
    const { port } = await listening
    const client = new AbortController()
    const answer = fetch(`http://127.0.0.1:${port}/invoice`, { signal: client.signal })
    const signal = await signalSeen
    expect(signal.aborted).toBe(false)
    client.abort()

    await expect(answer).rejects.toThrow('aborted')
    const { status, error } = await ended
    server.close()
    expect(status).toBe('cancelled')
    expect(isStepchainError(error) && error.code).toBe('SC_CANCELLED')
    expect(signal.aborted).toBe(true)
    expect(posted).toBe(0)
  })
})

describe('the app as it is', () => {
  test('answers from memory', async () => {
    const info = vi.spyOn(console, 'info').mockReturnValue()
    const response = await app.request('/users/1')
    expect(info).toHaveBeenCalledExactlyOnceWith('user 1 has 2 orders')
    info.mockRestore()

    expect(await response.json()).toEqual({ id: 1, name: 'Alice', orders: 2, spent: 27.5 })
  })

  test('serves when it is run directly', async () => {
    const flags = ['--conditions=@stepchain/source', 'examples/web-handler.ts']
    const child = spawn(process.execPath, flags, { cwd: root, env: { ...process.env, PORT: '0' } })
    try {
      const [line] = await once(createInterface(child.stdout), 'line')
      const url = /http\S+\/invoice/.exec(String(line))?.[0] ?? ''
      const response = await fetch(url)
      expect(await response.json()).toEqual({
        lines: [
          { sku: 'A-1', price: 20 },
          { sku: 'C-3', price: 7.5 },
        ],
        total: 27.5,
      })
    } finally {
      child.kill()
      await once(child, 'exit')
    }
  })
})
