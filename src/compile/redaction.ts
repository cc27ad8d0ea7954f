import { preview } from '../define/describe.ts'
import { isUsual, memoised, plainName } from '../define/key-names.ts'
import type { PrintLimits } from '../define/options.ts'
import { isPlainObject } from './arguments.ts'
import type { Place } from './check.ts'

/** What is hidden from all that is printed, apart from secrets. */
export interface Redaction {
  /** Whether what stands under a name is hidden. */
  readonly hides: (name: string) => boolean
  /** The paths of what is hidden. */
  readonly paths: readonly (readonly string[])[]
  /** Rewrites a text before it is printed. */
  readonly text: ((text: string) => string) | null
}

/** @see PrintLimits */
export type Limits = { readonly [Name in keyof PrintLimits]-?: number }

/** What is shown where nothing is said. */
export const DEFAULT_LIMITS: Limits = { value: 4_096, line: 16_384, depth: 12 }

/** @throws DefinitionError for a limit that is no whole number, or none that there is */
export function compileLimits(given: unknown, place: Place): Limits {
  const limits = place.options('printLimits', given, DEFAULT_LIMITS)
  for (const [name, limit] of Object.entries(limits)) {
    if (!Number.isInteger(limit) || limit < 1) place.refuse(`printLimits.${name}`, limit, 'a whole number from 1 up')
  }
  // Deeper than that, the stack would not do.
  return { ...limits, depth: Math.min(limits.depth, 200) }
}

/** What is hidden where nothing is said. */
export const USUAL: Redaction = { hides: memoised(isUsual), paths: [], text: null }

const GIVEN = { keys: undefined, paths: undefined, text: undefined }

/** @throws DefinitionError for what is no path, or has `**` anywhere but in front of a last name */
function compileRule(path: unknown, place: Place): readonly string[] {
  const segments = typeof path === 'string' ? path.split('.') : []
  const any = segments.indexOf('**')
  if (
    segments.length === 0 ||
    segments.includes('') ||
    (any >= 0 && (any !== segments.length - 2 || segments[any + 1] === '**'))
  )
    place.refuse('a path in redact', path, "a path such as 'user.*.password' or '**.token'")
  return segments
}

function compileNames(keys: unknown, place: Place): (name: string) => boolean {
  if (keys === false) return () => false
  const rules = Array.isArray(keys)
    ? keys
    : place.refuse('redact.keys', keys, 'an array of names and regular expressions, or false')
  const names = new Set<string>()
  const patterns: RegExp[] = []
  for (const rule of rules as unknown[]) {
    // One with a state would answer differently each time.
    if (rule instanceof RegExp) patterns.push(new RegExp(rule.source, rule.flags.replace(/[gy]/g, '')))
    else if (typeof rule === 'string' && plainName(rule) !== '') names.add(plainName(rule))
    else place.refuse('a name in redact.keys', rule, 'a name, or a regular expression')
  }
  return (name) => isUsual(name) || names.has(plainName(name)) || patterns.some((pattern) => pattern.test(name))
}

/**
 * Compiles the option `redact`.
 * @throws DefinitionError where it is neither a function nor rules that can be read
 */
export function compileRedaction(given: unknown, place: Place): Redaction {
  if (typeof given === 'function') return { ...USUAL, text: given as (text: string) => string }
  if (!isPlainObject(given)) place.refuse('redact', given, 'a function, or an object with keys, paths and text')
  const { keys, paths = [], text } = place.options<Record<string, unknown>>('redact', given, GIVEN)
  if (text !== undefined) place.function('redact.text', text)
  const list = Array.isArray(paths) ? (paths as unknown[]) : place.refuse('redact.paths', paths, 'an array of paths')
  return {
    hides: keys === undefined ? USUAL.hides : memoised(compileNames(keys, place)),
    paths: list.map((path) => compileRule(path, place)),
    text: (text as Redaction['text'] | undefined) ?? null,
  }
}

/** @throws TypeError for what a function gave that had to give a text */
export function requireText(given: unknown): string {
  if (typeof given === 'string') return given
  // Nobody waits for it; that it fails too must not end the process.
  if (given instanceof Promise) given.catch(() => {})
  throw new TypeError(`redact gave ${preview(given)}; expected a string`)
}

/** All that one of two hides; the texts are rewritten by the inner one first. */
export function joinRedactions(inner: Redaction, outer: Redaction | null): Redaction {
  if (outer === null) return inner
  const [first, second] = [inner.text, outer.text]
  return {
    hides: inner.hides === outer.hides ? inner.hides : (name) => inner.hides(name) || outer.hides(name),
    paths: [...inner.paths, ...outer.paths],
    text: first === null || second === null ? (first ?? second) : (text) => second(requireText(first(text))),
  }
}

function fits(segment: string | undefined, name: string | undefined): boolean {
  return segment === '*' || segment === name
}

/** Whether a path is that of a rule. */
function isAt(rule: readonly string[], path: readonly string[]): boolean {
  const last = rule.length - 1
  const deep = rule[last - 1] === '**'
  if (deep ? path.length < last : path.length !== rule.length) return false
  return (
    rule.slice(0, deep ? last - 1 : last).every((segment, index) => fits(segment, path[index])) &&
    fits(rule[last], path.at(-1))
  )
}

/** Whether what is at a path is hidden, by the name at its end or by the path. */
export function hidesPath({ hides, paths }: Redaction, path: readonly string[]): boolean {
  return hides(path.at(-1) ?? '') || paths.some((rule) => isAt(rule, path))
}
