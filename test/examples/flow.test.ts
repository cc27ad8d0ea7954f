import { DatabaseSync } from 'node:sqlite'
import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { loadFile, loadRoutes } from '../../examples/flight-batches.ts'
import { inMemoryShop, orderSaga, placeOrder, type Shop } from '../../examples/order-saga.ts'
import { productPage, type Services, showPage } from '../../examples/product-page.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

const quiet = { logger: null }

/** Gives a value after some ms of a virtual clock, unless it is told to give up. */
function after<T>(clock: VirtualClock, ms: number, value: T): (sku: string, signal: AbortSignal) => Promise<T> {
  return (_sku, signal) =>
    new Promise((resolve, reject) => {
      const timer = clock.setTimeout(() => resolve(value), ms)
      signal.addEventListener('abort', () => {
        clock.clearTimeout(timer)
        reject(signal.reason)
      })
    })
}

describe('product-page', () => {
  function services(clock: VirtualClock, own: Partial<Services> = {}): Services {
    return {
      product: after(clock, 100, { sku: 'A-1', name: 'Teapot' }),
      price: after(clock, 120, { amount: 24, currency: 'EUR' }),
      reviews: after(clock, 90, [{ stars: 5 }, { stars: 4 }]),
      similar: after(clock, 80, [{ sku: 'C-3', name: 'Cup' }]),
      ...own,
    }
  }

  test('the four services are asked at the same time', async () => {
    const clock = new VirtualClock()
    const page = showPage(services(clock), { clock, ...quiet })
    await clock.advance(120)
    expect(await page).toBe('Teapot: 24 EUR; 2 reviews; similar: Cup')
    expect(clock.pending).toBe(0)
  })

  test('what it can do without does not keep it waiting', async () => {
    const clock = new VirtualClock()
    const late = { reviews: after(clock, 5_000, []), similar: after(clock, 5_000, []) }
    const page = showPage(services(clock, late), { clock, ...quiet })
    await clock.advance(150)
    expect(await page).toBe('Teapot: 24 EUR; no reviews now; similar: nothing')
  })

  test('after 300 ms it is over, and nobody goes on', async () => {
    const clock = new VirtualClock()
    const page = showPage(services(clock, { price: after(clock, 5_000, { amount: 1, currency: 'EUR' }) }), {
      clock,
      ...quiet,
    })
    await clock.advance(320)
    expect(await page).toMatch(/^SC_DEADLINE: .*took longer than its timeout of 300 ms/)
    expect(clock.pending).toBe(0)
  })

  test('one that fails takes the others with it', async () => {
    const clock = new VirtualClock()
    const aborted: unknown[] = []
    const price = (_sku: string, signal: AbortSignal): Promise<never> =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => {
          aborted.push(signal.reason)
          reject(signal.reason)
        })
      })
    const product = (): Promise<never> => Promise.reject(new Error('gone'))
    const running = productPage(services(clock, { product, price })).safeRun(
      { sku: 'A-1' },
      { clock, random: () => 0, ...quiet },
    )
    await clock.advance(30)
    const result = await running
    expect(result).toMatchObject({ ok: false, error: { code: 'SC_GROUP', step: 'services' } })
    expect(aborted).toHaveLength(1)
  })
})

describe('order-saga', () => {
  const shipping = (done: string[]): Shop => ({
    ...inMemoryShop(done),
    ship: () => Promise.resolve({ parcel: 'S-1' }),
  })

  test('what was done is undone, the last first', async () => {
    const done: string[] = []
    expect(await placeOrder(inMemoryShop(done), quiet)).toContain('the carrier is on strike')
    expect(done).toEqual(['reserve A-1', 'charge 24', 'refund P-9', 'unreserve R-7'])
  })

  test('an order that goes through is left alone', async () => {
    const done: string[] = []
    expect(await placeOrder(shipping(done), quiet)).toBe('shipped as S-1')
    expect(done).toEqual(['reserve A-1', 'charge 24'])
  })

  test('a refund that fails for good is told, and the rest undone', async () => {
    const done: string[] = []
    const shop = { ...inMemoryShop(done), refund: () => Promise.reject(new Error('the bank is closed')) }
    const clock = new VirtualClock()
    const placed = placeOrder(shop, { clock, ...quiet })
    await clock.advance(60_000)
    expect(await placed).toMatch(/^LOOK AT THIS: .*the bank is closed/)
    expect(done).toEqual(['reserve A-1', 'charge 24', 'unreserve R-7'])
  })

  test('a payment of which nobody knows is ended by the key that it was made with', async () => {
    const done: string[] = []
    const keys: string[] = []
    const shop: Shop = {
      ...shipping(done),
      charge: (_amount, key) => {
        keys.push(key)
        return new Promise(() => {})
      },
      voidUnknown: async (key) => void keys.push(key),
    }
    const clock = new VirtualClock()
    const running = orderSaga(shop).safeRun(
      { order: { id: 'O-1', sku: 'A-1', amount: 24 } },
      { clock, runId: 'run-1', ...quiet },
    )
    await clock.advance(2_000)
    expect(await running).toMatchObject({ ok: false, error: { code: 'SC_TIMEOUT' } })
    expect(keys).toEqual(['run-1/charged', 'run-1/charged'])
    expect(done).toEqual(['reserve A-1', 'unreserve R-7'])
  })
})

describe('flight-batches', () => {
  const file = new URL('../data/flights-airport.csv', import.meta.resolve('vega-datasets'))

  test('all of the file is there in the end', async () => {
    expect(await loadFile(file, quiet)).toBe('5366 rows in 5366 routes, 7009728 flights')
  })

  test('no more than a batch is read ahead of what is written', async () => {
    let read = 0
    let most = 0
    async function* rows(): AsyncGenerator<{ origin: string; destination: string; count: string }> {
      for (; read < 2_000; read++) yield { origin: 'A', destination: `B${read}`, count: '1' }
    }
    using database = new DatabaseSync(':memory:')
    const progress: number[] = []
    const onProgress = ({ done }: { done: number }): void => {
      progress.push(done)
      most = Math.max(most, read - done)
    }
    await loadRoutes.run({ rows: rows(), database }, { ...quiet, hooks: { onProgress } })
    expect(progress).toEqual([500, 1_000, 1_500, 2_000])
    expect(most).toBeLessThanOrEqual(500)
  })

  test('a batch that cannot be written is left out as a whole, if it is one of few', async () => {
    const good = Array.from({ length: 1_000 }, (_, index) => ({ origin: 'A', destination: `B${index}`, count: '1' }))
    const rows = Readable.from([...good, { origin: 'A', destination: 'B', count: '1.5' }])
    using database = new DatabaseSync(':memory:')
    const { loaded, totals } = await loadRoutes.run({ rows, database }, { ...quiet, random: () => 0 })
    expect(loaded).toMatchObject({ total: 1_001, ok: 1_000, failed: 1 })
    expect(totals.routes).toBe(1_000)
  })
})
