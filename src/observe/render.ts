import { isPlainObject } from '../compile/arguments.ts'
import { DEFAULT_LIMITS, hidesPath, type Limits, type Redaction, USUAL } from '../compile/redaction.ts'
import { isError } from '../define/describe.ts'
import { hideNamed } from '../define/key-names.ts'
import { generation, isPlain, markOf, markOfText, scrub } from '../scrub.ts'

/** How deep the causes of errors are looked into. */
const DEEPEST_CAUSE = 8
/** The most errors of one that holds many. */
const MOST_ERRORS = 16
/** The most names whose printed form is kept. */
const MOST_NAMES = 1_000
const LONGEST_NAME = 256

// What could forge a line, steer a terminal, hide text or break an encoder: controls, line separators, bidi marks, lone surrogates.
const UNSAFE = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Cs}]/gu

/** A text in which nothing can pass for a line of its own. */
export function escapeText(text: string): string {
  return text.replace(UNSAFE, (unsafe) => `\\u${unsafe.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

interface Name {
  /** The name as JSON, cleared like everything else. */
  readonly text: string
  readonly hidden: boolean
}

/** What is hidden from a value, and how much of it is shown. */
export class View {
  readonly redaction: Redaction
  readonly limits: Limits
  readonly #names = new Map<string, Name>()
  #generation = 0

  constructor(redaction: Redaction = USUAL, limits: Limits = DEFAULT_LIMITS) {
    this.redaction = redaction
    this.limits = limits
  }

  /** How a name is printed, and whether what stands under it is hidden. */
  name(name: string): Name {
    if (this.#generation !== generation() || this.#names.size > MOST_NAMES) {
      this.#names.clear()
      this.#generation = generation()
    }
    let known = this.#names.get(name)
    if (known === undefined) {
      known = { text: escapeText(JSON.stringify(scrub(name, LONGEST_NAME))), hidden: this.redaction.hides(name) }
      if (name.length <= LONGEST_NAME) this.#names.set(name, known)
    }
    return known
  }

  /** A value at a path, unless that is hidden, by a name on the way to it or by the path. */
  under(path: readonly string[], value: unknown, sensitive: ReadonlySet<string> | null = null): string {
    const { redaction } = this
    const says = value == null || typeof value === 'boolean'
    if (!says && sensitive?.has(path.at(-1) as string) === true) return '[sensitive]'
    const hidden = !says && path.some((_, index) => hidesPath(redaction, path.slice(0, index + 1)))
    return hidden ? '[hidden]' : render(value, this, { path, sensitive })
  }
}

const STANDARD: View = new View()

/** Where a value that is printed comes from. */
export interface Place {
  readonly path?: readonly string[]
  /** The keys of the context that are not to be seen. */
  readonly sensitive?: ReadonlySet<string> | null
}

const ENTRIES = /^\[object (?:Headers|URLSearchParams|FormData)\]$/
const BUFFER = /^\[object (?:Shared)?ArrayBuffer\]$/

/** Writes one value, until there is no more room. Each text is cleared and escaped where it is written. */
class Writer {
  text = ''
  /** How many entries of the value itself there was no room for. */
  more = 0
  readonly #open: object[] = []
  readonly #path: string[]
  readonly #view: View
  readonly #longest: number
  readonly #sensitive: ReadonlySet<string> | null
  /** Whether what is hidden is told by more than its name. */
  readonly #follows: boolean

  constructor(view: View, { path = [], sensitive = null }: Place) {
    this.#view = view
    this.#longest = view.limits.value
    this.#path = [...path]
    this.#sensitive = sensitive
    this.#follows = sensitive !== null || view.redaction.paths.length > 0
  }

  get full(): boolean {
    return this.text.length >= this.#longest
  }

  write(value: unknown): void {
    switch (typeof value) {
      case 'string':
        this.text += value.length < 128 && isPlain(value) ? `"${value}"` : this.#quoted(value)
        return
      case 'number':
        if (value < 1e7 && value > -1e7) this.text += Object.is(value, -0) ? '-0' : String(value)
        else this.#say(String(value))
        return
      case 'object':
        if (value === null) this.text += 'null'
        else this.#enter(value)
        return
      case 'function':
        return this.#guard(() => this.#say(`[Function ${value.name || 'anonymous'}]`))
      case 'bigint':
        return this.#say(value < 10n ** 80n && value > -(10n ** 80n) ? `${value}n` : '[BigInt]')
      default:
        this.#say(String(value))
    }
  }

  #quoted(value: string): string {
    const mark = markOfText(value)
    if (mark !== undefined) return `"${mark}"`
    return escapeText(JSON.stringify(hideNamed(scrub(value, this.#longest), this.#view.redaction.hides)))
  }

  /** Adds a text that may hold anything, and more of it than there is room for: what is too long is marked. */
  #say(text: string): void {
    this.text += escapeText(scrub(text, this.#longest * 2))
  }

  /** Getters, proxies and `toJSON` run code of others: what that throws is said instead of the value. */
  #guard(work: () => void): void {
    const begin = this.text
    try {
      work()
    } catch (error) {
      this.text = begin
      this.#say(describeFault(error))
    }
  }

  #enter(value: object): void {
    const mark = markOf(value)
    if (mark !== undefined) this.text += mark
    else if (this.#open.includes(value)) this.text += '[Circular]'
    else if (this.#open.length >= this.#view.limits.depth) this.text += '[…]'
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
    if (value instanceof Map) return this.#map(`Map(${value.size}) [`, value, value.size)
    if (value instanceof Set) return this.#list(`Set(${value.size}) [`, value, value.size)
    if (value instanceof RegExp) return this.#say(value.source.length < this.#longest ? String(value) : '[RegExp]')
    if (ArrayBuffer.isView(value)) return this.#say(`${value.constructor.name}(${value.byteLength} bytes)`)
    if (typeof toJSON === 'function') {
      const json: unknown = toJSON.call(value)
      if (json !== value) return this.write(json)
    }
    if (isPlainObject(value)) return this.#entries('{', value)
    this.#instance(value)
  }

  /** An instance of a class, whose name is its own, or that of what the platform says it is. */
  #instance(value: object): void {
    const tag = Object.prototype.toString.call(value)
    if (BUFFER.test(tag)) return this.#say(`${tag.slice(8, -1)}(${(value as ArrayBuffer).byteLength} bytes)`)
    if (ENTRIES.test(tag)) {
      const entries = [...(value as Iterable<readonly [unknown, unknown]>)]
      return this.#map(`${tag.slice(8, -1)}(${entries.length}) [`, entries, entries.length)
    }
    if ([Number, String, Boolean, BigInt, Symbol].some((type) => value instanceof type))
      return this.write(value.valueOf())
    this.#say(value.constructor?.name || tag.slice(8, -1))
    this.#entries(' {', value)
  }

  #date(value: Date): void {
    const text = Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString()
    // By itself a Date needs no quotes.
    this.#say(this.#open.length === 1 || text.startsWith('I') ? text : `"${text}"`)
  }

  #error(error: object): void {
    // Any of them may be anything.
    const { name, message, cause, errors } = error as Readonly<Record<'name' | 'message' | 'cause' | 'errors', unknown>>
    this.#say(`[${String(name)}: ${hideNamed(scrub(String(message), this.#longest), this.#view.redaction.hides)}`)
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
      this.#under(String(written++), false, value)
    }
    if (written < size) this.#omit(size - written)
    this.text += ']'
  }

  #map(opening: string, entries: Iterable<readonly [unknown, unknown]>, size: number): void {
    this.text += opening
    let written = 0
    for (const [key, value] of entries) {
      if (this.full) break
      this.text += written++ > 0 ? ',[' : '['
      this.write(key)
      this.text += ','
      const name = typeof key === 'string' ? key : ''
      this.#under(name, this.#view.name(name).hidden, value)
      this.text += ']'
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
      const { text, hidden } = this.#view.name(key)
      this.text += written++ === 0 ? text : `,${text}`
      this.text += ':'
      const begin = this.text
      try {
        const inner = (value as Record<string, unknown>)[key]
        if (this.#follows) this.#under(key, hidden, inner)
        else if (hidden && inner != null && typeof inner !== 'boolean') this.text += '[hidden]'
        else this.write(inner)
      } catch (error) {
        this.text = begin
        this.#say(describeFault(error))
      }
    }
    if (written < keys.length) this.#omit(keys.length - written)
    this.text += '}'
  }

  /** Writes what stands under a name, unless that is hidden. What is not there is told, as is what is only true or false. */
  #under(name: string, hidden: boolean, value: unknown): void {
    const { redaction } = this.#view
    this.#path.push(name)
    if (value == null || typeof value === 'boolean') this.write(value)
    else if (this.#sensitive?.has(name) === true) this.text += '[sensitive]'
    else if (hidden || hidesPath(redaction, this.#path)) this.text += '[hidden]'
    else this.write(value)
    this.#path.pop()
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
 * Strings are as they are, with control characters escaped; `… +904 more` says that 904 characters, or entries, are left out; numbers, `true`, `null`, `undefined` as JavaScript writes them; `12n` for a BigInt,
 * `Symbol(name)`. Arrays and plain objects are JSON, in which strings are quoted, without keys that are symbols; a `toJSON` method is asked. `Map(1) [["a",1]]`, so `Headers`, `URLSearchParams` and `FormData` too;
 * `Set(1) [1]`, `2026-01-31T00:00:00.000Z` for a Date, `[TypeError: message; cause: [Error: …]]` down to the eighth cause,
 * `[AggregateError: message; errors: […]]` with the first 16, `/source/flags`, `Uint8Array(4 bytes)`, `ArrayBuffer(4 bytes)`, a boxed primitive as what is in it, `Name {"own":1}` for an instance of a class,
 * so `Promise {}`, `WeakMap {}`, `Generator {}`; `[Function name]`. A cycle is `[Circular]`, what is deeper than 12 levels `[…]`, what a getter throws `[threw Name]`.
 * What is hidden by its name or path is `[hidden]`, what is sensitive `[sensitive]`, a secret `[secret:label]`.
 */
export function render(value: unknown, view: View = STANDARD, place: Place = {}): string {
  const { value: longest } = view.limits
  if (typeof value === 'string') {
    const more = value.length - longest
    const text = escapeText(hideNamed(scrub(value, longest), view.redaction.hides))
    return more > 0 ? `${text}… +${more} more` : text
  }
  const writer = new Writer(view, place)
  writer.write(value)
  const { text, more } = writer
  return text.length <= longest ? text : `${text.slice(0, longest)}…${more > 0 ? ` +${more} more` : ''}`
}
