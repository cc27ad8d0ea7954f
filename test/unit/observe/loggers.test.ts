import { execFile } from 'node:child_process'
import { Console } from 'node:console'
import { Writable } from 'node:stream'
import { promisify } from 'node:util'
import { configure, getLogger, type LogRecord, reset } from '@logtape/logtape'
import { createConsola, type LogObject } from 'consola'
import { pino } from 'pino'
import { chain, fromPino, type LogFields, type Logger } from 'stepchain'
import { afterAll, describe, expect, test } from 'vitest'
import { createLogger, format, transports } from 'winston'
import { root } from '../../support/package-info.ts'

afterAll(() => reset())

/** A real logger, set to level info, and what has arrived behind it: level, message, chain and step. */
interface Real {
  readonly logger: Logger
  readonly lines: string[]
}

function stream(take: (text: string) => void): Writable {
  return new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      take(String(chunk))
      done()
    },
  })
}

function line(level: string, message: unknown, fields: LogFields): string {
  return `${level} ${String(message)} ${fields['chain']} ${fields['step']}`
}

function consoleOfNode(): Real {
  const lines: string[] = []
  const take = (level: string) => (text: string) => {
    const [, message, name, step] = /^(.*) \{\s*chain: '(.*?)',.*step: '(.*?)'.*\}\s*$/s.exec(text) ?? []
    lines.push(`${level} ${message} ${name} ${step}`)
  }
  const { log, ...real } = new Console({ stdout: stream(take('info')), stderr: stream(take('warn')) })
  return { logger: { ...real, debug: () => log('never', {}), isLevelEnabled: (level) => level !== 'debug' }, lines }
}

function ofPino(): Real {
  const lines: string[] = []
  const write = (text: string): void => {
    const { level, msg, ...fields } = JSON.parse(text)
    lines.push(line(level === 30 ? 'info' : 'warn', msg, fields))
  }
  return { logger: fromPino(pino({ level: 'info' }, { write })), lines }
}

function ofWinston(...formats: Parameters<typeof format.combine>): Real {
  const lines: string[] = []
  const take = (text: string): void => {
    const { level, message, ...fields } = JSON.parse(text)
    lines.push(line(level, message, fields))
  }
  const logger = createLogger({
    level: 'info',
    format: format.combine(...formats, format.json()),
    transports: [new transports.Stream({ stream: stream(take) })],
  })
  return { logger, lines }
}

function ofConsola(): Real {
  const lines: string[] = []
  const log = ({ type, args }: LogObject): void => {
    const [message, fields] = args[0] === '%s' ? args.slice(1) : args
    lines.push(line(type, message, fields))
  }
  return { logger: createConsola({ level: 3, reporters: [{ log }] }), lines }
}

function consolaAsText(): Real {
  const lines: string[] = []
  const stdout = stream((text) => {
    const [, message, name, step] = /^\[\w+\] (.*) \{\s*chain: '(.*?)',.*step: '(.*?)'.*\}\s*$/s.exec(text) ?? []
    lines.push(`${text.slice(1, 5)} ${message} ${name} ${step}`)
  })
  const streams = { stdout, stderr: stdout } as unknown as Parameters<typeof createConsola>[0]
  return { logger: createConsola({ level: 3, fancy: false, ...streams }), lines }
}

async function ofLogTape(): Promise<Real> {
  const lines: string[] = []
  const sink = ({ level, message, properties }: LogRecord): void =>
    void lines.push(line(level.replace('warning', 'warn'), message.join(''), properties as LogFields))
  await configure({
    reset: true,
    sinks: { sink },
    loggers: [
      { category: 'app', sinks: ['sink'], lowestLevel: 'info' },
      { category: ['logtape', 'meta'], lowestLevel: 'error' },
    ],
  })
  return { logger: getLogger('app'), lines }
}

describe.each([
  ['the console of Node', consoleOfNode],
  ['pino', ofPino],
  ['winston', () => ofWinston()],
  ['winston with splat', () => ofWinston(format.splat())],
  ['consola', ofConsola],
  ['consola as text', consolaAsText],
  ['LogTape', ofLogTape],
])('%s', (_name, make) => {
  test('has every message as it is, its level and its fields', async () => {
    const { logger, lines } = await make()
    let calls = 0
    await chain('etl', { logger })
      .next(() => ({ at: '%s {chain} %' }), { out: 'rows', log: 'rows={rows} 100%d' })
      .next(
        () => {
          if (++calls === 1) throw new Error('no %s')
          return calls
        },
        { out: 'n', log: '{n}', retry: { retries: 1, initialDelay: 0 } },
      )
      .run()
    expect(lines).toEqual([
      'info rows={"at":"%s {chain} %"} 100%d etl rows',
      "warn Step 'n' failed on attempt 1 of 2: no %s; retrying in 0 ms etl n",
      'info 2 etl n',
    ])
  })

  test('may throw without changing anything', async () => {
    const { logger } = await make()
    const broken = Object.assign(Object.create(logger), {
      info: () => {
        throw new Error('no')
      },
    })
    const run = chain('etl', { logger: broken }).next(() => 1, { out: 'a', log: 'a={a}' })
    expect(await run.run()).toEqual({ a: 1 })
  })
})

test('the console of the process prints messages and fields', async () => {
  const script = `
    import { chain } from 'stepchain'
    await chain('etl', { logger: console }).next(() => ({ at: '%s {' }), { out: 'a', log: 'a={a} %d' }).run({}, { runId: 'r1' })`
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--conditions=@stepchain/source', '--input-type=module', '-e', script],
    { cwd: root },
  )
  expect(stdout.split('\n').filter((text) => text.startsWith('a='))).toEqual([
    `a={"at":"%s {"} %d { chain: 'etl', runId: 'r1', step: 'a' }`,
  ])
})

test('a logger whose methods cannot be looked at gets lines as they are', async () => {
  const lines: unknown[] = []
  const note = (...given: unknown[]): void => void lines.push(given)
  const logger = new Proxy(
    { debug: () => {}, info: note, warn: note, error: note },
    {
      get(target, key) {
        if (key in target) return target[key as 'info']
        throw new Error('no')
      },
    },
  )
  await chain('etl', { logger })
    .next(() => 1, { out: 'a', log: '%s {{a}}' })
    .run({}, { runId: 'r1' })
  expect(lines).toEqual([['%s {a}', { chain: 'etl', runId: 'r1', step: 'a' }]])
})
