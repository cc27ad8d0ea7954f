import { preview } from '../define/describe.ts'
import { DefinitionError, InputError } from '../errors.ts'

/** Keys that could do harm in an object, or make the context a thenable; those that begin with `$` are reserved too. */
export const RESERVED: readonly string[] = ['__proto__', 'constructor', 'prototype', 'then']

/** What may not be a key, or a segment of a path. */
export const RESERVED_NAMES = "a name that is not reserved ('$…', __proto__, constructor, prototype, then)"

/** The distance of two words: how many letters are put in, left out or changed. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column)
  let last = b.length
  for (const letter of a) {
    // What stands to the left of a cell, and above that.
    let before = Infinity
    let beforeAbove = Infinity
    row = row.map((above, column) => {
      before = Math.min(beforeAbove + (letter === b[column - 1] ? 0 : 1), above + 1, before + 1)
      beforeAbove = above
      return before
    })
    last = before
  }
  return last
}

/** The known name that an unknown one is nearest to, if it is near. */
function nearest(key: string, known: readonly string[]): string {
  const near = known
    .map((name) => ({ name, far: distance(key.slice(0, 40).toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.far - b.far)[0]
  return near !== undefined && near.far <= 3 ? `; did you mean '${near.name}'?` : ''
}

const PRINTABLE = /^[\x20-\x7e]{1,128}$/
const PLAIN_KEY = /^[^.[\]{}]+$/

/** Whether a name is made of a few letters, digits and underscores, as most are: they are looked at without a regular expression, since definitions may be made anew for each request. */
export function isSimple(name: string): boolean {
  if (name.length === 0 || name.length > 32) return false
  for (let index = 0; index < name.length; index++) {
    const code = name.charCodeAt(index)
    const lower = code | 32
    const isLetter = lower >= 97 && lower <= 122
    if (!isLetter && (code < 48 || code > 57) && code !== 95) return false
  }
  return true
}

/** Where something is defined, and the checks that are made there: each message begins with the place. */
export class Place {
  readonly chain: string
  /** The step's name or, while that is unknown, its number. Absent for options of the chain or of a run. */
  step: string | number | undefined
  /** Whether what is checked was given to a run: it is then the input that is wrong, not the definition. A function redacts what is said of it. */
  readonly run: boolean | ((text: string) => string)

  constructor(chain: string, step?: string | number, run: Place['run'] = false) {
    this.chain = chain
    this.step = step
    this.run = run
  }

  get stepName(): string | undefined {
    // A name that is yet to be refused may hold what steers a terminal.
    return typeof this.step === 'number' ? `#${this.step}` : this.step?.replace(/[^\x20-\x7e]/g, '?')
  }

  /** Fails with the place, what was got and what was expected. */
  refuse(option: string, value: unknown, expected: string): never {
    const { chain, step } = this
    const at = step === undefined ? '' : typeof step === 'number' ? `, step #${step}` : `, step '${this.stepName}'`
    const message = `Chain '${chain}'${at}: ${option} is ${preview(value)}; expected ${expected}`
    const details = { chain, step: this.stepName }
    if (this.run === false) throw new DefinitionError(message, details)
    throw new InputError(typeof this.run === 'function' ? this.run(message) : message, details)
  }

  /**
   * Copies the own options of a caller's object over the defaults. Inherited ones, even of a polluted `Object.prototype`, are not read;
   * names that the defaults do not have are refused.
   */
  options<T extends object>(what: string, options: unknown, defaults: T): T {
    const given = this.object(what, options)
    const result = { ...defaults }
    for (const key in given) {
      if (!Object.hasOwn(given, key)) continue
      if (!Object.hasOwn(defaults, key)) this.unknown(what, key, Object.keys(defaults))
      const value = given[key]
      if (value !== undefined) (result as Record<string, unknown>)[key] = value
    }
    return result
  }

  /** An object of options, whatever they are. */
  object(what: string, options: unknown): Record<string, unknown> {
    if (typeof options === 'object' && options !== null && !Array.isArray(options))
      return options as Record<string, unknown>
    return this.refuse(`the options of ${what}`, options, 'an object')
  }

  /** Refuses an option that there is not. */
  unknown(what: string, key: string, known: readonly string[]): never {
    return this.refuse(`an option of ${what}`, key, `one of ${known.join(', ')}${nearest(key, known)}`)
  }

  /** A number of ms (or a plain number) from `least` up; `Infinity` only where `most` says so. */
  number(option: string, value: unknown, [least, most = Number.MAX_VALUE]: readonly [number, number?]): number {
    if (typeof value === 'number' && value >= least && value <= most) return value
    const from = least === Number.MIN_VALUE ? 'above 0' : `from ${least} up`
    return this.refuse(option, value, `a number ${from}${most === Infinity ? '' : ', and finite'}`)
  }

  /** A function, or what the message says. */
  function(option: string, value: unknown, expected: string = 'a function'): void {
    if (typeof value !== 'function') this.refuse(option, value, expected)
  }

  boolean(option: string, value: unknown): boolean {
    return typeof value === 'boolean' ? value : this.refuse(option, value, 'true or false')
  }

  oneOf(option: string, value: unknown, known: readonly string[]): void {
    if (!known.includes(value as string))
      this.refuse(option, value, `one of ${known.map((name) => `'${name}'`).join(', ')}`)
  }

  /** An object with methods, its own or its class's. */
  methods(option: string, value: unknown, names: readonly string[]): void {
    const given = value as Record<string, unknown> | null
    if (typeof given === 'object' && given !== null && names.every((name) => typeof given[name] === 'function')) return
    this.refuse(option, value, `an object with ${names.join(', ')}`)
  }

  /** A name is part of paths, lines and metrics, so it is short and plain. */
  name(option: string, value: unknown): string {
    if (typeof value === 'string' && (isSimple(value) || (PRINTABLE.test(value) && value.trim() !== ''))) return value
    return this.refuse(option, value, '1 to 128 printable ASCII characters')
  }

  /** A key of the context: it must be possible to refer to it. */
  key(option: string, value: unknown): string {
    if (typeof value !== 'string' || (!isSimple(value) && (!PLAIN_KEY.test(value) || value.trim() === '')))
      return this.refuse(option, value, 'a plain name without dots, brackets or braces')
    return isReserved(value) ? this.refuse(option, value, RESERVED_NAMES) : value
  }
}

/** Tells whether a key could do harm in an object, or make the context a thenable. */
export function isReserved(key: string): boolean {
  return key.startsWith('$') || RESERVED.includes(key)
}
