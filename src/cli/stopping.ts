import { EXIT, type Shell, type StopSignal } from './shell.ts'

const SIGNALS: readonly StopSignal[] = ['SIGINT', 'SIGTERM', 'SIGHUP']

/** What signals ask for while a run goes on. */
export interface Stopping {
  readonly signal: AbortSignal
  /** The code to end with, if a signal came. */
  readonly exitCode: number | null
  /** Hears signals no more. */
  close(): void
}

/** Cancels at the first signal, and ends the process at the second. */
export function stopOnSignals(shell: Pick<Shell, 'on' | 'off' | 'exit' | 'stderr'>): Stopping {
  const controller = new AbortController()
  let exitCode: number | null = null
  const listeners = SIGNALS.map((name) => {
    const listener = (): void => {
      if (exitCode !== null) {
        shell.exit(EXIT[name])
        return
      }
      exitCode = EXIT[name]
      shell.stderr.write(`stepchain: ${name}: cancelling the run; a second signal ends it at once\n`)
      controller.abort(new Error(`the process was sent ${name}`))
    }
    shell.on(name, listener)
    return { name, listener }
  })
  return {
    signal: controller.signal,
    get exitCode() {
      return exitCode
    },
    close() {
      for (const { name, listener } of listeners) shell.off(name, listener)
    },
  }
}
