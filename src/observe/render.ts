import { isPlainObject } from '../compile/arguments.ts'
import { isError } from '../define/describe.ts'

/** The most characters of one value in a line. */
const LONGEST = 4_096
/** How deep a value is looked into. */
const DEEPEST = 12

// What could forge a line, steer a terminal, hide text or break an encoder: controls, line separators, bidi marks, lone surrogates.
const UNSAFE = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Cs}]/gu

/** A text in which nothing can pass for a line of its own. */
export function escapeText(text: string): string {
  return text.replace(UNSAFE, (unsafe) => `\\u${unsafe.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** Writes one value, until there is no more room. */
class Writer {
  text = ''
  readonly #open: object[] = []

  get full(): boolean {
    return this.text.length >= LONGEST
  }

  write(value: unknown): void {
    switch (typeof value) {
      case 'string':
        this.text += JSON.stringify(value.slice(0, LONGEST))
        return
      case 'object':
        if (value === null) this.text += 'null'
        else this.#enter(value)
        return
      case 'function':
        return this.#guard(() => (this.text += `[Function ${value.name || 'anonymous'}]`))
      case 'bigint':
        this.text += value < 10n ** 80n && value > -(10n ** 80n) ? `${value}n` : '[BigInt]'
        return
      default:
        this.text += Object.is(value, -0) ? '-0' : String(value)
    }
  }

  /** Getters, proxies and `toJSON` run code of others: what that throws is said instead of the value. */
  #guard(work: () => void): void {
    const begin = this.text
    try {
      work()
    } catch (error) {
      this.text = begin + describeFault(error)
    }
  }

  #enter(value: object): void {
    if (this.#open.includes(value)) this.text += '[Circular]'
    else if (this.#open.length >= DEEPEST) this.text += '[…]'
    else {
      this.#open.push(value)
      this.#guard(() => this.#object(value))
      this.#open.pop()
    }
  }

  #object(value: object): void {
    const { toJSON } = value as { toJSON?: unknown }
    if (Array.isArray(value)) return this.#list('[', value, ']')
    if (value instanceof Date) return this.#date(value)
    if (isError(value)) return this.#error(value)
    if (value instanceof Map) return this.#list(`Map(${value.size}) [`, value, ']')
    if (value instanceof Set) return this.#list(`Set(${value.size}) [`, value, ']')
    if (value instanceof RegExp) return void (this.text += value.source.length < LONGEST ? String(value) : '[RegExp]')
    if (ArrayBuffer.isView(value)) return void (this.text += `${value.constructor.name}(${value.byteLength} bytes)`)
    if (typeof toJSON === 'function') {
      const json: unknown = toJSON.call(value)
      if (json !== value) return this.write(json)
    }
    const name = isPlainObject(value) ? '' : `${value.constructor?.name || 'Object'} `
    return this.#entries(`${name}{`, value)
  }

  #date(value: Date): void {
    const text = Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString()
    // By itself a Date needs no quotes.
    this.text += this.#open.length === 1 || text.startsWith('I') ? text : `"${text}"`
  }

  #error({ name, message }: { readonly name: unknown; readonly message: unknown }): void {
    this.text += `[${String(name)}: ${String(message).slice(0, LONGEST)}]`
  }

  #list(opening: string, values: Iterable<unknown>, closing: string): void {
    this.text += opening
    let first = true
    for (const value of values) {
      if (this.full) {
        this.text += ',…'
        break
      }
      if (!first) this.text += ','
      first = false
      this.write(value)
    }
    this.text += closing
  }

  #entries(opening: string, value: object): void {
    this.text += opening
    let first = true
    for (const key of Object.keys(value)) {
      if (this.full) {
        this.text += ',…'
        break
      }
      this.text += `${first ? '' : ','}${JSON.stringify(key.slice(0, 256))}:`
      first = false
      this.#guard(() => this.write((value as Record<string, unknown>)[key]))
    }
    this.text += '}'
  }
}

/** What is said in the place of a value whose reading threw. */
export function describeFault(thrown: unknown): string {
  try {
    return `[threw ${isError(thrown) ? thrown.name : typeof thrown}]`
  } catch {
    return '[threw object]'
  }
}

/**
 * A value as a line shows it, at most 4,096 characters of it, with `…` where it is cut. It never throws.
 *
 * Strings are as they are, with control characters escaped, `… +904 more` where 904 are left out; numbers, `true`, `null`, `undefined` as JavaScript writes them; `12n` for a BigInt.
 * Arrays and plain objects are JSON, in which strings are quoted; a `toJSON` method is asked. `Map(1) [["a",1]]`, `Set(1) [1]`,
 * `2026-01-31T00:00:00.000Z` for a Date, `[TypeError: message]`, `/source/flags`, `Uint8Array(4 bytes)`, `Name {"own":1}` for an instance of a class,
 * `[Function name]`. A cycle is `[Circular]`, what is deeper than 12 levels `[…]`, what a getter throws `[threw Name]`.
 */
export function render(value: unknown): string {
  if (typeof value === 'string') {
    const more = value.length - LONGEST
    return more > 0 ? `${escapeText(value.slice(0, LONGEST))}… +${more} more` : escapeText(value)
  }
  const writer = new Writer()
  writer.write(value)
  const { text } = writer
  return text.length > LONGEST ? `${escapeText(text.slice(0, LONGEST))}…` : escapeText(text)
}
