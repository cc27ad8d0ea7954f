// What could steer a terminal or forge a line.
const UNSAFE = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Cs}]/gu
const NO_WIDTH = /\p{M}|\u200b|\u200c|\u200d|\ufeff/u
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u

/** A text in one line that steers nothing. */
export function plain(text: string): string {
  return text.replace(UNSAFE, (unsafe) => {
    const code = unsafe.charCodeAt(0)
    return code === 10 || code === 9 ? ' ' : `\\u${code.toString(16).padStart(4, '0')}`
  })
}

function widthOfOne(letter: string): number {
  if (NO_WIDTH.test(letter)) return 0
  return WIDE.test(letter) ? 2 : 1
}

/** How many columns a text takes. */
export function widthOf(text: string): number {
  let width = 0
  for (const letter of text) width += widthOfOne(letter)
  return width
}

/** As much of a text as fits, with `…` where it is cut. */
export function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text
  let kept = ''
  let used = 1
  for (const letter of text) {
    used += widthOfOne(letter)
    if (used > width) break
    kept += letter
  }
  return `${kept}…`
}
