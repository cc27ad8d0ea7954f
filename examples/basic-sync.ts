import { chain, type RunOptions, StepFailedError, type StepHandle, ValidationFailedError } from 'stepchain'

interface User {
  readonly name: string
  readonly active: boolean
}

const SOURCE: readonly User[] = [
  { name: 'alice', active: true },
  { name: 'bob', active: false },
  { name: 'carrie', active: true },
]

function extract(source: readonly User[]): User[] {
  return [...source]
}

function transform(users: readonly User[]): string[] {
  return users.filter(({ active }) => active).map(({ name }) => name.toUpperCase())
}

/** Fails the first time, as sinks do. */
function load(names: readonly string[], { attempt }: StepHandle): { loaded: number } {
  if (attempt === 1) throw new Error('transient sink issue, token SECRET')
  return { loaded: names.length }
}

function requireLoaded({ loaded }: { loaded: number }): void {
  if (loaded === 0) throw new Error('nothing was loaded')
}

function redact(text: string): string {
  return text.replaceAll('SECRET', '****')
}

const etl = chain<{ source: readonly User[] }>('users', { strict: true, redact })
  .next(extract, { out: 'raw', args: ['source'], log: 'raw_n={raw.length}' })
  .next(transform, { out: 'clean', args: ['raw'], log: 'clean_n={clean.length}' })
  .next(load, {
    out: 'loadres',
    args: ['clean', '$step'],
    retry: { retries: 1, initialDelay: 0 },
    validate: requireLoaded,
    log: 'loaded={loadres.loaded}',
  })
  .next(({ clean }) => clean.length, { out: 'count', log: 'count={count}' })

/** Runs the pipeline, and says what came of it. */
export function runUsers(source: readonly User[] = SOURCE, options: RunOptions = {}): string {
  try {
    const { count, clean } = etl.runSync({ source }, options)
    return `pipeline ok: ${count} ${clean.join(', ')}`
  } catch (error) {
    if (error instanceof ValidationFailedError) return `refused: ${error.message}`
    if (error instanceof StepFailedError) return `failed: ${error.message}`
    throw error
  }
}

if (import.meta.main) console.log(runUsers())
