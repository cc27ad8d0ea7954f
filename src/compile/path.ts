/** What a path that leads nowhere gives: unlike `undefined`, which may be stored. */
export const MISSING: unique symbol = Symbol('missing')

function prototypeOf(value: object): object | null {
  return Object.getPrototypeOf(value) as object | null
}

/** Tells whether a prototype is the root of all objects or functions, in this realm or another: nothing is read from those. */
export function isRoot(prototype: object): boolean {
  return (
    typeof prototype === 'function' || (prototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf'))
  )
}

/** Whether a value has a property of its own, or one of its class, that a ref may read. */
function has(target: object, key: string): boolean {
  if (Object.hasOwn(target, key)) return true
  for (let at = prototypeOf(target); at !== null && !isRoot(at); at = prototypeOf(at)) {
    if (Object.hasOwn(at, key)) return true
  }
  return false
}

/**
 * Reads a path from a value: own properties and those of its class, accessors too, never what every object or function has. Calls no function.
 * @throws what an accessor throws
 */
export function read(value: unknown, path: readonly string[]): unknown {
  let current = value
  for (const key of path) {
    // Of `null` and `undefined` this makes an object that has nothing.
    const target = Object(current) as object
    if (!has(target, key)) return MISSING
    current = Reflect.get(target, key, current)
  }
  return current
}

/** Reads one key of the context itself, which is a plain object. */
export function readKey(context: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(context, key) ? context[key] : MISSING
}

const MACHINERY = /^(?:__.+__|constructor|prototype|)$/

/** Tells whether a segment of a path may be followed: not where it is empty, or leads into the machinery of classes. */
export function isAllowedSegment(segment: string): boolean {
  return !MACHINERY.test(segment)
}
