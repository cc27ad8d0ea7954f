const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

// What no document may have, and what turns text round.
const UNSAFE = /[\p{Cc}\p{Cs}\p{Bidi_Control}\ufffe\uffff]/gu

/** A text for HTML and SVG, in an element or an attribute. */
export function escapeHtml(text: string): string {
  return text
    .replace(UNSAFE, (unsafe) => (unsafe === '\n' ? '\n' : '\ufffd'))
    .replace(/[&<>"']/g, (sign) => ENTITIES[sign] as string)
}

/** A text for a quoted label of Mermaid, in which nothing has a meaning. */
export function escapeLabel(text: string): string {
  return text.replace(UNSAFE, ' ').replace(/[^\p{L}\p{N} .,:()/+-]/gu, (sign) => `#${sign.codePointAt(0)};`)
}
