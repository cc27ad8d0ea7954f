const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

function padded(part: number): string {
  return String(part).padStart(2, '0')
}

/** A duration, in the unit that suits it. */
export function duration(ms: number): string {
  if (ms < 9.95) return `${Math.max(0, Math.round(ms * 10) / 10)} ms`
  if (ms < SECOND - 0.5) return `${Math.round(ms)} ms`
  if (ms < MINUTE - 50) return `${(ms / SECOND).toFixed(1)} s`
  const seconds = Math.round(ms / SECOND)
  if (ms < HOUR - 500) return `${Math.floor(seconds / 60)} min ${padded(seconds % 60)} s`
  const minutes = Math.round(ms / MINUTE)
  return `${Math.floor(minutes / 60)} h ${padded(minutes % 60)} min`
}

/** A duration that goes on while one looks at it. */
export function elapsed(ms: number): string {
  return ms < MINUTE ? `${(Math.max(0, ms) / SECOND).toFixed(1)} s` : duration(ms)
}

/** The time that is left, in whole seconds: it is a guess. */
export function remaining(ms: number): string {
  const seconds = Math.ceil(ms / SECOND)
  return seconds < 60 ? `${seconds} s` : duration(seconds * SECOND)
}

/** A number of things, with its thousands apart. */
export function count(value: number): string {
  const whole = Math.abs(value) >= 100 ? Math.round(value) : Math.round(value * 10) / 10
  const [digits = '', ...rest] = String(whole).split('.')
  // From the end, three at a time.
  const groups = Array.from({ length: Math.ceil(digits.length / 3) }, (_, index) =>
    digits.slice(-3 * (index + 1), digits.length - 3 * index),
  )
  return [groups.reverse().join(','), ...rest].join('.')
}

/** How many a second, or a minute if it is less than one. */
export function rate(perSecond: number): string {
  return perSecond >= 1 ? `${count(perSecond)}/s` : `${count(perSecond * 60)}/min`
}

/** Which attempt it is, and of how many, where there is more than one. */
export function attempt(number: number, of: number): string {
  return of === Infinity ? `attempt ${number}` : `attempt ${number} of ${of}`
}

/** What was thrown, without its message: nothing redacts that before the step has failed for good. */
export function kindOf(thrown: unknown): string {
  try {
    if (typeof thrown !== 'object' || thrown === null) return typeof thrown
    const { name, code } = thrown as { name?: unknown; code?: unknown }
    const words = [name, code].filter((word): word is string => typeof word === 'string' && /^\w{1,40}$/.test(word))
    return words.join(' ') || 'object'
  } catch {
    return 'object'
  }
}

/** The message of an error of ours, which is redacted. */
export function messageOf(error: unknown): string {
  try {
    const { message } = error as { message?: unknown }
    return typeof message === 'string' ? message : ''
  } catch {
    return ''
  }
}
