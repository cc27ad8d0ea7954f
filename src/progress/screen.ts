import type { ProgressStream } from './options.ts'
import type { Platform, View } from './platform.ts'
import { widthOf } from './text.ts'

const HIDE_CURSOR = '\u001b[?25l'
const SHOW_CURSOR = '\u001b[?25h'
// A line that is wider than thought is cut by the terminal then.
const NO_WRAP = '\u001b[?7l'
const WRAP = '\u001b[?7h'
const ERASE_LINE = '\u001b[2K'
const ERASE_BELOW = '\u001b[J'
// eslint-disable-next-line no-control-regex -- these are the codes that fit() has put in
const CODES = /\u001b\[\d+m/g
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

type Write = (this: ProgressStream, ...given: [text: string, ...rest: unknown[]]) => unknown

function up(rows: number): string {
  return `\u001b[${rows}A`
}

/** Gives a stream its own way of writing back: mostly that of its class. */
function restore(stream: ProgressStream, write: Write): void {
  Reflect.deleteProperty(stream, 'write')
  if (stream.write !== write) stream.write = write
}

/** Whether a chunk ends with a line; `before` if it is empty. */
function endsLine(chunk: unknown, before: boolean): boolean {
  if (typeof chunk === 'string') return chunk === '' ? before : chunk.endsWith('\n')
  return chunk instanceof Uint8Array && chunk.at(-1) === 10
}

/**
 * The lower end of a terminal, where a frame is redrawn in place. What others write to it meanwhile goes above the frame. The cursor is hidden
 * while there is a frame, and back again however the process ends.
 */
export class Screen {
  private readonly view: View
  private readonly wrapped: { readonly stream: ProgressStream; readonly write: Write; readonly ours: Write }[] = []
  private frame: readonly string[] = []
  private text = ''
  private open = false
  /** Whether what others wrote last was a whole line. */
  private atStart = true

  /** Called when a new frame is needed: others have written where the last one was, or the size is another. */
  private readonly after: () => void

  constructor(view: View, after: () => void) {
    this.view = view
    this.after = after
  }

  /** Draws a frame in place of the last one. */
  draw(lines: readonly string[]): void {
    if (!this.open) this.begin()
    else if (this.view.stream.writableNeedDrain === true) return
    const text = lines.join('\n')
    if (text === this.text && this.frame.length > 0) return
    this.replace(lines)
    this.frame = lines
    this.text = text
  }

  /** Writes lines that stay, above the frame. */
  print(lines: readonly string[]): void {
    this.replace(lines)
    this.forget()
  }

  private forget(): void {
    this.frame = []
    this.text = ''
  }

  /** Writes lines where the frame is. Line by line: a terminal that is cleared as a whole may put what it had into its history. */
  private replace(lines: readonly string[]): void {
    const rows = this.rows()
    const begin = rows > 0 ? `${up(rows)}\r` : this.atStart ? '' : '\n'
    const text = lines.map((line) => `${ERASE_LINE}${line}\n`).join('')
    this.write(`${begin}${NO_WRAP}${text}${WRAP}${rows > lines.length ? ERASE_BELOW : ''}`)
  }

  /** How many rows the frame takes. */
  private rows(): number {
    const { width } = this.view.size()
    // A terminal that has become narrower has broken the lines that it had.
    const each = this.frame.map((line) => Math.max(1, Math.ceil(widthOf(line.replace(CODES, '')) / width)))
    return each.reduce((sum, one) => sum + one, 0)
  }

  private write(text: string): void {
    const { stream } = this.view
    const own = this.wrapped.find((each) => each.stream === stream)
    if (own === undefined) stream.write(text)
    else own.write.call(stream, text)
    this.atStart = true
  }

  private begin(): void {
    this.open = true
    const { platform, stream } = this.view
    platform.on('exit', this.end)
    for (const signal of SIGNALS) platform.on(signal, this.listeners[signal])
    stream.on?.('resize', this.resized)
    for (const each of new Set([stream, ...[platform.stdout, platform.stderr].filter(({ isTTY }) => isTTY === true)]))
      this.wrap(each)
    this.write(HIDE_CURSOR)
  }

  /** Lets a stream make room for what others write to it. */
  private wrap(stream: ProgressStream): void {
    // eslint-disable-next-line typescript/unbound-method -- it is called on its stream
    const write: Write = stream.write
    const ours: Write = (...given) => {
      if (!this.open) return write.apply(stream, given)
      this.before()
      const result = write.apply(stream, given)
      this.atStart = endsLine(given[0], this.atStart)
      this.after()
      return result
    }
    this.wrapped.push({ stream, write, ours })
    stream.write = ours
  }

  /** Makes room for what others write. */
  private before(): void {
    try {
      const rows = this.rows()
      if (rows > 0) this.write(`${up(rows)}\r${`${ERASE_LINE}\n`.repeat(rows)}${up(rows)}`)
    } catch {
      // They are not to blame; the next frame fails as well, and that is told.
    }
    this.forget()
  }

  private readonly resized = (): void => {
    this.text = ''
    this.after()
  }

  /** Leaves what is drawn where it is, and gives the terminal back. */
  readonly end = (): void => {
    this.open = false
    const { platform, stream } = this.view
    platform.off('exit', this.end)
    for (const signal of SIGNALS) platform.off(signal, this.listeners[signal])
    stream.off?.('resize', this.resized)
    for (const { stream: wrapped, write, ours } of this.wrapped.splice(0).reverse())
      // What somebody else has put around it goes on to the stream by itself.
      if (wrapped.write === ours) restore(wrapped, write)
    this.frame = []
    this.text = ''
    try {
      this.write(SHOW_CURSOR)
    } catch {
      // Whoever is told of it was told before.
    }
  }

  private readonly listeners: Readonly<Record<(typeof SIGNALS)[number], () => void>> = {
    SIGINT: () => this.interrupt('SIGINT'),
    SIGTERM: () => this.interrupt('SIGTERM'),
    SIGHUP: () => this.interrupt('SIGHUP'),
  }

  /** A signal ends the process as it would without us, save where somebody else listens and says what is to be done. */
  private interrupt(signal: (typeof SIGNALS)[number]): void {
    const platform: Platform = this.view.platform
    if (platform.listenerCount(signal) > 1) return
    this.end()
    platform.kill(platform.pid, signal)
  }
}
