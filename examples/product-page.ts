import { setTimeout as delay } from 'node:timers/promises'
import { chain, type RunOptions } from 'stepchain'

interface Product {
  readonly sku: string
  readonly name: string
}

interface Price {
  readonly amount: number
  readonly currency: string
}

interface Review {
  readonly stars: number
}

/** The four services behind the page. Like `fetch`, each gives up when its signal is aborted. */
export interface Services {
  readonly product: (sku: string, signal: AbortSignal) => Promise<Product>
  readonly price: (sku: string, signal: AbortSignal) => Promise<Price>
  readonly reviews: (sku: string, signal: AbortSignal) => Promise<readonly Review[]>
  readonly similar: (sku: string, signal: AbortSignal) => Promise<readonly Product[]>
}

function toPage({
  product,
  price,
  reviews,
  similar,
}: {
  readonly product: Product
  readonly price: Price
  readonly reviews: readonly Review[] | null
  readonly similar: readonly Product[]
}): string {
  const stars = reviews === null ? 'no reviews now' : `${reviews.length} reviews`
  const others = similar.map(({ name }) => name).join(', ') || 'nothing'
  return `${product.name}: ${price.amount} ${price.currency}; ${stars}; similar: ${others}`
}

/** A page that is there in 300 ms or not at all: what it cannot do without, and what it can. */
export function productPage({ product, price, reviews, similar }: Services) {
  return chain<{ sku: string }>('product-page', { timeout: 300 })
    .parallel(
      [
        (c) => c.next(product, { out: 'product', args: ['sku', '$signal'], retry: { retries: 2, initialDelay: 10 } }),
        (c) => c.next(price, { out: 'price', args: ['sku', '$signal'], retry: { retries: 2, initialDelay: 10 } }),
        // Late reviews are no reason for a late page.
        (c) => c.next(reviews, { out: 'reviews', args: ['sku', '$signal'], timeout: 150, fallback: null }),
        (c) => c.next(similar, { out: 'similar', args: ['sku', '$signal'], timeout: 150, fallback: [] }),
      ],
      { name: 'services' },
    )
    .next(toPage, { out: 'page', args: { product: 'product', price: 'price', reviews: 'reviews', similar: 'similar' } })
}

/** Services that answer from memory, in their own time; reviews take too long. */
const inMemory: Services = {
  product: (sku, signal) => delay(20, { sku, name: 'Teapot' }, { signal }),
  price: (_sku, signal) => delay(30, { amount: 24, currency: 'EUR' }, { signal }),
  reviews: (_sku, signal) => delay(5_000, [{ stars: 5 }], { signal }),
  similar: (_sku, signal) => delay(10, [{ sku: 'C-3', name: 'Cup' }], { signal }),
}

/** Assembles one page, and says what came of it. */
export async function showPage(services: Services = inMemory, options: RunOptions = {}): Promise<string> {
  const result = await productPage(services).safeRun({ sku: 'A-1' }, options)
  return result.ok ? result.context.page : `${result.error.code}: ${result.error.message}`
}

if (import.meta.main) console.log(await showPage())
