import { describe, expect } from 'vitest'
import { printedLine } from '../support/printed-line.ts'
import { type Case, promised, SECRET } from '../support/promises.ts'
import { recorder } from '../support/recorder.ts'
import { work } from '../support/work.ts'

/** Expects a template to be refused while a chain is built; gives the message. */
function refusal(given: Case, log: string, code = 'SC_TEMPLATE'): string {
  const options = { out: 'x', name: 'load', log }
  const error = given.refused((step) => given.chain('orders').next(step, options), options)

  expect(error).toMatchObject({ code, chain: 'orders', step: 'load' })
  expect(error.message.length).toBeLessThan(400)
  return error.message
}

describe('braces', () => {
  for (const [template, line] of [
    ['{{x}}', '{x}'],
    ['}}', '}'],
    ['{{', '{'],
    ['{{{x}}}', '{1}'],
    ['a }}{{ b', 'a }{ b'],
  ] as const) {
    promised(`row 103: ${template} prints ${line}`, async (given) => {
      expect(await printedLine(given, template, 1)).toBe(line)
    })
  }

  for (const [template, column] of [
    ['{', 2],
    ['{x', 1],
    ['{}', 2],
    ['{ x }', 2],
    ['{x-y}', 3],
    ['{x.}', 4],
    ['{.x}', 2],
    ['{a..b}', 4],
    ['}', 1],
  ] as const) {
    promised(`row 104: ${template} is SC_TEMPLATE at column ${column}`, (given) => {
      const message = refusal(given, template)

      expect(message).toMatch(/^Chain 'orders', step 'load': log template /)
      expect(message).toContain(`${JSON.stringify(template)}, column ${column}: `)
    })
  }
})

describe('a ref', () => {
  const input = { items: [{ name: 'a' }, { name: 'b' }], a: { 'b-c': 1 }, result: 'of the input' }

  for (const [template, line] of [
    ['{items.0.name}', 'a'],
    ['{items[1].name}', 'b'],
    ['{a["b-c"]}', '1'],
    ['{items.2.name}', 'undefined'],
  ] as const) {
    promised(`row 105: ${template} prints ${line}`, async (given) => {
      expect(await printedLine(given, template, 1, { input })).toBe(line)
    })
  }

  promised('row 106: result, bare, is the step’s output, whatever the context has', async (given) => {
    expect(await printedLine(given, '{result}', 'abc', { input })).toBe('abc')
    expect(await printedLine(given, '{result} {result.length}', [1, 2], { input })).toBe('[1,2] 2')
  })

  for (const template of [
    '{__proto__.x}',
    '{constructor.name}',
    '{x.__defineGetter__}',
    '{x.prototype}',
    '{x["__proto__"]}',
  ]) {
    promised(`row 107: ${template} is SC_TEMPLATE`, (given) => {
      expect(refusal(given, template)).toMatch(/column \d+: ".*" may not be referred to/)
    })
  }

  promised(
    'row 107: sees own properties and accessors of a class, nothing of every object or function',
    async (given) => {
      class Account {
        own = 1
        get balance(): number {
          return 5
        }
      }
      const inherited = '{x.toString} {x.hasOwnProperty} {x.call} {x.isPrototypeOf}'
      const none = 'undefined undefined undefined undefined'

      expect(await printedLine(given, '{x.own} {x.balance}', new Account())).toBe('1 5')
      expect(await printedLine(given, '{x.size} {x.length}', new Map([[1, 2]]))).toBe('1 undefined')
      for (const output of [{}, () => {}, new Account(), [1]]) {
        // A list has a toString of its class.
        const line = await printedLine(given, inherited, output)
        expect(line.replace('[Function toString]', 'undefined')).toBe(none)
      }
    },
  )

  promised('row 108: to a method prints its name and never calls it', async (given) => {
    let calls = 0
    class Account {
      deleteAll(): void {
        calls++
      }
    }
    const call = (): number => calls++
    const hostile = { valueOf: call, toString: call, [Symbol.toPrimitive]: call }

    expect(await printedLine(given, '{x.deleteAll}', new Account())).toBe('[Function deleteAll]')
    expect(await printedLine(given, '{x} {result}', call)).toBe('[Function call] [Function call]')
    expect(await printedLine(given, '{x}', hostile)).toBe('{"valueOf":[Function call],"toString":[Function call]}')
    expect(calls).toBe(0)
  })

  promised('row 109: to a getter reads it once; what it throws is said in its place', async (given) => {
    let reads = 0
    const output = {
      get counted(): number {
        return ++reads
      },
      get broken(): never {
        throw new Error('secret detail')
      },
      get moody(): never {
        throw 'text'
      },
      get slow(): string {
        given.clock.block(1_000)
        return 'late'
      },
    }

    expect(await printedLine(given, '{x.counted} {x.broken} {x.moody} {x.slow}', output)).toBe(
      '1 [threw Error] [threw string] late',
    )
    expect(await printedLine(given, '{x}', output)).toBe(
      '{"counted":2,"broken":[threw Error],"moody":[threw string],"slow":"late"}',
    )
  })
})

describe('size', () => {
  for (const [title, template] of [
    ['1 MB of text', 'x'.repeat(1_000_000)],
    ['100,000 refs', '{x}'.repeat(100_000)],
    ['1,000,000 braces', '{'.repeat(1_000_000)],
    ['100,000 refs that are not closed', '{aaaa'.repeat(100_000)],
  ] as const) {
    promised(`row 112: ${title} are SC_LIMIT, and are not looked at`, (given) => {
      const { result, steps } = work(() => refusal(given, template, 'SC_LIMIT'))

      expect(result).toContain(`${template.length} characters; at most 65536`)
      // Some are spent on the options and on the message.
      expect(steps).toBeLessThan(10_000)
    })
  }

  for (const [title, unit] of [
    ['text', 'x'],
    ['refs', '{x}'],
    ['braces', '{{'],
    ['long refs', '{x.y.z[0]["a b"]}'],
  ] as const) {
    promised(`row 112: 64 kB of ${title} are taken in steps as many as there are characters`, (given) => {
      const template = unit.repeat(Math.floor(65_536 / unit.length))
      const { steps } = work(() => given.build((step) => given.chain().next(step, { out: 'x', log: template })))

      expect(steps).toBeLessThan(template.length * 4 + 10_000)
    })
  }

  for (const template of ['{aaaa'.repeat(13_000), `${'{x}'.repeat(20_000)}{`, `{${'x.'.repeat(32_000)}`]) {
    promised(`row 112: 64 kB that end in a fault, ${template.slice(0, 8)}…, are refused in as many`, (given) => {
      const { steps } = work(() => refusal(given, template))

      expect(steps).toBeLessThan(template.length * 4 + 10_000)
    })
  }
})

describe('a second interpretation', () => {
  const traps = '%s %d %o %c ${x} $& $1 $` {x} {{x}} {result}'

  promised('row 116: of what a value holds does not happen', async (given) => {
    expect(await printedLine(given, 'a {x} b', traps)).toBe(`a ${traps} b`)
    expect(await printedLine(given, '{x}', { [traps]: traps })).toBe(`{"${traps}":"${traps}"}`)
  })

  promised('row 116: of what a redactor puts in does not happen', async (given) => {
    const redact = (text: string): string => text.replaceAll(SECRET, () => traps)

    expect(await printedLine(given, 'a {x} b', SECRET, { redact })).toBe(`a ${traps} b`)
  })

  promised('row 116: of a step’s own line, or of what a callback gives, does not happen', async (given) => {
    const logger = recorder('info')
    const definition = given
      .chain()
      .tap((_context: unknown, step: { log: { info(text: string): void } }) => step.log.info(traps))
      .tap(() => 1, { log: () => traps })
    await given.run(definition, {}, { logger })

    expect(logger.text).toEqual([`info ${traps}`, `info ${traps}`])
  })
})
