/** What OpenTelemetry says where nothing better is known. */
const OTHER = '_OTHER'
const CODE = /^[A-Z][A-Z0-9_]{0,63}$/
const NAME = /^[A-Za-z_$][\w$]{0,63}$/

interface Described {
  readonly code?: unknown
  readonly name?: unknown
  readonly cause?: unknown
  readonly message?: unknown
}

/** Reads an error, which may be anything and throw when it is looked at. */
function read<T>(error: unknown, look: (error: Described) => T): T | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  try {
    return look(error)
  } catch {
    return undefined
  }
}

function matching(value: unknown, pattern: RegExp): string | undefined {
  return typeof value === 'string' && pattern.test(value) ? value : undefined
}

/** The code of an error: a constant such as `ECONNRESET`, and nothing that could be a text. */
export function codeOf(error: unknown): string | undefined {
  return read(error, ({ code }) => matching(code, CODE))
}

function ownType(error: unknown): string {
  if (typeof error !== 'object' || error === null) return typeof error
  return codeOf(error) ?? read(error, ({ name }) => matching(name, NAME)) ?? OTHER
}

/** What kind of error it is, for `error.type`: its code, or the name of its class; of a step that failed, that of what it threw. Never its message. */
export function errorType(error: unknown): string {
  const code = codeOf(error)
  if (code !== 'SC_STEP') return ownType(error)
  const cause = read(error, (failed) => ('cause' in failed ? { thrown: failed.cause } : undefined))
  return cause === undefined ? code : ownType(cause.thrown)
}

/** The message of one of our errors, which was redacted when it was made; of no other. */
export function messageOf(error: unknown): string | undefined {
  if (codeOf(error)?.startsWith('SC_') !== true) return undefined
  return read(error, ({ message }) => (typeof message === 'string' ? message : undefined))
}
