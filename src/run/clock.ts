import type { Clock } from '../define/clock.ts'

const LONGEST_TIMER = 2 ** 31 - 1
/** How much too early a platform's timers may come, in ms. */
const EARLIEST = 3

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
    const due = performance.now() + ms
    const arm = (left: number): void => {
      const part = Math.min(left, LONGEST_TIMER)
      timer.handle = setTimeout(() => {
        // Node cuts off fractions, and counts from when its loop last looked. A clock that says more than that is faked, and not to be waited for.
        const early = left > LONGEST_TIMER ? left - LONGEST_TIMER : due - performance.now()
        if (left > LONGEST_TIMER || (early > 0 && early < EARLIEST)) arm(early)
        else callback()
      }, part)
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
