// What could steer a terminal, forge a line or hide text: controls, line separators, bidi marks, lone surrogates.
const UNSAFE = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Cs}]/gu
const NO_WIDTH = /^[\p{M}\p{Cf}]$/u
const WIDE =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{17000}-\u{18cff}\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}\p{Emoji_Presentation}]$/u

/** Text in which nothing can steer a terminal. */
function safe(text: string): string {
  return text.replace(UNSAFE, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

function widthOfSign(sign: string): number {
  if (sign < '\u0300') return 1
  if (NO_WIDTH.test(sign)) return 0
  return WIDE.test(sign) ? 2 : 1
}

/** How many columns of a terminal a text takes, or more: never less. */
export function widthOf(text: string): number {
  let width = 0
  for (const sign of text) width += widthOfSign(sign)
  return width
}

/** How a piece of a line looks: its code in ANSI, or nothing special. */
export type Style = '' | '1' | '2' | '31' | '32' | '33' | '36'

/** A piece of a line, safe to print. */
export interface Span {
  readonly text: string
  readonly style: Style
}

export function span(text: string, style: Style = ''): Span {
  return { text: safe(text), style }
}

/** Spans with one space between those that say anything. */
export function spaced(spans: readonly Span[]): Span[] {
  const said = spans.filter(({ text }) => text !== '')
  return said.flatMap((each, index) => (index === 0 ? [each] : [{ text: ' ', style: '' }, each]))
}

/** What a line is fitted into. */
export interface Fit {
  readonly width: number
  readonly color: boolean
  readonly unicode: boolean
}

function cut(text: string, width: number): string {
  let kept = ''
  let used = 0
  for (const sign of text) {
    used += widthOfSign(sign)
    if (used > width) break
    kept += sign
  }
  return kept
}

/** A text in lines that are no wider than they may be. */
export function folded(text: string, width: number): string[] {
  const lines: string[] = []
  let rest = text
  while (rest !== '') {
    const kept = cut(rest, Math.max(2, width))
    // It may end with a word, and else ends with the one before.
    const space = kept === rest || rest.charAt(kept.length) === ' ' ? -1 : kept.lastIndexOf(' ')
    const line = space > 0 ? kept.slice(0, space) : kept
    lines.push(line)
    rest = rest.slice(line.length).trimStart()
  }
  return lines
}

function paint({ text, style }: Span, color: boolean): string {
  return color && style !== '' && text !== '' ? `\u001b[${style}m${text}\u001b[0m` : text
}

/** A line that is no wider than it may be: what does not fit is cut off, and a sign says so. */
export function fit(spans: readonly Span[], { width, color, unicode }: Fit): string {
  const total = spans.reduce((sum, { text }) => sum + widthOf(text), 0)
  const sign = unicode ? '…' : '~'
  let left = total > width ? width - 1 : width
  let line = ''
  for (const { text, style } of spans) {
    const kept = cut(text, left)
    line += paint({ text: kept, style }, color)
    left -= widthOf(kept)
    if (kept !== text) break
  }
  return total > width && width > 0 ? line + sign : line
}
