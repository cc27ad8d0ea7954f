/** The `then` of this realm's promises. */
export const nativeThen: unknown = Reflect.get(Promise.prototype, 'then')

export type Then = (this: unknown, fulfilled: (value: unknown) => void, rejected: (error: unknown) => void) => unknown

/**
 * The `then` of a thenable, `null` for anything else. It is read once: reading it again may give something else.
 * @throws what the reading throws
 */
export function thenOf(value: unknown): Then | null {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return null
  const { then } = value as { then?: unknown }
  return typeof then === 'function' ? (then as Then) : null
}

/** Whether a thenable is a promise of this realm, which settles once, later. */
export function isNative(then: Then): boolean {
  return then === nativeThen
}

/** A thenable as a promise. A foreign one is followed through one of our own, which settles once, later, and takes what its `then` throws. */
export function promiseOf(value: unknown, then: Then): Promise<unknown> {
  return isNative(then)
    ? (value as Promise<unknown>)
    : new Promise((resolve, reject) => then.call(value, resolve, reject))
}

export function noop(): void {}
