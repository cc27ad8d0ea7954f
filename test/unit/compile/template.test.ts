import { describe, expect, test } from 'vitest'
import { thrownBy, untyped } from '../../support/untyped.ts'

/** Runs a step with a template, and gives the line it prints. */
function printed(template: string, output: unknown, input: object = {}): string | undefined {
  const lines: string[] = []
  const logger = { debug() {}, info: (line: string) => void lines.push(line), warn() {}, error() {} }
  untyped('orders', { logger })
    .next(() => output, { out: 'x', log: template })
    .runSync(input)
  expect(lines.length).toBeLessThan(2)
  return lines[0]
}

const build = (log: string): unknown => untyped('orders').next(() => 1, { out: 'x', name: 'load', log })

describe('braces', () => {
  test.each([
    ['{{x}}', '{x}'],
    ['{{', '{'],
    ['}}', '}'],
    ['{{{x}}}', '{1}'],
    ['{{{x}', '{1'],
    ['{{{{', '{{'],
    ['a }}{{ b', 'a }{ b'],
    ['{x}{x}', '11'],
    ['{{{{x}}}}', '{{x}}'],
    ['', ''],
    ['no refs', 'no refs'],
    ['ünïcode 🎉 {x}', 'ünïcode 🎉 1'],
  ])('row 103: %o is %o', (template, line) => {
    expect(printed(template, 1)).toBe(line)
  })
})

describe('what is not well formed', () => {
  test.each([
    ['{', 2],
    ['{x', 1],
    ['ab {x', 4],
    ['{}', 2],
    ['{ x }', 2],
    ['{x }', 3],
    ['{x-y}', 3],
    ['{x.}', 4],
    ['{.x}', 2],
    ['{a..b}', 4],
    ['{x.y', 1],
    ['{x[}', 3],
    ['{x[1}', 3],
    ['{x["a}', 3],
    ["{x['a']}", 3],
    ['{x[-1]}', 3],
    ['{x.[0]}', 4],
    ['{x[0]y}', 6],
    ['{x!r}', 3],
    ['{x:>5}', 3],
    ['{x{y}}', 3],
    ['}', 1],
    ['ab } cd', 4],
    ['{x}}', 4],
    ['{{x}', 4],
  ])('row 104: %o, at column %d', (template, column) => {
    const error = thrownBy(() => build(template))
    expect([error.name, error.code, error.step]).toEqual(['DefinitionError', 'SC_TEMPLATE', 'load'])
    expect(error.message).toContain("Chain 'orders', step 'load': ")
    expect(error.message).toContain(JSON.stringify(template))
    expect(error.message).toContain(`column ${column}: `)
  })

  test.each([
    '{__proto__.x}',
    '{constructor.name}',
    '{x.__defineGetter__}',
    '{x.prototype}',
    '{x["__proto__"]}',
    '{x[""]}',
    '{$step}',
    '{$signal.aborted}',
  ])('row 107: %s may not be referred to', (template) => {
    const error = thrownBy(() => build(template))
    expect(error.code).toBe('SC_TEMPLATE')
    expect(error.message).toMatch(/column \d+: ".*" may not be referred to/)
  })
})

describe('what is said of it', () => {
  test.each([
    ['{x', 'the ref is not closed'],
    ['{x!r}', '"!" is not part of a ref'],
    ['{}', 'expected a ref such as {user.name}'],
    ['}', 'a closing brace without an opening one'],
  ])('%o: %s', (template, said) => {
    expect(thrownBy(() => build(template)).message).toContain(`: ${said}`)
  })
})

describe('size', () => {
  test('row 112: up to 65,536 characters are taken, more are SC_LIMIT', () => {
    const longest = 'x'.repeat(65_536)
    expect(printed(longest, 1)?.startsWith('xxx')).toBe(true)
    const error = thrownBy(() => build(`${longest}x`))
    expect([error.name, error.code, error.step]).toEqual(['LimitError', 'SC_LIMIT', 'load'])
    expect(error.message).toBe(
      "Chain 'orders', step 'load': the log template has 65537 characters; at most 65536 are allowed",
    )
    expect([error.chain, error.step]).toEqual(['orders', 'load'])
    expect(error.message.length).toBeLessThan(400)
  })

  test('row 112: what is far too long is refused before it is looked at', () => {
    expect(thrownBy(() => build('{'.repeat(10_000_000))).code).toBe('SC_LIMIT')
  })

  test('row 112: the longest of every kind is taken apart, or refused, at once', () => {
    expect(printed('{{'.repeat(32_768), 1)?.slice(0, 3)).toBe('{{{')
    expect(printed('{x}'.repeat(21_845), 1)?.slice(0, 3)).toBe('111')
    expect(thrownBy(() => build('{aaaa'.repeat(13_107))).code).toBe('SC_TEMPLATE')
    expect(thrownBy(() => build(`${'{x}'.repeat(21_844)}{`)).message).toContain('column 65534: ')
    expect(thrownBy(() => build(`{${'x.'.repeat(32_767)}}`)).message).toContain('column 65536: ')
    expect(thrownBy(() => build(`{${'x[0]'.repeat(16_383)}`)).code).toBe('SC_TEMPLATE')
  })
})

describe('refs', () => {
  const input = { items: [{ name: 'a' }, { name: 'b' }], user: { 'b-c': 1, '{': 2, 'ü ö': 3 }, 'a-b': 4, gone: null }

  test.each([
    ['{items.0.name}', 'a'],
    ['{items[1].name}', 'b'],
    ['{items.length}', '2'],
    ['{user["b-c"]}', '1'],
    ['{user["{"]}', '2'],
    ['{user["ü ö"]}', '3'],
    ['{["a-b"]}', '4'],
    ['{items[1]["name"]}', 'b'],
    ['{items.2.name}', 'undefined'],
    ['{nobody}', 'undefined'],
    ['{nobody.name}', 'undefined'],
    ['{gone}', 'null'],
    ['{gone.further}', 'undefined'],
  ])('row 105: %s is %s', (template, line) => {
    expect(printed(template, 1, input)).toBe(line)
  })

  test('a segment behind the first may begin with $', () => {
    expect(printed('{user.$id} {user["$id"]}', 1, { user: { $id: 7 } })).toBe('7 7')
  })

  test('an index may have several digits', () => {
    expect(printed('{rows[10]} {rows.10}', 1, { rows: Array.from({ length: 11 }, (_, index) => index) })).toBe('10 10')
  })

  test('row 106: result is the step’s own output, whatever the context has', () => {
    expect(printed('{result} {x} {result.length}', 'abc', { result: 'of the input' })).toBe('abc abc 3')
    expect(printed('{result}', undefined)).toBe('undefined')
    const lines: string[] = []
    const logger = { debug() {}, info: (line: string) => void lines.push(line), warn() {}, error() {} }
    untyped('orders', { logger })
      .tap(() => 'effect', { log: '{result}' })
      .runSync()
    expect(lines).toEqual(['effect'])
  })

  test('row 107: what every object or function has is not read', () => {
    const template = '{x.toString} {x.hasOwnProperty} {x.call} {x.name}'
    expect(printed(template, {})).toBe('undefined undefined undefined undefined')
    expect(printed(template, function named() {})).toBe('undefined undefined undefined named')
  })

  test('row 107: nor what somebody put onto Object.prototype', () => {
    const polluted = Object.prototype as { secret?: string }
    try {
      polluted.secret = 'leaked'
      expect(printed('{x.secret} {secret}', {})).toBe('undefined undefined')
    } finally {
      delete polluted.secret
    }
  })

  test('row 107: a class’s own accessors are', () => {
    class Base {
      get size(): number {
        return 3
      }
    }
    class Derived extends Base {
      readonly #kind = 'd'
      get kind(): string {
        return this.#kind
      }
    }
    expect(printed('{x.size} {x.kind}', new Derived())).toBe('3 d')
    expect(printed('{x.size}', new Map([[1, 2]]))).toBe('1')
    expect(printed('{x.length} {x.0}', 'abc')).toBe('3 a')
  })

  test('row 108: a method is named and never called', () => {
    let calls = 0
    class Account {
      deleteAll(): void {
        calls++
      }
    }
    expect(printed('{x.deleteAll}', new Account())).toBe('[Function deleteAll]')
    expect(printed('{x}', () => calls++)).toBe('[Function anonymous]')
    expect(calls).toBe(0)
  })

  test('row 109: a getter is called once; what it throws is said', () => {
    let calls = 0
    const counted = {
      get value(): number {
        return ++calls
      },
    }
    expect(printed('{x.value}', counted)).toBe('1')
    const throwing = {
      get a(): never {
        throw new RangeError('secret detail')
      },
      get b(): never {
        throw 'text'
      },
    }
    expect(printed('{x.a} {x.b} {x}', throwing)).toBe(
      '[threw RangeError] [threw string] {"a":[threw RangeError],"b":[threw string]}',
    )
  })

  test('row 116: nothing in a value is interpreted a second time', () => {
    const value = '%s %d ${x} $& $1 $` {x} {{x}} %c'
    expect(printed('a {x} b', value)).toBe(`a ${value} b`)
  })

  test('row 114: a line is cut', () => {
    const line = printed('{x}'.repeat(10), 'y'.repeat(5_000)) ?? ''
    expect(line.length).toBe(16_385)
    expect(line.endsWith('…')).toBe(true)
  })
})
