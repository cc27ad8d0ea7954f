import { spellingsOf, unescaped } from './spellings.ts'

/** The fewest characters that a text is looked for by; it is what a hash is made of, too. */
const WINDOW = 8
/** How often escapes may be inside of escapes: JSON in a string of JSON, in a URL. */
const LEVELS = 6
/** How much of a value is looked through. */
const MOST = 10_000

/** One spelling of something that is not to be seen. */
interface Spelling {
  readonly mark: string
  /** The characters on either side that hold a part of it too: base64 has some bits of its neighbours in the same character. */
  readonly before: number
  readonly after: number
  uses: number
}

interface Span {
  readonly start: number
  readonly end: number
  readonly mark: string
}

/** From a place in a text to the same place in what that was decoded from. */
type Back = (at: number) => number

const spellings = new Map<string, Spelling>()
/** The lengths of those with the same beginning, longest first. */
const lengths = new Map<number, number[]>()
/** Those that are shorter than a window. */
const short = new Set<string>()
/** The longest there is. */
let longest = 0
let removed = 0
let changes = 0
/** Whether one of them has a character that is written as an escape where others are not. */
let escaped = false
/** A bit for each hash of a beginning, so that most places of a text are passed over by looking at one. */
let bits = new Uint32Array(1)
let shift = 31

/** The hash of the last `WINDOW` characters: what is older is shifted out. Case is ignored, as is much else. */
function hashed(hash: number, code: number): number {
  return ((hash << 4) + (code | 32)) | 0
}

/** The method that `console.log` asks how an object is shown. */
export const INSPECT: unique symbol = Symbol.for('nodejs.util.inspect.custom') as never

const MIX = 0x9e3779b1
const NONE: readonly number[] = []
/** The hash of the last candidate. */
let candidate = 0

function bitOf(hash: number): number {
  return Math.imul(hash, MIX) >>> shift
}

function index(text: string): void {
  longest = Math.max(longest, text.length)
  escaped ||= /["\\\p{Cc}]/u.test(text)
  if (text.length < WINDOW) return void short.add(text)
  let hash = 0
  for (let at = 0; at < WINDOW; at++) hash = hashed(hash, text.charCodeAt(at))
  const known = lengths.get(hash) ?? []
  if (known.length === 0) lengths.set(hash, known)
  if (!known.includes(text.length)) known.push(text.length)
  known.sort((a, b) => b - a)
  const bit = bitOf(hash)
  bits[bit >>> 5] = (bits[bit >>> 5] as number) | (1 << bit)
}

/** Makes everything anew, with room to grow. */
function rebuild(): void {
  shift = Math.max(8, Math.min(20, 26 - Math.ceil(Math.log2(spellings.size + 1))))
  bits = new Uint32Array(2 ** (27 - shift))
  lengths.clear()
  short.clear()
  longest = removed = 0
  for (const text of spellings.keys()) index(text)
}

function remove(text: string): void {
  const spelling = spellings.get(text)
  if (spelling === undefined || --spelling.uses > 0) return
  spellings.delete(text)
  if (++removed > spellings.size) rebuild()
}

// Made when first needed: an import alone does nothing. Where there is none, everything is known for ever.
let owners: FinalizationRegistry<readonly string[]> | undefined

function forget(texts: readonly string[]): void {
  for (const text of texts) remove(text)
}

/** Calls back for each text in a value: a string, bytes, a number, and all of that inside of plain objects and arrays. Gives the objects too. */
function* textsIn(value: unknown, depth: number = 0): Generator<string | Uint8Array | object> {
  if (typeof value === 'string' || value instanceof Uint8Array) yield value
  else if (typeof value === 'number' || typeof value === 'bigint') yield String(value)
  else if (typeof value === 'object' && value !== null && depth < 12) {
    yield value
    for (const inner of Object.values(value)) yield* textsIn(inner, depth + 1)
  }
}

/** The objects that are shown as a mark, with all that is in them. */
let hidden: WeakMap<object, string> | null = null

/** Has an object shown as a mark. */
export function show(value: object, mark: string): void {
  ;(hidden ??= new WeakMap()).set(value, mark)
}

/** What an object is shown as, if it is not to be seen. */
export function markOf(value: object): string | undefined {
  return hidden?.get(value)
}

/**
 * Has all texts in a value replaced by a mark wherever we print, as long as an object is alive.
 *
 * @param least how long a text must be
 * @param objects whether the objects in the value are shown as the mark, too
 * @returns how many texts those are
 */
export function hide(
  value: unknown,
  owner: object,
  { mark, least, objects }: { readonly mark: string; readonly least: number; readonly objects: boolean },
): number {
  const texts: string[] = []
  let [count, seen] = [0, 0]
  for (const inner of textsIn(value)) {
    if (++seen > MOST) break
    if (typeof inner === 'object' && !(inner instanceof Uint8Array)) {
      if (objects) show(inner, mark)
    } else if (inner.length >= least && inner.length > 0) {
      count++
      for (const [text, before, after] of spellingsOf(inner)) {
        if (text.length < WINDOW && text !== inner) continue
        texts.push(text)
        const spelling = spellings.get(text)
        if (spelling !== undefined) spelling.uses++
        else {
          spellings.set(text, { mark, before, after, uses: 1 })
          // A sixty-fourth of the bits is set, at most.
          if (spellings.size > 2 ** (26 - shift)) rebuild()
          else index(text)
        }
      }
    }
  }
  changes++
  if (texts.length > 0 && typeof FinalizationRegistry === 'function')
    (owners ??= new FinalizationRegistry(forget)).register(owner, texts)
  return count
}

/** Notes one spelling, if it is one. */
function note(
  text: string,
  start: number,
  { length, back, spans }: { length: number; back: Back; spans: Span[] },
): boolean {
  const spelling = spellings.get(text.slice(start, start + length))
  if (spelling === undefined) return false
  const { mark, before, after } = spelling
  const from = Math.max(0, start - before)
  spans.push({ start: back(from), end: back(Math.min(text.length, start + length + after)), mark })
  return true
}

/** The next place behind which there may be a spelling: most are passed over by looking at one bit. */
function nextCandidate(text: string, from: number): number {
  const table = bits
  const by = shift
  let hash = 0
  for (let at = Math.max(0, from - WINDOW + 1); at < text.length; at++) {
    hash = hashed(hash, text.charCodeAt(at))
    const bit = Math.imul(hash, MIX) >>> by
    if (((table[bit >>> 5] as number) & (1 << bit)) !== 0 && at >= from) {
      candidate = hash
      return at
    }
  }
  return -1
}

function find(text: string, back: Back, spans: Span[]): void {
  for (let at = nextCandidate(text, WINDOW - 1); at >= 0; at = nextCandidate(text, at + 1)) {
    for (const length of lengths.get(candidate) ?? NONE) if (note(text, at - WINDOW + 1, { length, back, spans })) break
  }
  for (const word of short) {
    const { length } = word
    for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) note(text, at, { length, back, spans })
  }
}

/** All that is to be replaced in a text, however that is escaped. */
function spansIn(text: string): Span[] {
  const spans: Span[] = []
  let level: { readonly text: string; readonly back: Back } | null = { text, back: (at) => at }
  for (let depth = 0; level !== null && depth < LEVELS; depth++) {
    find(level.text, level.back, spans)
    level = unescaped(level.text, level.back, escaped)
  }
  return spans.sort((a, b) => a.start - b.start || b.end - a.end)
}

/** What a character adds to a hash; 0 for what JSON or a URL escapes, and what stands between a name and its value. */
const ADDS = new Uint8Array(128).map((_, code) =>
  code < 0x20 || code === 0x7f || '"\\%:='.includes(String.fromCharCode(code)) ? 0 : code | 32,
)

/** Whether a text is plain ASCII in which nothing has to be hidden, escaped or looked at: most short ones are. */
export function isPlain(text: string): boolean {
  const table = bits
  const by = shift
  let hash = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code > 0x7f) return false
    const adds = ADDS[code] as number
    if (adds === 0) return false
    hash = ((hash << 4) + adds) | 0
    const bit = Math.imul(hash, MIX) >>> by
    if (((table[bit >>> 5] as number) & (1 << bit)) !== 0 && at >= WINDOW - 1) return false
  }
  return short.size === 0
}

/** What a text is shown as, if all of it is not to be seen. */
export function markOfText(text: string): string | undefined {
  return spellings.get(text)?.mark
}

/** Changes with what is to be hidden: what was found before may not hold any more. */
export function generation(): number {
  return changes
}

/** Whether there is nothing to hide. */
export function isClear(): boolean {
  return spellings.size === 0
}

/**
 * A text in which nothing that is to be hidden can be seen. Where there is nothing to hide, it costs nothing.
 *
 * @param end where the text is cut: what begins before that is replaced as a whole
 */
export function scrub(text: string, end: number = text.length): string {
  if (spellings.size === 0) return text.slice(0, end)
  const seen = text.slice(0, end + longest * 6)
  let result = ''
  let at = 0
  for (const { start, end: to, mark } of spansIn(seen)) {
    if (start >= end) break
    if (start >= at) result += seen.slice(at, start) + mark
    at = Math.max(at, to)
  }
  return result + seen.slice(at, Math.max(at, end))
}

/** The beginning of a text, where nothing that is to be hidden is cut in two. */
export function cut(text: string, end: number): string {
  return text.length > end ? scrub(text, end) : text
}
