import { setTimeout as wait } from 'node:timers/promises'
import { chain } from 'stepchain'

const customers = Array.from({ length: 40 }, (_, index) => ({ id: index + 1 }))
let calls = 0

/** A job in which everything happens that a terminal shows. */
export default chain('nightly', { logger: null })
  .next(() => customers, { name: 'read customers', out: 'customers' })
  .next(
    async () => {
      await wait(200)
      if (++calls === 1) throw Object.assign(new Error('connection reset'), { code: 'ECONNRESET' })
      return 'token'
    },
    { name: 'log in', out: 'session', retry: { retries: 3, initialDelay: 1_500, jitter: 'none' } },
  )
  .parallel({
    prices: (c) => c.next(() => wait(700, 'EUR'), { name: 'fetch prices', out: 'currency' }),
    stock: (c) => c.next(() => wait(1_500, 12), { name: 'fetch stock', out: 'count' }),
  })
  .map('customers', ({ id }) => wait(250 + (id % 5) * 40, id), { name: 'enrich', out: 'enriched', concurrency: 4 })
  .tap(() => console.log('enriched all of them'), { name: 'tell' })
  .tap(() => {}, { name: 'weekly only', when: () => false })
  .next(() => wait(300, 'job-1'), { name: 'reserve', out: 'reservation', compensate: () => wait(400) })
  .tap(
    async (_context, { signal }) => {
      await wait(process.env.PATIENT === undefined ? 500 : 60_000, undefined, { signal })
      if (process.env.EXIT !== undefined) process.exit(Number(process.env.EXIT))
      throw new Error('disk full')
    },
    { name: 'write a report with a name that is rather long for a terminal' },
  )
