import { retryable, timeout, waterfall } from 'async'
import type { Steps } from './steps.ts'

export function run(steps: Steps): Promise<unknown> {
  const tasks = steps.map(([out, step]) => {
    const task = async (context: object): Promise<object> => ({ ...context, [out]: await step(context) })
    return retryable({ times: 4, interval: 100 }, timeout(task as never, 5_000))
  })
  return waterfall([async () => ({}), ...tasks] as never)
}
