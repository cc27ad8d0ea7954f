import { inspect } from 'node:util'
import { chain, type RunOptions, type StepchainError } from 'stepchain'
import { recorder } from './recorder.ts'
import { thrownBy, untyped } from './untyped.ts'
import { VirtualClock } from './virtual-clock.ts'

/** Something that carries a secret: the secret as it is written there, and what holds that. */
export interface Carried {
  /** What must not be seen. */
  readonly needle: string
  readonly value: unknown
}

type Encode = (secret: string) => Carried

const within = (needle: string, value: unknown): Carried => ({ needle, value })
const json = (text: string): string => JSON.stringify(text).slice(1, -1)
const percent = (text: string, every: number): string =>
  [...Buffer.from(text)]
    .map((byte, index) =>
      index % every === 0 || byte > 126 || byte < 33 || byte === 0x25
        ? `%${byte.toString(16).padStart(2, '0')}`
        : String.fromCharCode(byte),
    )
    .join('')
const codes = (text: string): string =>
  Array.from({ length: text.length }, (_, at) => `\\u${text.charCodeAt(at).toString(16).padStart(4, '0')}`).join('')
/** The characters that hold nothing but the secret. */
const base64 =
  (offset: number, kind: 'base64' | 'base64url' = 'base64'): Encode =>
  (secret) => {
    const text = Buffer.from(`${'user:'.slice(5 - offset)}${secret}, and more`).toString(kind)
    const bits = Buffer.byteLength(secret) * 8
    return within(text.slice(Math.ceil((offset * 8) / 6), Math.floor((offset * 8 + bits) / 6)), `Basic ${text}`)
  }

function stacked(secret: string): Error {
  const error = new Error('no')
  error.stack = `Error: ${secret}\n    at ${secret} (file.js:1:2)`
  return Object.assign(error, { config: { headers: { 'X-Anything': secret } } })
}

/** The encodings in which no secret is seen anywhere. */
export const PROMISED: Readonly<Record<string, Encode>> = {
  plain: (secret) => within(secret, secret),
  'inside of a word': (secret) => within(secret, `abc${secret}xyz`),
  JSON: (secret) => within(json(secret), JSON.stringify({ a: secret })),
  'JSON in a string': (secret) => within(json(json(secret)), JSON.stringify(JSON.stringify({ a: secret }))),
  'JSON in a string in a string': (secret) =>
    within(json(json(json(secret))), JSON.stringify(JSON.stringify(JSON.stringify({ a: secret })))),
  'query of a URL': (secret) =>
    within(encodeURIComponent(secret), `https://a.example/b?c=${encodeURIComponent(secret)}&d=1`),
  'form, with + for spaces': (secret) => {
    const text = new URLSearchParams({ a: secret }).toString()
    return within(text.slice(2), `${text}&b=1`)
  },
  'path of a URL': (secret) => within(encodeURI(secret), `https://a.example/${encodeURI(secret)}/b`),
  'user of a URL': (secret) =>
    within(encodeURIComponent(secret), `https://user:${encodeURIComponent(secret)}@a.example`),
  'basic authentication': base64(5),
  'percent-encoded whole': (secret) => within(percent(secret, 1), percent(secret, 1)),
  'percent-encoded in part': (secret) => within(percent(secret, 2), percent(secret, 2)),
  'percent-encoded JSON': (secret) =>
    within(encodeURIComponent(json(secret)), encodeURIComponent(JSON.stringify({ a: secret }))),
  '\\u escapes': (secret) => within(codes(secret), `"${codes(secret)}"`),
  'base64 at offset 0': base64(0),
  'base64 at offset 1': base64(1),
  'base64 at offset 2': base64(2),
  base64url: base64(1, 'base64url'),
  'base64 of JSON': (secret) => base64(5)(json(secret)),
  hex: (secret) => within(Buffer.from(secret).toString('hex'), `0x${Buffer.from(secret).toString('hex')}`),
  HEX: (secret) => {
    const text = Buffer.from(secret).toString('hex').toUpperCase()
    return within(text, `0x${text}`)
  },
  'key of an object': (secret) => within(json(secret), { [secret]: 1 }),
  'key of a Map': (secret) => within(json(secret), new Map([[secret, 1]])),
  'member of a Set': (secret) => within(json(secret), new Set([secret])),
  'an error, its stack and own properties': (secret) => within(secret, stacked(secret)),
}

/** Those in which it is: what is done to a secret by hand cannot be known. */
export const NOT_PROMISED: Readonly<Record<string, Encode>> = {
  split: (secret) => within(secret.split('').join(' '), secret.split('').join(' ')),
  reversed: (secret) => within(secret.split('').reverse().join(''), secret.split('').reverse().join('')),
  'upper case': (secret) => within(secret.toUpperCase(), secret.toUpperCase()),
  truncated: (secret) => within(secret.slice(0, -2), `${secret.slice(0, -2)}…`),
}

/** What a library that fails would say. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : inspect(value, { depth: 10 })
}

function printed(error: unknown): string {
  return `${inspect(error, { depth: 10 })}\n${inspect({ error }, { depth: 10, colors: true })}`
}

/** An error with something in its message, and something beside it. */
function failure(value: unknown): Error {
  return Object.assign(new Error(`it failed: ${textOf(value)}`), { config: { data: value, list: [value] } })
}

const fails =
  (value: unknown): (() => never) =>
  () => {
    throw failure(value)
  }

async function errorOf(definition: ReturnType<typeof untyped>, options: object = {}): Promise<StepchainError> {
  try {
    await definition.run({}, { logger: null, ...options })
  } catch (error) {
    return error as StepchainError
  }
  throw new Error('expected a failure')
}

async function lines(
  build: (definition: ReturnType<typeof untyped>) => ReturnType<typeof untyped>,
  options: RunOptions = {},
) {
  const logger = recorder()
  await build(untyped('leaks'))
    .run({}, { logger, clock: new VirtualClock(), ...options })
    .catch(() => {})
  return JSON.stringify(logger.lines.map(({ message, fields }) => [message, fields]))
}

async function told(name: string, value: unknown, show: (event: unknown) => string, act: () => unknown = () => value) {
  let shown = ''
  const hooks = { [name]: (event: unknown) => void (shown += show(event)) }
  await untyped('leaks')
    .next(act, { out: 'x', retry: { retries: 1, initialDelay: 0 } })
    .run({}, { hooks, logger: null })
    .catch(() => {})
  return shown
}

/** All ways out. Each gives what is seen there of something that carries a secret. */
export const CHANNELS: Readonly<Record<string, (value: unknown) => Promise<string> | string>> = {
  'template of a text': (value) => lines((c) => c.next(() => textOf(value), { out: 'x', log: 'x={x} {result}' })),
  'template of a value': (value) => lines((c) => c.next(() => ({ a: [value] }), { out: 'x', log: '{x} {x.a.0}' })),
  'text of a template': (value) =>
    lines((c) => c.tap(() => {}, { log: textOf(value).replaceAll('{', '{{').replaceAll('}', '}}') })),
  'log callback': (value) => lines((c) => c.tap(() => {}, { log: () => textOf(value) })),
  'message of step.log': (value) =>
    lines((c) => c.tap((_: unknown, { log }: never) => (log as Console).info(textOf(value)))),
  'field of step.log': (value) =>
    lines((c) => c.tap((_: unknown, { log }: never) => (log as Console).info('m', { a: value, b: textOf(value) }))),
  'line of a retry': (value) => lines((c) => c.tap(fails(value), { retry: { retries: 1, initialDelay: 0 } })),
  'line of a hook that failed': (value) => lines((c) => c.tap(() => {}), { hooks: { afterStep: fails(value) } }),
  'error.message': async (value) => (await errorOf(untyped('leaks').tap(fails(value)))).message,
  'error.stack': async (value) => String((await errorOf(untyped('leaks').tap(fails(value)))).stack),
  'error as text and JSON': async (value) => {
    const error = await errorOf(untyped('leaks').tap(fails(value)))
    return `${error}${JSON.stringify({ error })}`
  },
  'error with its cause, printed': async (value) => printed(await errorOf(untyped('leaks').tap(fails(value)))),
  'error with causes of causes, printed': async (value) =>
    printed(
      await errorOf(
        untyped('leaks').tap(() => {
          throw new Error('outer', { cause: new TypeError('inner', { cause: failure(value) }) })
        }),
      ),
    ),
  'AggregateError, printed': async (value) =>
    printed(
      await errorOf(
        untyped('leaks').tap(() => {
          throw new AggregateError([failure(value), new Error('other')], textOf(value))
        }),
      ),
    ),
  'GroupError and its errors, printed': async (value) => {
    const branch = (c: ReturnType<typeof untyped>): unknown => c.next(fails(value), { out: 'y' })
    const error = await errorOf(
      (untyped('leaks') as unknown as { parallel(list: unknown): ReturnType<typeof untyped> }).parallel([branch]),
    )
    return `${printed(error)}${printed(error.errors)}${error.message}`
  },
  'message of a validator': async (value) => {
    const error = await errorOf(untyped('leaks').next(() => 1, { out: 'x', validate: fails(value) }))
    return `${error.message}${printed(error)}`
  },
  'reason of a cancellation': async (value) => {
    const signal = AbortSignal.abort(failure(value))
    return printed(
      await errorOf(
        untyped('leaks').tap(() => {}),
        { signal },
      ),
    )
  },
  'event of a step, as JSON': (value) => told('afterStep', value, (event) => JSON.stringify(event)),
  'event of a step, printed': (value) => told('afterStep', { a: [value] }, (event) => inspect(event, { depth: 10 })),
  'event of a retry, printed': (value) =>
    told('onRetry', value, (event) => `${inspect(event)}${JSON.stringify(event)}`, fails(value)),
  'context of an error, printed': async (value) => {
    const { context } = await errorOf(
      untyped('leaks')
        .next(() => ({ a: value }), { out: 'x' })
        .next(fails(1), { out: 'y' }),
    )
    return `${inspect({ context }, { depth: 10 })}${JSON.stringify(context)}`
  },
  'errors of options and of a report': async (value) => {
    const text = textOf(value)
    const { message } = thrownBy(() => chain('leaks', { timeout: text as never }))
    const { report } = (await chain('leaks')
      .next(fails(value), { out: 'x', retry: { retries: 1, initialDelay: 0 } })
      .safeRun({}, { logger: null })) as { report?: unknown }
    return `${message}${JSON.stringify(report)}`
  },
}
