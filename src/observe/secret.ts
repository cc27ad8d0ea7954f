import { Place } from '../compile/check.ts'
import { hide, INSPECT, show } from '../scrub.ts'

declare const type: unique symbol

/** A value that shows itself to nobody but who asks for it. */
export interface Secret<T> {
  readonly [type]: 'secret'
  /** What is shown in its place, as `[secret:label]`. */
  readonly label: string
  /** Gives the value. */
  reveal(): T
}

/** The options of `secret`. */
export interface SecretOptions {
  /** What is shown in its place, as `[secret:label]`: at most 128 printable ASCII characters. */
  readonly label: string
  /**
   * Whether the value may be shorter than eight characters: it is replaced wherever it is part of something, and not looked for in base64.
   * @default false
   */
  readonly unsafeShort?: boolean | undefined
}

// Not in private fields, which some consoles show.
const values = new WeakMap<object, { readonly value: unknown; readonly label: string }>()

class SecretValue {
  get label(): string {
    return values.get(this)?.label ?? ''
  }

  reveal(): unknown {
    return values.get(this)?.value
  }

  toString(): string {
    return `[secret:${this.label}]`
  }

  toJSON(): string {
    return this.toString()
  }
}
Object.defineProperty(
  SecretValue.prototype,
  INSPECT,
  Object.getOwnPropertyDescriptor(SecretValue.prototype, 'toString') as object,
)

/** The fewest characters that are looked for where nothing else is said. */
const LEAST = 8

/**
 * Hides a value. It prints as `[secret:label]`, and as long as it is kept, every text that a run or an error prints is cleared of what it holds: of a string, of bytes, of
 * each string in plain objects and arrays, however they are encoded (`docs/secrets.md` has the list).
 *
 * @throws DefinitionError where there is nothing in it of at least eight characters, unless `unsafeShort` allows that
 *
 * @example
 * ```ts
 * import { chain, secret } from 'stepchain'
 *
 * const key = secret('sk_live_0a1b2c3d', { label: 'payments' })
 * chain('orders').put('key', key).next(({ key }) => `Bearer ${key.reveal()}`, { out: 'header', log: '{key} {header}' })
 * ```
 */
export function secret<T>(value: T, options: SecretOptions): Secret<T> {
  const place = new Place('secret')
  const { label, unsafeShort } = place.options('secret', options, { label: undefined, unsafeShort: undefined })
  const known = { value, label: place.name('label', label) }
  const short = unsafeShort !== undefined && place.boolean('unsafeShort', unsafeShort)
  const made = new SecretValue()
  values.set(made, known)
  const mark = String(made)
  const count = hide(value, made, { mark, least: short ? 1 : LEAST, objects: false })
  // What was given is not told.
  if (count === 0 && !short)
    place.refuse('the value', undefined, `a text of at least ${LEAST} characters, or unsafeShort`)
  show(made, mark)
  return Object.freeze(made) as unknown as Secret<T>
}
