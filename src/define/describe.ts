const LONGEST = 1_000

function cut(text: string, longest: number): string {
  return text.length > longest ? `${text.slice(0, longest)}…` : text
}

/** Tells whether a value is an Error, of this realm or another. */
export function isError(value: unknown): value is Error {
  return value instanceof Error || Object.prototype.toString.call(value) === '[object Error]'
}

/** A value as a message shows it: short, and never throwing whatever the value is. */
export function preview(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(cut(value, 80))
    case 'function':
      return 'a function'
    case 'object':
      if (value === null) return 'null'
      try {
        return Array.isArray(value) ? `an array of ${value.length}` : Object.prototype.toString.call(value)
      } catch {
        return '[unreadable]'
      }
    case 'bigint':
      return `${cut(String(value), 80)}n`
    default:
      return String(value)
  }
}

/** What was thrown, as a message shows it: an Error's own message, else what it is instead. */
export function describeThrown(thrown: unknown): string {
  try {
    if (!isError(thrown)) return `threw ${preview(thrown)} (not an Error)`
    const { message } = thrown
    return typeof message === 'string' && message !== '' ? cut(message, LONGEST) : cut(thrown.name, LONGEST)
  } catch {
    return '[unreadable]'
  }
}
