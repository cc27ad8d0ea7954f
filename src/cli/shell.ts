/** What a signal means to the process. */
export type StopSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP'

/** A stream that the command prints on. */
export interface ShellStream {
  write(text: string): unknown
  readonly isTTY?: boolean | undefined
  readonly writableLength: number
  on(event: 'error' | 'resize', listener: () => void): unknown
}

/** What the command needs of the process that it runs in. */
export interface Shell {
  readonly argv: readonly string[]
  readonly version: string
  readonly stdin: AsyncIterable<string | Uint8Array>
  readonly stdout: ShellStream
  readonly stderr: ShellStream
  exitCode?: number | string | null | undefined
  exit(code: number): unknown
  on(event: StopSignal | 'beforeExit', listener: () => void): unknown
  off(event: StopSignal | 'beforeExit', listener: () => void): unknown
}

/** How the command ends: these codes are documented. */
export const EXIT = { ok: 0, failed: 1, usage: 2, SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const

/** Something that the command says in place of going on. */
export class CommandError extends Error {
  readonly exitCode: number

  constructor(message: string, exitCode: number = EXIT.usage) {
    super(message)
    this.exitCode = exitCode
  }
}

/** What was thrown, in words. */
export function wordsOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}
