import type { Clock } from '../define/clock.ts'

const LONGEST_TIMER = 2 ** 31 - 1

interface LongTimer {
  handle: unknown
}

/**
 * The platform's time. Its functions are looked up when they are called, so that a test's fake timers are seen;
 * waits beyond 2^31-1 ms, which platforms turn into none at all, are made of several.
 */
export const systemClock: Clock = {
  now: () => performance.now(),
  wall: () => Date.now(),
  setTimeout(callback, ms) {
    const timer: LongTimer = { handle: undefined }
    const arm = (left: number): void => {
      timer.handle = setTimeout(
        () => (left > LONGEST_TIMER ? arm(left - LONGEST_TIMER) : callback()),
        Math.min(left, LONGEST_TIMER),
      )
    }
    arm(ms)
    return timer
  },
  clearTimeout(timer) {
    clearTimeout((timer as LongTimer | undefined)?.handle as number | undefined)
  },
  sleepSync(ms) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
  },
}
