import { preview } from '../define/describe.ts'
import { noop, promiseOf, thenOf } from './thenable.ts'

/** Where items come from, one at a time. */
export interface Source {
  /** How many there are, where that is known. */
  readonly total: number | undefined
  /** The item that it is at. */
  readonly item: unknown
  /** Goes on to the next item; tells whether there is one, perhaps later. */
  advance(): boolean | Promise<boolean>
  /** Whether there may be more. */
  hasMore(): boolean
  /** Gives back what it holds, before it has ended by itself. */
  close(): void
}

/** The items of an array: no iterator is made. */
class ArraySource implements Source {
  item: unknown = undefined
  private at = -1
  private readonly items: readonly unknown[]

  constructor(items: readonly unknown[]) {
    this.items = items
  }

  get total(): number {
    return this.items.length
  }

  advance(): boolean {
    this.item = this.items[++this.at]
    return this.at < this.items.length
  }

  hasMore(): boolean {
    return this.at + 1 < this.items.length
  }

  close(): void {}
}

interface AnyIterator {
  next(): unknown
  return?(): unknown
}

/** The items of anything that can be iterated over. */
class IteratorSource implements Source {
  item: unknown = undefined
  readonly total: number | undefined
  private ended = false
  /** Whether it was told to end before it had ended by itself: there may have been more. */
  private closed = false
  private readonly iterator: AnyIterator

  constructor(iterator: AnyIterator, total: number | undefined) {
    this.iterator = iterator
    this.total = total
  }

  advance(): boolean | Promise<boolean> {
    if (this.ended || this.closed) return false
    let result: unknown
    try {
      result = this.iterator.next()
    } catch (error) {
      // An iterator that throws has ended.
      this.ended = true
      throw error
    }
    const then = thenOf(result)
    if (then === null) return this.take(result)
    const failed = (error: unknown): never => {
      this.ended = true
      throw error
    }
    return promiseOf(result, then).then((given) => this.take(given), failed)
  }

  hasMore(): boolean {
    return !this.ended
  }

  close(): void {
    if (this.ended || this.closed) return
    this.closed = true
    try {
      const value = this.iterator.return?.()
      const then = thenOf(value)
      if (then !== null) promiseOf(value, then).then(noop, noop)
    } catch {
      // What it was closed for is the failure that counts.
    }
  }

  private take(result: unknown): boolean {
    const { done, value } = result as { readonly done?: unknown; readonly value?: unknown }
    this.ended = Boolean(done)
    this.item = value
    return !this.ended
  }
}

/** Several items of a source at a time. */
class BatchSource implements Source {
  item: readonly unknown[] = []
  private readonly source: Source
  private readonly size: number
  private batch: unknown[] = []

  constructor(source: Source, size: number) {
    this.source = source
    this.size = size
  }

  get total(): number | undefined {
    return this.source.total
  }

  advance(): boolean | Promise<boolean> {
    while (this.batch.length < this.size) {
      const more = this.source.advance()
      if (typeof more !== 'boolean') return more.then((has) => (this.push(has) ? this.advance() : this.finish()))
      if (!this.push(more)) break
    }
    return this.finish()
  }

  hasMore(): boolean {
    return this.source.hasMore()
  }

  close(): void {
    this.source.close()
  }

  private push(has: boolean): boolean {
    if (has) this.batch.push(this.source.item)
    return has
  }

  private finish(): boolean {
    this.item = this.batch
    this.batch = []
    return this.item.length > 0
  }
}

function iteratorOf(items: object, key: symbol): AnyIterator | null {
  const method: unknown = Reflect.get(items, key)
  return typeof method === 'function' ? ((method as () => unknown).call(items) as AnyIterator) : null
}

function sizeOf(items: object): number | undefined {
  return items instanceof Map || items instanceof Set ? items.size : undefined
}

/**
 * The source of what a loop goes through.
 * @param waits whether it may take its time
 * @throws TypeError where that is nothing to go through
 */
export function sourceOf(
  items: unknown,
  { ref, batch, waits }: { ref: string; batch: number; waits: boolean },
): Source {
  const source = unbatched(items, ref, waits)
  return batch === 0 ? source : new BatchSource(source, batch)
}

function unbatched(items: unknown, ref: string, waits: boolean): Source {
  if (Array.isArray(items)) return new ArraySource(items)
  if (typeof items === 'object' && items !== null) {
    const iterator = iteratorOf(items, Symbol.iterator)
    if (iterator !== null) return new IteratorSource(iterator, sizeOf(items))
    const later = iteratorOf(items, Symbol.asyncIterator)
    if (later !== null && waits) return new IteratorSource(later, undefined)
    if (later !== null)
      throw new TypeError(`'${ref}' is an async iterable, which needs run() and no host; collect it in a step before`)
  }
  throw new TypeError(`'${ref}' is ${preview(items)}; expected an array, an iterable or an async iterable`)
}
