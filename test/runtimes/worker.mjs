// What workerd runs: the suite, or with `?timeout=` one run whose timeout has to end it unless its step is `quick`.
import { chain } from 'stepchain'
import { smoke } from './smoke.mjs'

const LONGEST = 5_000

export default {
  async fetch(request) {
    const { searchParams } = new URL(request.url)
    const timeout = searchParams.get('timeout')
    if (timeout === null) return Response.json(await smoke({ blocks: false }))
    return new Response(await outcomeOf(Number(timeout), searchParams.has('quick') ? 60 : LONGEST))
  },
}

function outcomeOf(timeout, duration) {
  const step = () => new Promise((resolve) => setTimeout(resolve, duration, 'done'))
  const run = chain('request', { logger: null }).next(step, { out: 'x', timeout }).run()
  return run.then(
    ({ x }) => x,
    ({ code }) => code,
  )
}
