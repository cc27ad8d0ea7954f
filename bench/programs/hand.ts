import type { Steps } from './steps.ts'

/** By hand, with a timer for each attempt. */
export async function run(steps: Steps): Promise<unknown> {
  const context: Record<string, unknown> = {}
  for (const [out, step] of steps) {
    for (let attempt = 0; ; attempt++) {
      let timer
      try {
        const late = new Promise((_, reject) => (timer = setTimeout(reject, 5_000, new Error(`${out} timed out`))))
        context[out] = await Promise.race([step(context), late])
        break
      } catch (error) {
        if (attempt === 3) throw error
        await new Promise((resolve) => setTimeout(resolve, 100 * 2 ** attempt))
      } finally {
        clearTimeout(timer)
      }
    }
  }
  return context
}
