import { describe, expect } from 'vitest'
import { printedLine } from '../support/printed-line.ts'
import { promised, SECRET } from '../support/promises.ts'

function revoked(target: object): object {
  const { proxy, revoke } = Proxy.revocable(target, {})
  revoke()
  return proxy
}

/** Something that cannot be a step's own output, since asking it for a `then` fails. */
const inside = (value: unknown): { a: unknown } => ({ a: value })

const cycle: { self?: unknown } = {}
cycle.self = cycle

describe('a value', () => {
  const kinds: readonly (readonly [string, unknown, string])[] = [
    ['a cycle', cycle, '{"self":[Circular]}'],
    ['a BigInt', 12n, '12n'],
    [
      'a Map',
      new Map<unknown, unknown>([
        ['a', 1],
        [{ k: 1 }, [2]],
      ]),
      'Map(2) [["a",1],[{"k":1},[2]]]',
    ],
    ['a Set', new Set([1, 'a']), 'Set(2) [1,"a"]'],
    ['a Date', new Date(Date.UTC(2026, 0, 31)), '2026-01-31T00:00:00.000Z'],
    ['an invalid Date', new Date(Number.NaN), 'Invalid Date'],
    ['NaN', Number.NaN, 'NaN'],
    ['-0', -0, '-0'],
    ['undefined', undefined, 'undefined'],
    ['a symbol', Symbol('s'), 'Symbol(s)'],
    ['a function', function named() {}, '[Function named]'],
    ['a RegExp', /a+/gi, '/a+/gi'],
    ['an Error', new TypeError('no "good"'), '[TypeError: no "good"]'],
    ['a Buffer', Buffer.from('text'), 'Buffer(4 bytes)'],
    ['a URL', new URL('https://example.com/a?b=1'), '"https://example.com/a?b=1"'],
    ['a typed array', new Float64Array(4), 'Float64Array(32 bytes)'],
    ['an object without a prototype', Object.assign(Object.create(null), { a: 1 }), '{"a":1}'],
  ]
  for (const [title, value, text] of kinds) {
    promised(`row 110: ${title} has a text of its own, alone and inside of others`, async (given) => {
      expect(await printedLine(given, '{x}', value)).toBe(text)
      const within = value instanceof Date && text !== 'Invalid Date' ? `"${text}"` : text
      expect(await printedLine(given, '{x.a} {x}', inside(value))).toBe(`${text} {"a":${within}}`)
    })
  }

  promised('row 110: a revoked proxy is said to have thrown', async (given) => {
    for (const target of [{}, [], () => {}])
      expect(await printedLine(given, '{x.a} {x}', inside(revoked(target)))).toBe(
        '[threw TypeError] {"a":[threw TypeError]}',
      )
  })

  promised('row 111: whose toJSON throws is said to have', async (given) => {
    const toJSON = (): never => {
      throw new RangeError(SECRET)
    }
    expect(await printedLine(given, '{x}', [{ toJSON }, 2])).toBe('[[threw RangeError],2]')
  })

  promised(
    'row 111: whose toJSON gives itself is printed as it is; one that never ends, to its depth',
    async (given) => {
      const self: object = { a: 1, toJSON: () => self }
      const make = (): object => ({ toJSON: make })

      expect(await printedLine(given, '{x}', self)).toBe('{"a":1,"toJSON":[Function toJSON]}')
      expect(await printedLine(given, '{x}', make())).toBe('[…]')
    },
  )

  promised('row 111: whose toJSON gives much is cut', async (given) => {
    const line = await printedLine(given, '{x}', {
      toJSON: () => ({ list: Array.from({ length: 100_000 }, () => 'x') }),
    })
    expect(line.length).toBeLessThan(4_200)
  })

  promised('row 111: what toJSON gives is redacted like everything else', async (given) => {
    const redact = (text: string): string => text.replaceAll(SECRET, '[hidden]')
    const value = { toJSON: () => ({ password: SECRET, deeper: { toJSON: () => SECRET } }) }

    expect(await printedLine(given, '{x}', value, { redact })).toBe('{"password":[hidden],"deeper":"[hidden]"}')
  })
})

describe('size', () => {
  promised('row 113: 100,000 levels are cut at the twelfth, with a mark', async (given) => {
    let nested: unknown = 'end'
    for (let level = 0; level < 100_000; level++) nested = level % 2 === 0 ? [nested] : { a: nested }

    expect(await printedLine(given, '{x}', nested)).toBe(`${'{"a":['.repeat(6)}[…]${']}'.repeat(6)}`)
  })

  promised('row 114: text is cut at 4 kB, and the rest counted', async (given) => {
    const length = given.watched ? 1_000_000 : 2 ** 28

    expect(await printedLine(given, '{x}', 'x'.repeat(length))).toBe(`${'x'.repeat(4_096)}… +${length - 4_096} more`)
    expect(await printedLine(given, '{x}', 'x'.repeat(4_096))).toBe('x'.repeat(4_096))
  })

  const large: readonly (readonly [string, () => object])[] = [
    [
      'an object of 1,000,000 keys',
      () => Object.fromEntries(Array.from({ length: 1_000_000 }, (_, key) => [`k${key}`, 1])),
    ],
    ['a list of 10,000,000', () => Array.from({ length: 10_000_000 })],
    ['a Map', () => new Map(Array.from({ length: 100_000 }, (_, key) => [key, key]))],
    ['a Set', () => new Set(Array.from({ length: 100_000 }, (_, key) => key))],
  ]
  for (const [title, make] of large) {
    promised(`row 114: ${title} is cut at 4 kB, with a mark`, async (given) => {
      const line = await printedLine(given, '{x}', make())

      expect(line.length).toBeGreaterThanOrEqual(4_096)
      expect(line.length).toBeLessThan(4_200)
      // Each entry takes at least two characters.
      const [, more = ''] = /… \+(\d+) more$/.exec(line) ?? []
      expect(Number(more)).toBeGreaterThan(98_000)
    })
  }

  promised('row 114: what does not fit is not looked at', async (given) => {
    let reads = 0
    const list = new Proxy([], {
      get: (target, key) => {
        if (key === 'length') return 10_000_000
        if (typeof key === 'string' && /^\d+$/.test(key)) reads++
        return Reflect.get(target, key) as unknown
      },
    })
    await printedLine(given, '{x}', list)

    expect(reads).toBeLessThan(4_097)
  })

  promised('row 114: a line is cut at 16 kB', async (given) => {
    const line = await printedLine(given, '{x}'.repeat(10), 'y'.repeat(5_000))

    expect(line).toHaveLength(16_385)
    expect(line).toMatch(/…$/)
  })
})

describe('what others wrote', () => {
  for (const [title, text, escaped] of [
    ['CR and LF', 'a\r\nb', String.raw`a\u000d\u000ab`],
    ['an ANSI sequence', '\u001b[31mred', String.raw`\u001b[31mred`],
    ['NUL', '\0', String.raw`\u0000`],
    ['U+2028 and U+2029', '\u2028\u2029', String.raw`\u2028\u2029`],
    ['a lone surrogate', 'a\ud83db', String.raw`a\ud83db`],
    ['bidi overrides', '\u202a\u202e\u2066\u2069', String.raw`\u202a\u202e\u2066\u2069`],
  ] as const) {
    promised(`row 115: ${title} are escaped, so that no line is forged`, async (given) => {
      expect(await printedLine(given, 'x={x}', text)).toBe(`x=${escaped}`)
      for (const value of [
        { [text]: 1 },
        new Error(text),
        new Map([[text, 1]]),
        Symbol(text),
        { toJSON: () => text },
      ]) {
        const line = await printedLine(given, 'x={x}', value)
        expect(line.isWellFormed()).toBe(true)
        // oxlint-disable-next-line no-control-regex -- these are what must not be there
        expect(line).not.toMatch(/[\u0000-\u001f\u007f\u2028-\u202e\u2066-\u2069]/)
      }
    })
  }

  const lies: readonly (readonly [string, ProxyHandler<object>])[] = [
    ['new ones each time', { ownKeys: () => Array.from({ length: 3 }, () => `k${lied++}`) }],
    ['none that are there', { ownKeys: () => ['x', 'y'], getOwnPropertyDescriptor: () => undefined }],
    ['one twice', { ownKeys: () => ['x', 'x'] }],
    ['what is no key', { ownKeys: () => [1 as never] }],
    ['very many', { ownKeys: () => Array.from({ length: 100_000 }, (_, key) => `k${key}`) }],
  ]
  let lied = 0
  for (const [title, traps] of lies) {
    promised(
      `row 117: a proxy that says it has ${title} is printed with bounds, or said to have thrown`,
      async (given) => {
        const found = { value: 1, enumerable: true, configurable: true }
        const proxy: object = new Proxy({}, { getOwnPropertyDescriptor: () => found, ...traps })
        const line = await printedLine(given, '{x}', inside(proxy))

        expect(line).toMatch(/^\{"a":(\[threw TypeError\]|\{.*)\}?/)
        expect(line.length).toBeLessThan(4_200)
      },
    )
  }
})
