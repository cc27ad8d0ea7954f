import { isPlainObject } from '../compile/arguments.ts'
import { isError } from '../define/describe.ts'

/** The most characters of one value in a line. */
const LONGEST = 4_096
/** How deep a value is looked into, and how deep into the causes of errors. */
const DEEPEST = 12
const DEEPEST_CAUSE = 8
/** The most errors of one that holds many. */
const MOST_ERRORS = 16

// What could forge a line, steer a terminal, hide text or break an encoder: controls, line separators, bidi marks, lone surrogates.
const UNSAFE = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Cs}]/gu

/** A text in which nothing can pass for a line of its own. */
export function escapeText(text: string): string {
  return text.replace(UNSAFE, (unsafe) => `\\u${unsafe.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** Writes one value, until there is no more room. */
class Writer {
  text = ''
  /** How many entries of the value itself there was no room for. */
  more = 0
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
    if (Array.isArray(value)) return this.#list('[', value, value.length)
    if (value instanceof Date) return this.#date(value)
    if (isError(value)) return this.#error(value)
    if (value instanceof Map) return this.#list(`Map(${value.size}) [`, value, value.size)
    if (value instanceof Set) return this.#list(`Set(${value.size}) [`, value, value.size)
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

  #error(error: object): void {
    // Any of them may be anything.
    const { name, message, cause, errors } = error as Readonly<Record<'name' | 'message' | 'cause' | 'errors', unknown>>
    this.text += `[${String(name)}: ${String(message).slice(0, LONGEST)}`
    if (this.#open.filter(isError).length > DEEPEST_CAUSE) this.text += cause === undefined ? '' : '; cause: […]'
    else {
      if (Array.isArray(errors)) this.#list('; errors: [', errors.slice(0, MOST_ERRORS), errors.length)
      if (cause !== undefined) {
        this.text += '; cause: '
        this.write(cause)
      }
    }
    this.text += ']'
  }

  /** Says that entries are left out. */
  #omit(count: number): void {
    this.text += `,… +${count} more`
    if (this.#open.length === 1) this.more = count
  }

  #list(opening: string, values: Iterable<unknown>, size: number): void {
    this.text += opening
    let written = 0
    for (const value of values) {
      if (this.full) break
      if (written > 0) this.text += ','
      written++
      this.write(value)
    }
    if (written < size) this.#omit(size - written)
    this.text += ']'
  }

  #entries(opening: string, value: object): void {
    this.text += opening
    const keys = Object.keys(value)
    let written = 0
    for (const key of keys) {
      if (this.full) break
      this.text += `${written === 0 ? '' : ','}${JSON.stringify(key.slice(0, 256))}:`
      written++
      this.#guard(() => this.write((value as Record<string, unknown>)[key]))
    }
    if (written < keys.length) this.#omit(keys.length - written)
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
 * Strings are as they are, with control characters escaped; `… +904 more` says that 904 characters, or entries, are left out; numbers, `true`, `null`, `undefined` as JavaScript writes them; `12n` for a BigInt.
 * Arrays and plain objects are JSON, in which strings are quoted; a `toJSON` method is asked. `Map(1) [["a",1]]`, `Set(1) [1]`,
 * `2026-01-31T00:00:00.000Z` for a Date, `[TypeError: message; cause: [Error: …]]` down to the eighth cause,
 * `[AggregateError: message; errors: […]]` with the first 16, `/source/flags`, `Uint8Array(4 bytes)`, `Name {"own":1}` for an instance of a class,
 * `[Function name]`. A cycle is `[Circular]`, what is deeper than 12 levels `[…]`, what a getter throws `[threw Name]`.
 */
export function render(value: unknown): string {
  if (typeof value === 'string') {
    const more = value.length - LONGEST
    return more > 0 ? `${escapeText(value.slice(0, LONGEST))}… +${more} more` : escapeText(value)
  }
  const writer = new Writer()
  writer.write(value)
  const { text, more } = writer
  if (text.length <= LONGEST) return escapeText(text)
  return `${escapeText(text.slice(0, LONGEST))}…${more > 0 ? ` +${more} more` : ''}`
}
