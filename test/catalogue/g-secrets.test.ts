import { inspect } from 'node:util'
import { chain, secret } from 'stepchain'
import { describe, expect } from 'vitest'
import { printedLine } from '../support/printed-line.ts'
import { promised } from '../support/promises.ts'
import { recorder } from '../support/recorder.ts'
import { thrownBy } from '../support/untyped.ts'

const VALUE = 'sk_live_0a1b2c3d4e'
const key = secret(VALUE, { label: 'key' })

function axiosError(): Error {
  const error = new Error(`Request failed with Bearer ${VALUE}`)
  return Object.assign(error, { config: { headers: { Authorization: `Bearer ${VALUE}`, 'X-Own': VALUE } } })
}

const fail = (error: unknown) => (): never => {
  throw error
}

describe('errors', () => {
  promised(
    'row 118: a secret in the message, stack, cause, errors and own properties of an error is not printed',
    async (given) => {
      const cause = new AggregateError([axiosError(), new Error('x', { cause: axiosError() })], `all failed: ${VALUE}`)
      const outer = new Error(`outer ${VALUE}`, { cause })
      const error = await given.failure(given.chain().tap(fail(outer)))

      for (const text of [
        error.message,
        String(error.stack),
        String(error),
        JSON.stringify(error),
        inspect(error),
        inspect({ error }, { colors: true, depth: 9 }),
      ])
        expect(text).not.toContain(VALUE)
      expect(inspect(error)).toContain('all failed: [secret:key]')
      // What was thrown is as it was.
      expect(key.reveal()).toBe(VALUE)
      expect(error.cause).toBe(outer)
      expect(outer.message).toBe(`outer ${VALUE}`)
      expect(cause.errors[0].config.headers['X-Own']).toBe(VALUE)
    },
  )

  promised('row 118: what is hidden by its name is not printed with a cause either', async (given) => {
    const thrown = Object.assign(new Error('no'), { config: { headers: { Authorization: 'Bearer of-nobody', ok: 1 } } })
    const error = await given.failure(given.chain().tap(fail(thrown)))

    expect(inspect(error, { depth: 9 })).toContain("Authorization: '[hidden]', ok: 1")
  })

  promised('row 119: a stack that was read before anything was known is cleared by itself', async (given) => {
    const late = `late-secret-${Math.random()}`
    const thrown = new Error(`it is ${late}`)
    expect(thrown.stack).toContain(late)
    const hidden = secret(late, { label: 'late' })
    const error = await given.failure(given.chain().tap(fail(thrown)))

    expect(inspect(error)).not.toContain(late)
    expect(inspect(error)).toContain('it is [secret:late]')
    expect(thrown.stack).toContain(hidden.reveal())
  })

  promised('row 128: a secret in a chain name, step name or run id is not printed', async (given) => {
    const lines = recorder()
    const events: unknown[] = []
    const hooks = { afterStep: (event: unknown) => void events.push(event) }
    const definition = given.chain(`c-${VALUE}`).tap(() => {}, { name: `s-${VALUE}`, log: 'ok' })
    expect((await given.run(definition, {}, { runId: `r-${VALUE}`, logger: lines, hooks })).ok).toBe(true)
    const error = await given.failure(definition.tap(fail(1), { name: `t-${VALUE}` }), {
      runId: `r-${VALUE}`,
      logger: lines,
    })
    const refused = given.refused(() => given.chain(`c-${VALUE}`).tap(() => {}, { name: `s-${VALUE}`, retry: -1 }))

    for (const shown of [lines.lines, events, error, refused]) {
      expect(JSON.stringify(shown)).toContain('[secret:key]')
      expect(JSON.stringify(shown) + inspect(shown)).not.toContain(VALUE)
    }
    expect([error.chain, error.step, error.runId]).toEqual(['c-[secret:key]', 't-[secret:key]', 'r-[secret:key]'])
  })
})

describe('where a secret is', () => {
  promised('row 120: behind a cycle or a second path it is hidden as well', async (given) => {
    const req: Record<string, unknown> = { headers: { authorization: 'Bearer x' }, password: 'of-nobody' }
    const res = { req }
    Object.assign(req, { self: req, res })

    expect(await printedLine(given, '{x}', { req, res })).toBe(
      '{"req":{"headers":{"authorization":[hidden]},"password":[hidden],"self":[Circular],"res":{"req":[Circular]}},' +
        '"res":{"req":{"headers":{"authorization":[hidden]},"password":[hidden],"self":[Circular],"res":[Circular]}}}',
    )
  })

  promised(
    'row 121: in what is frozen, given by a getter or by a class it is hidden, and nothing is written to',
    async (given) => {
      class Account {
        readonly token = 'of-nobody'
        get password(): string {
          return 'of-nobody'
        }
      }
      const value = Object.freeze({
        list: Object.freeze([Object.freeze({ password: 'of-nobody' })]),
        get token(): string {
          return VALUE
        },
        account: new Account(),
      })

      expect(await printedLine(given, '{x} {x.account.password}', value)).toBe(
        '{"list":[{"password":[hidden]}],"token":[hidden],"account":Account {"token":[hidden]}} [hidden]',
      )
      expect(
        await printedLine(given, '{x}', {
          own: VALUE,
          get: {
            get a(): string {
              return VALUE
            },
          },
        }),
      ).toBe('{"own":"[secret:key]","get":{"a":"[secret:key]"}}')
    },
  )

  const forms: readonly (readonly [string, unknown, string])[] = [
    ['the key of an object', { [VALUE]: 1 }, '{"[secret:key]":1}'],
    ['the key of a Map', new Map([[VALUE, 1]]), 'Map(1) [["[secret:key]",1]]'],
    ['a member of a Set', new Set([VALUE]), 'Set(1) ["[secret:key]"]'],
    ['a URL', new URL(`https://u:${VALUE}@a.example/?q=${VALUE}`), '"https://u:[hidden]@a.example/?q=[secret:key]"'],
    ['JSON in a text', JSON.stringify({ a: VALUE }), '{"a":"[secret:key]"}'],
    ['base64', Buffer.from(VALUE).toString('base64'), '[secret:key]'],
    ['base64, one further', Buffer.from(`:${VALUE}`).toString('base64'), 'O[secret:key]=='],
    ['base64, two further', Buffer.from(`u:${VALUE}`).toString('base64'), 'dT[secret:key]='],
    ['base64url', Buffer.from(VALUE).toString('base64url'), '[secret:key]'],
    ['hex', Buffer.from(VALUE).toString('hex'), '[secret:key]'],
    ['percent-encoded', VALUE.replaceAll(/./g, (letter) => `%${letter.charCodeAt(0).toString(16)}`), '[secret:key]'],
    ['a function', { [VALUE]: () => {} }[VALUE], '[Function [secret:key]]'],
    ['a symbol', Symbol(VALUE), 'Symbol([secret:key])'],
    ['an error', new Error(VALUE), '[Error: [secret:key]]'],
    ['a RegExp', new RegExp(VALUE), '/[secret:key]/'],
  ]
  for (const [title, value, text] of forms) {
    promised(`row 122: as ${title} it is hidden`, async (given) => {
      expect(await printedLine(given, '{x}', value)).toBe(text)
    })
  }

  promised(
    'row 122: behind a name in a Map, in JSON in a text and in a URL it is hidden, whatever it is',
    async (given) => {
      const value = [
        new Map([['password', 'pw']]),
        JSON.stringify({ password: 'p"w', a: 1 }),
        'https://a.example/?token=pw&a=1',
        new Headers({ Cookie: 'pw', a: 'b' }),
      ]

      expect(await printedLine(given, '{x}', value)).toBe(
        '[Map(1) [["password",[hidden]]],"{\\"password\\":\\"[hidden]\\",\\"a\\":1}","https://a.example/?token=[hidden]&a=1",Headers(2) [["a","b"],["cookie",[hidden]]]]',
      )
    },
  )
})

describe('what is a secret', () => {
  for (const value of ['', 'us', 'true', '1234567', 7, null, undefined, true, {}, ['short'], Symbol('long enough')]) {
    promised(`row 123: ${inspect(value)} is SC_DEFINITION`, (given) => {
      const error = given.refused(() => secret(value, { label: 'x' }))

      expect(error.message).toBe(
        "Chain 'secret': the value is undefined; expected a text of at least 8 characters, or unsafeShort",
      )
    })
  }

  promised('row 123: unsafeShort hides a short one wherever it is', async (given) => {
    const short = secret('q7!', { label: 'short', unsafeShort: true })
    const none = secret('', { label: 'none', unsafeShort: true })

    expect(await printedLine(given, '{x} {y}', 'aq7!bq7! %717! 7q', { input: { y: [short, none] } })).toBe(
      'a[secret:short]b[secret:short] [secret:short] 7q [[secret:short],[secret:none]]',
    )
  })

  promised('row 123: rules for names hide common words whole, and leave them alone elsewhere', async (given) => {
    expect(await printedLine(given, '{x}', { region: 'us', password: 'us', status: 'true', pin: 7 })).toBe(
      '{"region":"us","password":[hidden],"status":"true","pin":[hidden]}',
    )
  })

  promised('row 124: of those that begin alike the longest is hidden, and what is known twice stays', async (given) => {
    const short = secret('prefix-0123', { label: 'short' })
    const long = secret('prefix-0123-and-more', { label: 'long' })
    const again = secret('prefix-0123', { label: 'again' })
    const overlapping = secret('more-and-on', { label: 'overlapping' })
    const line = await printedLine(
      given,
      '{x}',
      'prefix-0123 prefix-0123-and-more prefix-0123-and prefix-0123-and-more-and-on',
    )

    expect(line).toBe('[secret:short] [secret:long] [secret:short]-and [secret:long]')
    expect([short, long, again, overlapping].map(String)).toContain('[secret:again]')
  })

  promised(
    'row 125: what is split, reversed, in upper case or shortened is not found, as the docs say',
    async (given) => {
      const changed = [
        VALUE.split('').join(' '),
        VALUE.split('').reverse().join(''),
        VALUE.toUpperCase(),
        VALUE.slice(0, -1),
      ]

      expect(await printedLine(given, '{x}', changed)).toBe(JSON.stringify(changed))
    },
  )
})

promised('row 124: 10,000 secrets are all found', async (given) => {
  const all = Array.from({ length: 10_000 }, (_, index) =>
    secret(`many-${index}-${(index * 7919) % 10_007}-secrets`, { label: 'many' }),
  )
  const text = all
    .slice(0, 100)
    .map((one) => one.reveal())
    .join(' ')

  expect(await printedLine(given, '{x}', text)).toBe(Array.from({ length: 100 }, () => '[secret:many]').join(' '))
  expect(thrownBy(() => chain(text as never)).message).not.toContain('secrets')
  expect(all).toHaveLength(10_000)
})
