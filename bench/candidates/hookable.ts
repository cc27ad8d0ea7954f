import { createHooks } from 'hookable'
import type { Candidate } from '../candidate.ts'
import { type Context, copied } from '../pipelines.ts'
import { handle } from './hand.ts'

type Hook = (context: Context) => void | Promise<void>

/** The steps as hooks of one name, that leave their outputs in the context. */
export const hookable: Candidate = {
  build({ steps }) {
    const hooks = createHooks<{ step: Hook }>()
    for (const { key, run } of steps) {
      hooks.hook('step', async (context) => {
        context[key] = await run(context, handle)
      })
    }
    return async (input) => {
      const context = copied(input)
      await hooks.callHook('step', context)
      return context
    }
  },
  buildSync({ steps }) {
    const hooks = createHooks<{ step: Hook }>()
    for (const { key, run } of steps) {
      hooks.hook('step', (context) => {
        context[key] = run(context, handle)
      })
    }
    return (input) => {
      const context = copied(input)
      void hooks.callHook('step', context)
      return context
    }
  },
}
