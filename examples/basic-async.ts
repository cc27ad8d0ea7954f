import { chain, type RunOptions, type StepHandle } from 'stepchain'

interface User {
  readonly name: string
  readonly active: boolean
}

const SOURCE: readonly User[] = [
  { name: 'dave', active: true },
  { name: 'ellen', active: true },
  { name: 'frank', active: false },
]

async function extract(source: readonly User[]): Promise<User[]> {
  return [...source]
}

function titleCase(name: string): string {
  return name.slice(0, 1).toUpperCase() + name.slice(1)
}

/** Fails the first time, as sinks do. */
async function load(names: readonly string[], { attempt }: StepHandle): Promise<{ loaded: number }> {
  if (attempt === 1) throw new Error('transient sink issue, token SECRET')
  return { loaded: names.length }
}

const etl = chain<{ source: readonly User[] }>('users', {
  strict: true,
  redact: (text) => text.replaceAll('SECRET', '****'),
})
  .next(extract, { out: 'raw', args: ['source'], log: 'raw_n={raw.length}' })
  // A step of an asynchronous chain may well be synchronous.
  .next(({ raw }) => raw.filter(({ active }) => active).map(({ name }) => titleCase(name)), {
    out: 'clean',
    log: 'clean_n={clean.length}',
  })
  .next(load, {
    out: 'loadres',
    args: ['clean', '$step'],
    retry: { retries: 1, initialDelay: 0 },
    timeout: 1_000,
    validate: ({ loaded }) => loaded > 0,
    log: 'loaded={loadres.loaded}',
  })
  .next(async ({ clean }) => clean.length, { out: 'count', log: 'count={count}' })

/** Runs the pipeline, and says what came of it. */
export async function runUsers(source: readonly User[] = SOURCE, options: RunOptions = {}): Promise<string> {
  const result = await etl.safeRun({ source }, options)
  if (result.ok) return `pipeline ok: ${result.context.count} ${result.context.clean.join(', ')}`
  switch (result.error.code) {
    case 'SC_VALIDATION':
      return `refused: ${result.error.message}`
    case 'SC_STEP':
    case 'SC_TIMEOUT':
      return `failed: ${result.error.message}`
    default:
      throw result.error
  }
}

if (import.meta.main) console.log(await runUsers())
