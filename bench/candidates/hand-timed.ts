import type { Candidate } from '../candidate.ts'
import type { Context } from '../pipelines.ts'
import { handle, written } from './hand.ts'

/** The ms that steps took; read by nobody, as most figures are. */
export const spent = { total: 0 }

const logger = { level: 30, info(_line: string): void {} }
const INFO = 20

function took(started: number, key: string, context: Context): void {
  spent.total += performance.now() - started
  if (logger.level <= INFO) logger.info(`${key}=${String(context[key])}`)
}

function failed(step: string, cause: unknown): Error {
  return new Error(`step ${step} failed`, { cause })
}

/** Each step is timed, names itself when it fails, and has a line that a level forbids. */
export const sync: Candidate = written((f) => (input) => {
  const context: Context = { n: input.n }
  let started: number
  started = performance.now()
  try {
    context.k0 = f[0](context, handle)
  } catch (error) {
    throw failed('k0', error)
  }
  took(started, 'k0', context)
  started = performance.now()
  try {
    context.k1 = f[1](context, handle)
  } catch (error) {
    throw failed('k1', error)
  }
  took(started, 'k1', context)
  started = performance.now()
  try {
    context.k2 = f[2](context, handle)
  } catch (error) {
    throw failed('k2', error)
  }
  took(started, 'k2', context)
  started = performance.now()
  try {
    context.k3 = f[3](context, handle)
  } catch (error) {
    throw failed('k3', error)
  }
  took(started, 'k3', context)
  started = performance.now()
  try {
    context.k4 = f[4](context, handle)
  } catch (error) {
    throw failed('k4', error)
  }
  took(started, 'k4', context)
  started = performance.now()
  try {
    context.k5 = f[5](context, handle)
  } catch (error) {
    throw failed('k5', error)
  }
  took(started, 'k5', context)
  started = performance.now()
  try {
    context.k6 = f[6](context, handle)
  } catch (error) {
    throw failed('k6', error)
  }
  took(started, 'k6', context)
  started = performance.now()
  try {
    context.k7 = f[7](context, handle)
  } catch (error) {
    throw failed('k7', error)
  }
  took(started, 'k7', context)
  started = performance.now()
  try {
    context.k8 = f[8](context, handle)
  } catch (error) {
    throw failed('k8', error)
  }
  took(started, 'k8', context)
  started = performance.now()
  try {
    context.k9 = f[9](context, handle)
  } catch (error) {
    throw failed('k9', error)
  }
  took(started, 'k9', context)
  return context
})

/** The same, with everything awaited. */
export const awaited: Candidate = written((f) => async (input) => {
  const context: Context = { n: input.n }
  let started: number
  started = performance.now()
  try {
    context.k0 = await f[0](context, handle)
  } catch (error) {
    throw failed('k0', error)
  }
  took(started, 'k0', context)
  started = performance.now()
  try {
    context.k1 = await f[1](context, handle)
  } catch (error) {
    throw failed('k1', error)
  }
  took(started, 'k1', context)
  started = performance.now()
  try {
    context.k2 = await f[2](context, handle)
  } catch (error) {
    throw failed('k2', error)
  }
  took(started, 'k2', context)
  started = performance.now()
  try {
    context.k3 = await f[3](context, handle)
  } catch (error) {
    throw failed('k3', error)
  }
  took(started, 'k3', context)
  started = performance.now()
  try {
    context.k4 = await f[4](context, handle)
  } catch (error) {
    throw failed('k4', error)
  }
  took(started, 'k4', context)
  started = performance.now()
  try {
    context.k5 = await f[5](context, handle)
  } catch (error) {
    throw failed('k5', error)
  }
  took(started, 'k5', context)
  started = performance.now()
  try {
    context.k6 = await f[6](context, handle)
  } catch (error) {
    throw failed('k6', error)
  }
  took(started, 'k6', context)
  started = performance.now()
  try {
    context.k7 = await f[7](context, handle)
  } catch (error) {
    throw failed('k7', error)
  }
  took(started, 'k7', context)
  started = performance.now()
  try {
    context.k8 = await f[8](context, handle)
  } catch (error) {
    throw failed('k8', error)
  }
  took(started, 'k8', context)
  started = performance.now()
  try {
    context.k9 = await f[9](context, handle)
  } catch (error) {
    throw failed('k9', error)
  }
  took(started, 'k9', context)
  return context
})
