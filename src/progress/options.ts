import type { Clock } from '../define/clock.ts'

/** What progress is written to: `process.stderr`, or anything like it. */
export interface ProgressStream {
  write(text: string): unknown
  /** Whether it is a terminal. */
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
  readonly rows?: number | undefined
  /** Whether it has more to write than it takes; a frame is then left out. */
  readonly writableNeedDrain?: boolean | undefined
  hasColors?(): boolean
  on?(event: 'resize', listener: () => void): unknown
  off?(event: 'resize', listener: () => void): unknown
}

/** Where the time of a display comes from. */
export type ProgressClock = Pick<Clock, 'now' | 'wall' | 'setTimeout' | 'clearTimeout'>

/** How progress is shown. */
export interface ProgressOptions {
  /** Where it is written. @default process.stderr */
  readonly stream?: ProgressStream | undefined
  /** Whether it is redrawn in place; else it is lines with the time. @default whether the stream is a terminal, `CI` is not set and `TERM` is not `dumb` */
  readonly interactive?: boolean | undefined
  /** Whether it has colours. @default whether the stream has, and `NO_COLOR` is not set */
  readonly color?: boolean | undefined
  /** Whether it may use signs beyond ASCII. @default whether the locale is UTF-8 */
  readonly unicode?: boolean | undefined
  /** How wide a line may be. @default that of the terminal, or 80 */
  readonly width?: number | undefined
  /** How many lines may be redrawn. @default one less than the terminal has, or 23 */
  readonly height?: number | undefined
  /** Where time comes from. @default that of the platform, with timers that do not keep a process alive */
  readonly clock?: ProgressClock | undefined
}
