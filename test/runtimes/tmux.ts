import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { Missing } from './runtime.ts'

/** What is shown in a terminal of its own. */
export interface Session {
  readonly columns: number
  readonly rows: number
  readonly cwd: string
  /** A line for the shell. */
  readonly command: string
}

/** Where the machine has tmux; `TMUX_COMMAND` names another. */
function findTmux(): string {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  const places = [process.env['TMUX_COMMAND'] ?? '', ...folders.map((folder) => join(folder, 'tmux'))]
  const found = places.find((place) => place !== '' && existsSync(place))
  if (found === undefined) throw new Missing('no tmux')
  return found
}

/** @throws Missing where this machine has no tmux */
export function tmuxVersion(): string {
  return execFileSync(findTmux(), ['-V'], { encoding: 'utf8' }).trim()
}

/** A real terminal, whose screen can be read. */
export class Tmux {
  readonly #tmux: string = findTmux()
  /** A server of its own, which nobody's settings have changed. */
  readonly #folder = mkdtempSync(join(tmpdir(), 'stepchain-tmux-'))
  readonly #server = ['-S', join(this.#folder, 'socket'), '-f', '/dev/null']

  /** @throws Missing where this machine has no tmux */
  constructor({ columns, rows, cwd, command }: Session) {
    const { CI: _ci, NO_COLOR: _colors, NODE_OPTIONS: _options, TMUX: _outer, ...env } = process.env
    const size = ['-x', String(columns), '-y', String(rows)]
    // The shell lives on where Ctrl+C ends the command.
    const line = `trap : INT; ${command}; printf "\\nexit %s\\n" $?; exec sleep 600`
    const options = { cwd, env: { ...env, LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8' } } as const
    execFileSync(this.#tmux, ['-u', ...this.#server, 'new-session', '-d', ...size, line], options)
    // Else the size of the window is that of the last client, and there is none.
    this.#call('set-option', '-g', 'window-size', 'manual')
  }

  #call(...args: readonly string[]): string {
    return execFileSync(this.#tmux, [...this.#server, ...args], { encoding: 'utf8' })
  }

  /** The lines on the screen, without empty ones at the end; with those that have left it at the top, and with codes for colours. */
  lines({ scrolled = false, colors = false } = {}): string[] {
    const more = [...(scrolled ? ['-S', '-'] : []), ...(colors ? ['-e'] : [])]
    return this.#call('capture-pane', '-p', ...more)
      .trimEnd()
      .split('\n')
  }

  /** Whether the cursor can be seen. */
  get cursor(): boolean {
    return this.#call('display-message', '-p', '#{cursor_flag}').trim() === '1'
  }

  press(key: string): void {
    this.#call('send-keys', key)
  }

  resize(columns: number, rows: number): void {
    this.#call('resize-window', '-x', String(columns), '-y', String(rows))
  }

  /** Waits until a line of the screen matches, and gives that. */
  async until(pattern: RegExp, patience = 30_000): Promise<string> {
    const end = performance.now() + patience
    for (;;) {
      const found = this.lines({ scrolled: true }).find((line) => pattern.test(line))
      if (found !== undefined) return found
      if (performance.now() > end)
        throw new Error(`no line ${String(pattern)} on the screen:\n${this.lines().join('\n')}`)
      await wait(30)
    }
  }

  close(): void {
    this.#call('kill-server')
    rmSync(this.#folder, { recursive: true, force: true })
  }
}
