/** A spelling of a text, and how many characters around it are made of its bits too. */
type Spelled = readonly [text: string, before: number, after: number]

function base64(binary: string): readonly Spelled[] {
  return [0, 2, 3].flatMap((first, offset): readonly Spelled[] => {
    const whole = offset + binary.length
    const text = btoa('\0'.repeat(offset) + binary).slice(first, Math.floor((whole * 4) / 3))
    const url = text.replaceAll('+', '-').replaceAll('/', '_')
    const around = [offset === 0 ? 0 : 1, whole % 3 === 0 ? 0 : 1] as const
    return [
      [text, ...around],
      [url, ...around],
    ]
  })
}

/** Bytes, as base64 at each of three offsets in either alphabet, and as hex. */
function encoded(bytes: Uint8Array): readonly Spelled[] {
  let [binary, hex] = ['', '']
  for (const byte of bytes) {
    binary += String.fromCharCode(byte)
    hex += byte.toString(16).padStart(2, '0')
  }
  return [...base64(binary), [hex, 0, 0], [hex.toUpperCase(), 0, 0]]
}

/** The ways in which a text, or bytes, may be written apart from escapes, which are undone before it is looked for. */
export function spellingsOf(given: string | Uint8Array): readonly Spelled[] {
  if (typeof given !== 'string') return encoded(given)
  const plain = [...new Set([given, given.replaceAll(' ', '+')])]
  // What is encoded may be JSON, or of a form.
  const inner = new Set([...plain, JSON.stringify(given).slice(1, -1)])
  const encoder = new TextEncoder()
  return [...plain.map((text): Spelled => [text, 0, 0]), ...[...inner].flatMap((text) => encoded(encoder.encode(text)))]
}

const ESCAPE =
  /%(?:[0-7][\da-f]|[cd][\da-f]%[89ab][\da-f]|e[\da-f](?:%[89ab][\da-f]){2}|f[0-7](?:%[89ab][\da-f]){3})|\\(?:u[\da-f]{4}|x[\da-f]{2}|[^])/gi
const LETTERS: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }

function meaning(escape: string): string {
  if (escape.startsWith('%')) {
    try {
      return decodeURIComponent(escape)
    } catch {
      return escape
    }
  }
  const letter = escape.slice(1)
  return escape.length > 2 ? String.fromCharCode(Number.parseInt(escape.slice(2), 16)) : (LETTERS[letter] ?? letter)
}

/**
 * Undoes one level of the escapes of JSON and of URLs.
 *
 * @param all whether the escapes that are common matter too: a backslash before a quote, say
 * @param back from a place in the text to the same place in what that was decoded from
 * @returns the text without escapes, and the way back from that; `null` where there are none
 */
export function unescaped(
  text: string,
  back: (at: number) => number,
  all: boolean,
): { readonly text: string; readonly back: (at: number) => number } | null {
  if (!(all ? /[%\\]/ : /%[\da-f]{2}|\\[ux/]/i).test(text)) return null
  // Behind each escape: where that is in the new text, and in the old one.
  const now = [0]
  const was = [0]
  let saved = 0
  const decoded = text.replace(ESCAPE, (escape, at: number) => {
    const means = meaning(escape)
    if (means === escape) return escape
    now.push(at - saved + means.length)
    was.push(at + escape.length)
    saved += escape.length - means.length
    return means
  })
  if (saved === 0) return null
  const from = (at: number): number => {
    let [low, high] = [0, now.length]
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if ((now[middle] as number) <= at) low = middle
      else high = middle
    }
    return back((was[low] as number) + at - (now[low] as number))
  }
  return { text: decoded, back: from }
}
