const WIDTH = 8.4
const HEIGHT = 19
const MARGIN = 14

/** Colours that can be read in light and in dark, by their codes. */
const COLORS: Readonly<Record<string, string>> = { 31: '#ff7b72', 32: '#56d364', 33: '#e3b341', 36: '#56d4dd' }

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}

/** What the codes that are on make of a piece. */
function attributes(codes: ReadonlySet<string>): string {
  const color = Object.keys(COLORS).find((code) => codes.has(code))
  const fill = color === undefined ? '' : ` fill="${COLORS[color]}"`
  return fill + (codes.has('1') ? ' font-weight="bold"' : '') + (codes.has('2') ? ' opacity="0.65"' : '')
}

/** Each piece at its own column, for fonts differ in how wide signs are. All of ours take one. */
function row(line: string, index: number, codes: Set<string>): string {
  let column = 0
  let pieces = ''
  // eslint-disable-next-line no-control-regex -- this is how a terminal is told of colours
  for (const [, given, text = ''] of line.matchAll(/\x1b\[([\d;]*)m|((?:(?!\x1b).)+)/gu)) {
    for (const code of given?.split(';') ?? []) {
      if (code === '' || code === '0') codes.clear()
      else {
        if (code.startsWith('3')) for (const color of Object.keys(COLORS)) codes.delete(color)
        codes.add(code)
      }
    }
    const said = text.trim()
    if (said !== '') {
      const x = (MARGIN + (column + text.indexOf(said)) * WIDTH).toFixed(1)
      const width = (said.length * WIDTH).toFixed(1)
      pieces += `<tspan x="${x}" textLength="${width}" lengthAdjust="spacingAndGlyphs"${attributes(codes)}>${escaped(said)}</tspan>`
    }
    column += text.length
  }
  return `<text y="${MARGIN + HEIGHT * (index + 0.75)}">${pieces}</text>`
}

/** The screen of a terminal, with its codes for colours, as a picture. */
export function toSvg(lines: readonly string[], columns: number): string {
  const width = Math.ceil(columns * WIDTH + 2 * MARGIN)
  // What is on at the end of a line is still on in the next.
  const codes = new Set<string>()
  const height = lines.length * HEIGHT + 2 * MARGIN
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">
<rect width="100%" height="100%" rx="8" fill="#161b22"/>
<g font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="14" fill="#e6edf3">
${lines.map((line, index) => row(line, index, codes)).join('\n')}
</g>
</svg>
`
}
