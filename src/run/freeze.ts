import { isPlainObject } from '../compile/arguments.ts'

function isData(value: unknown): value is object {
  return Array.isArray(value) || isPlainObject(value)
}

/** Freezes plain objects and arrays, and those in them; what is frozen already has been gone through. Reads no getter. */
export function freeze(value: unknown): void {
  const waiting: unknown[] = [value]
  for (let at = waiting.pop(); at !== undefined || waiting.length > 0; at = waiting.pop()) {
    if (!isData(at) || Object.isFrozen(at)) continue
    try {
      Object.freeze(at)
      for (const { value: inner } of Object.values(Object.getOwnPropertyDescriptors(at))) waiting.push(inner)
    } catch {
      // A proxy may refuse; it is left as it is.
    }
  }
}

/** Copies plain objects and arrays, and those in them, so that freezing the copy does nothing to whoever has the original. */
export function copyData<T>(value: T): T {
  const copies = new Map<object, object>()
  const copy = (from: unknown): unknown => {
    if (!isData(from)) return from
    const known = copies.get(from)
    if (known !== undefined) return known
    const to = Array.isArray(from) ? [] : (Object.create(Object.getPrototypeOf(from) as object | null) as object)
    copies.set(from, to)
    waiting.push([from, to])
    return to
  }
  const waiting: [object, object][] = []
  const result = copy(value)
  for (let pair = waiting.pop(); pair !== undefined; pair = waiting.pop()) {
    const [from, to] = pair
    for (const [key, property] of Object.entries(Object.getOwnPropertyDescriptors(from)))
      Object.defineProperty(to, key, 'value' in property ? { ...property, value: copy(property.value) } : property)
  }
  return result as T
}
