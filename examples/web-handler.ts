import { setTimeout as delay } from 'node:timers/promises'
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import {
  chain,
  type ErrorCode,
  isStepchainError,
  NonRetryableError,
  type RunOptions,
  type StepchainError,
} from 'stepchain'
import { z } from 'zod'

interface Item {
  readonly sku: string
  readonly price: number
  readonly active: boolean
}

interface User {
  readonly id: number
  readonly name: string
}

interface Order {
  readonly sku: string
  readonly price: number
}

type Line = Omit<Item, 'active'>

/** What the handlers ask others for. Like `fetch`, each of these gives up when its signal is aborted. */
export interface Services {
  readonly fetchItems: (signal: AbortSignal) => Promise<readonly Item[]>
  readonly postInvoice: (lines: readonly Line[], signal: AbortSignal) => Promise<unknown>
  readonly fetchUser: (id: number, signal: AbortSignal) => Promise<User | undefined>
  readonly fetchOrders: (userId: number, signal: AbortSignal) => Promise<readonly Order[]>
}

function toInvoiceLines(items: readonly Item[]): Line[] {
  return items.filter(({ active }) => active).map(({ sku, price }) => ({ sku, price }))
}

function enrich(user: User, orders: readonly Order[]) {
  return { ...user, orders: orders.length, spent: orders.reduce((sum, { price }) => sum + price, 0) }
}

class NotFoundError extends NonRetryableError {}

/** Makes the app; the run options go to every run. */
export function createApp({ fetchItems, postInvoice, fetchUser, fetchOrders }: Services, options?: RunOptions): Hono {
  const patient = { retry: { retries: 2, initialDelay: 50 }, timeout: 500 }

  const invoice = chain('invoice', { timeout: 2_000 })
    .next(fetchItems, { ...patient, out: 'items', args: ['$signal'] })
    .next(toInvoiceLines, { out: 'lines', args: ['items'], log: 'lines={lines.length} of {items.length}' })
    // An invoice is not posted twice.
    .next(postInvoice, {
      out: 'posted',
      args: ['lines', '$signal'],
      timeout: 500,
      validate: z.object({ total: z.number().min(0) }),
      log: 'total={posted.total}',
    })

  const profile = chain('profile', { timeout: 2_000, input: z.object({ id: z.coerce.number().int().positive() }) })
    .next(fetchUser, { ...patient, out: 'found', args: ['id', '$signal'] })
    .next(
      ({ found, id }) => {
        if (found === undefined) throw new NotFoundError(`there is no user ${id}`)
        return found
      },
      { out: 'user' },
    )
    .next(fetchOrders, { ...patient, out: 'orders', args: ['user.id', '$signal'] })
    .next(enrich, { out: 'profile', args: ['user', 'orders'], log: 'user {user.id} has {orders.length} orders' })

  const app = new Hono()
  app.get('/invoice', async (c) => {
    const { lines, posted } = await invoice.run({}, { ...options, signal: c.req.raw.signal })
    return c.json({ lines, total: posted.total })
  })
  app.get('/users/:id', async (c) => {
    const context = await profile.run({ id: c.req.param('id') }, { ...options, signal: c.req.raw.signal })
    return c.json(context.profile)
  })
  app.onError((error) => (isStepchainError(error) ? failure(error) : Response.json({}, { status: 500 })))
  return app
}

const STATUS: Partial<Record<ErrorCode, number>> = {
  SC_TIMEOUT: 504,
  SC_DEADLINE: 504,
  // The client that went away will not see it, but the access log will.
  SC_CANCELLED: 499,
  SC_STEP: 502,
}

/** What the client is told. The message is not: it may quote what an upstream said. */
function failure(error: StepchainError): Response {
  const { code, step, cause, issues } = error
  let status = STATUS[code] ?? 500
  if (cause instanceof NotFoundError) status = 404
  if (code === 'SC_VALIDATION') {
    // Without a step it was the input, which is the client's; what a step gave is an upstream's.
    if (step === undefined) return Response.json({ code, issues }, { status: 422 })
    status = 502
  }
  return Response.json({ code, step }, { status })
}

/** Services that answer from memory, in their own time. */
const inMemory: Services = {
  async fetchItems(signal) {
    await delay(20, undefined, { signal })
    return [
      { sku: 'A-1', price: 20, active: true },
      { sku: 'B-2', price: 15, active: false },
      { sku: 'C-3', price: 7.5, active: true },
    ]
  },
  async postInvoice(lines, signal) {
    await delay(20, undefined, { signal })
    return { total: lines.reduce((sum, { price }) => sum + price, 0) }
  },
  async fetchUser(id, signal) {
    await delay(20, undefined, { signal })
    return id === 1 ? { id, name: 'Alice' } : undefined
  },
  async fetchOrders(_userId, signal) {
    await delay(20, undefined, { signal })
    return [
      { sku: 'A-1', price: 20 },
      { sku: 'C-3', price: 7.5 },
    ]
  },
}

export const app = createApp(inMemory)

if (import.meta.main) {
  const port = Number(process.env['PORT'] ?? 3000)
  serve({ fetch: app.fetch, port }, (info) => console.log(`try http://localhost:${info.port}/invoice and /users/1`))
}
