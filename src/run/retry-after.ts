/** A header of a fetch `Headers`, or of a plain object with lower-case names. */
function header(holder: unknown): unknown {
  const { headers } = (holder ?? {}) as { headers?: { get?: unknown } & Record<string, unknown> }
  const value: unknown =
    typeof headers?.get === 'function' ? headers.get.call(headers, 'retry-after') : headers?.['retry-after']
  // A header counts seconds, also where somebody made its text a number.
  return typeof value === 'number' ? String(value) : value
}

function read(error: unknown): unknown {
  if (typeof error !== 'object' || error === null) return undefined
  try {
    return (
      (error as { retryAfter?: unknown }).retryAfter ??
      header(error) ??
      header((error as { response?: unknown }).response)
    )
  } catch {
    return undefined
  }
}

/**
 * The wait that an error asks for, in ms: its `retryAfter` (a number of ms, a date, or a header's text), or the `Retry-After` header of
 * the error or of its `response`. A header's text is a number of seconds or a date. Anything else is no wish.
 *
 * @see RFC 9110, section 10.2.3
 */
export function retryAfter(error: unknown, wall: () => number): number | undefined {
  const wish = read(error)
  if (typeof wish === 'number') return wish >= 0 && wish < Infinity ? wish : undefined
  if (wish instanceof Date) return until(wish.getTime(), wall)
  if (typeof wish !== 'string') return undefined
  if (/^\s*\d{1,10}\s*$/.test(wish)) return Number(wish) * 1_000
  // A date has letters; `Date.parse` would take "-5" for a year.
  return /^\s*[A-Za-z]{3}/.test(wish) && wish.length < 64 ? until(Date.parse(wish), wall) : undefined
}

function until(date: number, wall: () => number): number | undefined {
  return Number.isNaN(date) ? undefined : Math.max(0, date - wall())
}
