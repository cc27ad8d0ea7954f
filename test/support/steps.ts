import type { StepHandle } from 'stepchain'
import type { VirtualClock } from './virtual-clock.ts'

/** A promise that never settles. */
export function never(): Promise<never> {
  return new Promise(() => {})
}

/** A promise and what settles it. */
export interface Deferred<T> {
  readonly promise: Promise<T>
  readonly resolve: (value: T) => void
  readonly reject: (error: unknown) => void
}

export function deferred<T = unknown>(): Deferred<T> {
  let resolve!: (value: T) => void
  let reject!: (error: unknown) => void
  const promise = new Promise<T>((fulfil, refuse) => {
    resolve = fulfil
    reject = refuse
  })
  return { promise, resolve, reject }
}

/** Waits on a clock. */
export function wait<T = void>(clock: VirtualClock, ms: number, value?: T): Promise<T> {
  return new Promise((resolve) => void clock.setTimeout(() => resolve(value as T), ms))
}

/** A function that throws as often as it is told to, gives its value afterwards, and counts its calls. */
export interface Flaky<T> {
  (): T
  calls: number
}

export function flaky<T>(failures: number, value: T, error: unknown = new Error('down')): Flaky<T> {
  const step = (): T => {
    step.calls++
    if (step.calls <= failures) throw error
    return value
  }
  step.calls = 0
  return step
}

/** Takes as long as it likes, but gives up with the reason of its signal, `late` ms after that was aborted. */
export function obeys(clock: VirtualClock, late = 0): (context: unknown, step: StepHandle) => Promise<never> {
  return (_context, { signal }) =>
    new Promise((_resolve, reject) => {
      const giveUp = (): void => reject(signal.reason as Error)
      signal.addEventListener('abort', () => (late === 0 ? giveUp() : clock.setTimeout(giveUp, late)))
    })
}
