import type { ProgressClock, ProgressOptions, ProgressStream } from './options.ts'

type Signal = 'SIGINT' | 'SIGTERM' | 'SIGHUP'

/** What a display needs of the process around it. */
export interface Platform {
  readonly pid: number
  readonly platform: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly stdout: ProgressStream
  readonly stderr: ProgressStream
  on(event: 'exit' | Signal, listener: () => void): unknown
  off(event: 'exit' | Signal, listener: () => void): unknown
  listenerCount(event: Signal): number
  kill(pid: number, signal: Signal): unknown
}

const clock: ProgressClock = {
  now: () => performance.now(),
  wall: () => Date.now(),
  setTimeout: (callback, ms) => setTimeout(callback, ms).unref(),
  clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
}

/** What is decided once for a display. */
export interface View {
  readonly platform: Platform
  readonly stream: ProgressStream
  readonly interactive: boolean
  readonly color: boolean
  readonly unicode: boolean
  readonly clock: ProgressClock
  /** The size of what may be drawn on, as it is now. */
  size(): { readonly width: number; readonly height: number }
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== ''
}

function isUtf8({ env, platform }: Platform): boolean {
  if (platform === 'win32' || platform === 'darwin') return true
  if (env['TERM'] === 'linux') return false
  const locale = [env['LC_ALL'], env['LC_CTYPE'], env['LANG']].find(isSet) ?? ''
  return /utf-?8/i.test(locale)
}

function isInteractive({ isTTY }: ProgressStream, { env }: Platform): boolean {
  const inCi = isSet(env['CI']) && env['CI'] !== 'false' && env['CI'] !== '0'
  return isTTY === true && !inCi && env['TERM'] !== 'dumb'
}

function hasColors(stream: ProgressStream, { env }: Platform): boolean {
  return !isSet(env['NO_COLOR']) && stream.isTTY === true && stream.hasColors?.() === true
}

/** Decides what the options leave open. */
export function viewOf(options: ProgressOptions, platform: Platform): View {
  const { stream = platform.stderr, width, height } = options
  return {
    platform,
    stream,
    interactive: options.interactive ?? isInteractive(stream, platform),
    color: options.color ?? hasColors(stream, platform),
    unicode: options.unicode ?? isUtf8(platform),
    clock: options.clock ?? clock,
    // A terminal of which nothing is known says 0.
    size: () => ({ width: width ?? (stream.columns || 80), height: height ?? Math.max(1, (stream.rows || 24) - 1) }),
  }
}
