import type { ProgressStream } from 'stepchain/progress'

/** A terminal that is as simple as can be, and knows what is on its screen. What it does not know it refuses. */
export class FakeTerminal implements ProgressStream {
  isTTY = true
  columns: number
  rows: number
  writableNeedDrain = false
  /** Whether it takes nothing, and throws. */
  broken = false
  /** Whether the cursor can be seen. */
  cursor = true
  /** Whether lines that are too long are broken. */
  wraps = true
  /** All that was written, one entry a call. */
  readonly written: string[] = []
  readonly listeners: Set<() => void> = new Set()
  #lines: string[] = ['']
  #row = 0
  #column = 0

  constructor(columns = 80, rows = 24) {
    this.columns = columns
    this.rows = rows
  }

  on(_event: 'resize', listener: () => void): void {
    this.listeners.add(listener)
  }

  off(_event: 'resize', listener: () => void): void {
    this.listeners.delete(listener)
  }

  /** Changes the width, as a terminal does that breaks lines anew. */
  resize(columns: number): void {
    const row = this.#lines
      .slice(0, this.#row)
      .reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / columns)), 0)
    this.#lines = this.#lines.flatMap((line) => line.match(new RegExp(`.{1,${columns}}`, 'gu')) ?? [''])
    this.#row = row
    this.columns = columns
    for (const listener of this.listeners) listener()
  }

  hasColors(): boolean {
    return true
  }

  write(chunk: string | Uint8Array): boolean {
    if (this.broken) throw new Error('gone')
    const text = typeof chunk === 'string' ? chunk : new TextDecoder().decode(chunk)
    this.written.push(text)
    // eslint-disable-next-line no-control-regex -- a terminal is controlled by them
    for (const [piece] of text.matchAll(/\x1b\[[?\d;]*[A-Za-z]|[^]/gu)) {
      if (piece.startsWith('\x1b')) this.#control(piece.slice(2))
      else if (piece === '\n') this.#newLine()
      else if (piece === '\r') this.#column = 0
      else if (/\p{Cc}/u.test(piece)) throw new Error(`control character ${JSON.stringify(piece)}`)
      else this.#put(piece)
    }
    return true
  }

  /** All lines, those that have left the screen at the top too, without empty ones at the end. Whatever a spinner shows is `*`. */
  get lines(): string[] {
    return this.#lines
      .join('\n')
      .trimEnd()
      .replace(/[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]/gu, '*')
      .split('\n')
  }

  #newLine(): void {
    this.#row++
    this.#column = 0
    this.#lines[this.#row] ??= ''
  }

  #put(sign: string): void {
    if (this.#column >= this.columns) {
      if (!this.wraps) return
      this.#newLine()
    }
    const line = this.#lines[this.#row] ?? ''
    this.#lines[this.#row] = line.slice(0, this.#column).padEnd(this.#column) + sign + line.slice(this.#column + 1)
    this.#column++
  }

  #control(code: string): void {
    const number = Number.parseInt(code, 10) || 1
    if (code.endsWith('m')) return
    if (code.endsWith('A')) {
      // A terminal does not go above its first row.
      this.#row = Math.max(this.#row - number, this.#lines.length - this.rows, 0)
    } else if (code === 'J') {
      this.#lines.length = this.#row + 1
      this.#lines[this.#row] = (this.#lines[this.#row] ?? '').slice(0, this.#column)
    } else if (code === '2K') this.#lines[this.#row] = ''
    else if (code === '?25l' || code === '?25h') this.cursor = code.endsWith('h')
    else if (code === '?7l' || code === '?7h') this.wraps = code.endsWith('h')
    else throw new Error(`unknown code ${JSON.stringify(code)}`)
  }
}
