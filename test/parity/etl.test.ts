import { chain, type Hooks } from 'stepchain'
import { describe, expect, test } from 'vitest'
import { RecordingLogger } from './recording-logger.ts'

interface Row {
  readonly id: number
  readonly name: string
  readonly active: boolean
}

interface User {
  readonly id: number
  readonly name: string
}

/** A place to load to that is down the first time. */
class Sink {
  readonly rows: User[] = []
  #calls = 0

  load(rows: readonly User[]): { loaded: number } {
    if (++this.#calls === 1) throw new Error('transient-load-error')
    this.rows.push(...rows)
    return { loaded: rows.length }
  }
}

class Report {
  readonly rows: readonly User[]
  constructor(rows: readonly User[]) {
    this.rows = rows
  }
  toJSON(): object {
    return { rows: this.rows, count: this.rows.length }
  }
}

const SOURCE: readonly Row[] = [
  { id: 1, name: 'alice', active: true },
  { id: 2, name: 'bob', active: false },
  { id: 3, name: 'carrie', active: true },
]

const transform = (rows: readonly Row[]): User[] =>
  rows.flatMap(({ id, name, active }) => (active ? [{ id, name: name.toUpperCase() }] : []))

function validateNonEmpty({ loaded }: { loaded: number }): void {
  if (loaded === 0) throw new Error('no rows loaded')
}

const ONCE = { retries: 1, retryIf: [Error], initialDelay: 0 }
const LINES = [
  'raw_n=3',
  'clean_n=2',
  'loaded=2',
  'report={"rows":[{"id":1,"name":"ALICE"},{"id":3,"name":"CARRIE"}],"count":2}',
]
const RETRY = "Step 'loaded' failed on attempt 1 of 2: transient-load-error; retrying in 0 ms"

describe('the ETL end to end', () => {
  test('sync: it loads the transformed rows', () => {
    const logger = new RecordingLogger('info')
    const sink = new Sink()
    const counts = { beforeStep: 0, beforeAttempt: 0, afterStep: 0 }
    const hooks: Hooks = {
      beforeStep: () => void counts.beforeStep++,
      beforeAttempt: () => void counts.beforeAttempt++,
      afterStep: () => void counts.afterStep++,
    }

    const context = chain('etl', { logger, hooks, strict: true, redact: (text) => text.replaceAll('SECRET', '******') })
      .next(() => SOURCE, { out: 'raw', log: 'raw_n={raw.length}' })
      .next(transform, { out: 'clean', args: ['raw'], log: 'clean_n={clean.length}' })
      .next((rows: readonly User[]) => sink.load(rows), {
        out: 'loaded',
        args: ['clean'],
        retry: ONCE,
        validate: validateNonEmpty,
        log: 'loaded={loaded.loaded}',
      })
      .next((rows: readonly User[]) => new Report(rows), { out: 'report', args: ['clean'], log: 'report={report}' })
      .runSync()

    expect(sink.rows).toEqual([
      { id: 1, name: 'ALICE' },
      { id: 3, name: 'CARRIE' },
    ])
    expect(context.loaded.loaded).toBe(2)
    // before_step counted attempts there, so 5; that is beforeAttempt here.
    expect(counts).toEqual({ beforeStep: 4, beforeAttempt: 5, afterStep: 4 })
    expect(logger.of('info')).toEqual(LINES)
    expect(logger.of('warn')).toEqual([RETRY])
  })

  test('async: it loads the transformed rows', async () => {
    const logger = new RecordingLogger('info')
    const sink = new Sink()

    const context = await chain('etl', { logger })
      .next(async () => [...SOURCE], { out: 'raw', log: 'raw_n={raw.length}' })
      .next(async (rows: readonly Row[]) => transform(rows), {
        out: 'clean',
        args: ['raw'],
        log: 'clean_n={clean.length}',
      })
      .next(async (rows: readonly User[]) => sink.load(rows), {
        out: 'loaded',
        args: ['clean'],
        retry: { ...ONCE, jitter: 'none' },
        validate: validateNonEmpty,
        log: 'loaded={loaded.loaded}',
      })
      .next(async (rows: readonly User[]) => new Report(rows), {
        out: 'report',
        args: ['clean'],
        log: 'report={report}',
      })
      .run()

    expect(context.loaded.loaded).toBe(2)
    expect(context.report.rows.map(({ name }) => name)).toEqual(['ALICE', 'CARRIE'])
    expect(sink.rows).toEqual(context.clean)
    expect(logger.of('info')).toEqual(LINES)
    expect(logger.of('warn')).toEqual([RETRY])
  })
})
