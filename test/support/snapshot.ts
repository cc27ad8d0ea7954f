const ids = new WeakMap<object, number>()
let count = 0

function identity(value: object): string {
  const id = ids.get(value) ?? ++count
  ids.set(value, id)
  return `#${id}`
}

/** How many properties of one object are looked at: beyond that it is known by its identity alone. */
const MOST = 1_000

function property({ value, get, set, ...flags }: PropertyDescriptor, depth: number): unknown {
  return get === undefined && set === undefined
    ? [snapshot(value, depth), flags]
    : [snapshot(get, 0), snapshot(set, 0), flags]
}

/**
 * What a value holds, as plain data that can be compared with what it holds later: own properties, those of plain objects
 * and arrays in depth, everything else by its identity. No getter is called.
 */
export function snapshot(value: unknown, depth: number = 5): unknown {
  if (typeof value === 'function') return identity(value)
  if (typeof value !== 'object' || value === null)
    return `${typeof value} ${Object.is(value, -0) ? '-0' : String(value)}`
  const id = identity(value)
  try {
    const keys = Reflect.ownKeys(value)
    if (depth === 0 || keys.length > MOST) return id
    const prototype: unknown = Object.getPrototypeOf(value)
    const isPlain = prototype === Object.prototype || prototype === null || Array.isArray(value)
    const own = keys.map((key) => {
      const descriptor = Object.getOwnPropertyDescriptor(value, key) ?? {}
      return [String(key), property(descriptor, isPlain ? depth - 1 : 0)]
    })
    return [id, Object.isExtensible(value), own]
  } catch {
    return 'unreadable'
  }
}
