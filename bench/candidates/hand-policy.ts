import type { Candidate } from '../candidate.ts'
import { type Context, FIRST_DELAY, RETRIES, type StepFunction, TIMEOUT } from '../pipelines.ts'
import { handle, written } from './hand.ts'

async function wait(error: unknown, attempt: number): Promise<void> {
  if (attempt >= RETRIES) throw error
  await new Promise((resolve) => setTimeout(resolve, FIRST_DELAY * 2 ** attempt))
}

/** A retry loop around each step, in place: a helper would cost one more promise a step. No timeout. */
export const retrying: Candidate = written((f) => async (input) => {
  const context: Context = { n: input.n }
  for (let attempt = 0; ; attempt++) {
    try {
      context.k0 = await f[0](context, handle)
      break
    } catch (error) {
      await wait(error, attempt)
    }
  }
  for (let attempt = 0; ; attempt++) {
    try {
      context.k1 = await f[1](context, handle)
      break
    } catch (error) {
      await wait(error, attempt)
    }
  }
  for (let attempt = 0; ; attempt++) {
    try {
      context.k2 = await f[2](context, handle)
      break
    } catch (error) {
      await wait(error, attempt)
    }
  }
  for (let attempt = 0; ; attempt++) {
    try {
      context.k3 = await f[3](context, handle)
      break
    } catch (error) {
      await wait(error, attempt)
    }
  }
  for (let attempt = 0; ; attempt++) {
    try {
      context.k4 = await f[4](context, handle)
      break
    } catch (error) {
      await wait(error, attempt)
    }
  }
  for (let attempt = 0; ; attempt++) {
    try {
      context.k5 = await f[5](context, handle)
      break
    } catch (error) {
      await wait(error, attempt)
    }
  }
  for (let attempt = 0; ; attempt++) {
    try {
      context.k6 = await f[6](context, handle)
      break
    } catch (error) {
      await wait(error, attempt)
    }
  }
  for (let attempt = 0; ; attempt++) {
    try {
      context.k7 = await f[7](context, handle)
      break
    } catch (error) {
      await wait(error, attempt)
    }
  }
  for (let attempt = 0; ; attempt++) {
    try {
      context.k8 = await f[8](context, handle)
      break
    } catch (error) {
      await wait(error, attempt)
    }
  }
  for (let attempt = 0; ; attempt++) {
    try {
      context.k9 = await f[9](context, handle)
      break
    } catch (error) {
      await wait(error, attempt)
    }
  }
  return context
})

async function limited(step: StepFunction, context: Context): Promise<unknown> {
  for (let attempt = 0; ; attempt++) {
    const controller = new AbortController()
    const timer = setTimeout(() => controller.abort(new Error('timed out')), TIMEOUT)
    try {
      return await step(context, controller)
    } catch (error) {
      await wait(error, attempt)
    } finally {
      clearTimeout(timer)
    }
  }
}

/** What most write for a timeout: a timer and a controller for each attempt. A step that ignores its signal is not stopped. */
export const timer: Candidate = written((f) => async (input) => {
  const context: Context = { n: input.n }
  context.k0 = await limited(f[0], context)
  context.k1 = await limited(f[1], context)
  context.k2 = await limited(f[2], context)
  context.k3 = await limited(f[3], context)
  context.k4 = await limited(f[4], context)
  context.k5 = await limited(f[5], context)
  context.k6 = await limited(f[6], context)
  context.k7 = await limited(f[7], context)
  context.k8 = await limited(f[8], context)
  context.k9 = await limited(f[9], context)
  return context
})
