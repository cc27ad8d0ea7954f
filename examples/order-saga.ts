import { chain, type RunOptions } from 'stepchain'

interface Order {
  readonly id: string
  readonly sku: string
  readonly amount: number
}

/** What an order needs of others. The last argument is an idempotency key: the same call is not made twice. */
export interface Shop {
  readonly reserve: (sku: string, key: string) => Promise<{ readonly reservation: string }>
  readonly unreserve: (reservation: string) => Promise<void>
  readonly charge: (amount: number, key: string) => Promise<{ readonly payment: string }>
  readonly refund: (payment: string) => Promise<void>
  /** Ends a payment of which nobody knows whether it was made. */
  readonly voidUnknown: (key: string) => Promise<void>
  readonly ship: (order: Order, key: string) => Promise<{ readonly parcel: string }>
}

/** Reserve, charge, ship: when one of them fails, or the run is cancelled, what was done is undone, the last first. */
export function orderSaga({ reserve, unreserve, charge, refund, voidUnknown, ship }: Shop) {
  return chain<{ order: Order }>('order', { timeout: 10_000 })
    .next(({ order }, step) => reserve(order.sku, step.key), {
      out: 'stock',
      retry: 2,
      compensate: ({ reservation }) => unreserve(reservation),
      log: 'reserved {stock.reservation}',
    })
    .next(({ order }, step) => charge(order.amount, step.key), {
      out: 'charged',
      timeout: 2_000,
      // A refund matters: it is tried again, for up to a minute each time.
      compensate: { run: ({ payment }) => refund(payment), retry: 5, timeout: 60_000 },
      // After a timeout the payment may have been made or not.
      compensateUnknown: (_error, step) => voidUnknown(step.undoneKey ?? step.key),
      log: 'charged {charged.payment}',
    })
    .next(({ order }, step) => ship(order, step.key), { out: 'shipped', log: 'shipped {shipped.parcel}' })
}

/** A shop in memory that writes down what is done. Its carrier takes no orders. */
export function inMemoryShop(done: string[]): Shop {
  const note = <T>(what: string, value: T): Promise<T> => {
    done.push(what)
    return Promise.resolve(value)
  }
  return {
    reserve: (sku) => note(`reserve ${sku}`, { reservation: 'R-7' }),
    unreserve: (reservation) => note(`unreserve ${reservation}`, undefined),
    charge: (amount) => note(`charge ${amount}`, { payment: 'P-9' }),
    refund: (payment) => note(`refund ${payment}`, undefined),
    voidUnknown: () => note('void', undefined),
    ship: () => Promise.reject(new Error('the carrier is on strike')),
  }
}

/** Places an order, and says what came of it. */
export async function placeOrder(shop: Shop, options: RunOptions = {}): Promise<string> {
  const order = { id: 'O-1', sku: 'A-1', amount: 24 }
  const result = await orderSaga(shop).safeRun({ order }, options)
  if (result.ok) return `shipped as ${result.context.shipped.parcel}`
  // All was undone, or somebody has to look at it.
  return result.error.code === 'SC_COMPENSATION' ? `LOOK AT THIS: ${result.error.message}` : result.error.message
}

if (import.meta.main) {
  const done: string[] = []
  console.log(await placeOrder(inMemoryShop(done)))
  console.log(done.join(', '))
}
