import { chain, type HookErrorEvent } from 'stepchain'
import { describe, expect, test } from 'vitest'
import { failureOf } from '../support/outcome.ts'
import { VirtualClock } from '../support/virtual-clock.ts'
import { RecordingLogger } from './recording-logger.ts'

class User {
  readonly name = 'alice'
  get initial(): string {
    return this.name.slice(0, 1)
  }
  deleteAll(): string {
    throw new Error('a template called a method')
  }
}

describe('log_fmt', () => {
  test('sync: it is rendered after the step, with values of the context', () => {
    const logger = new RecordingLogger('info')

    chain('c', { logger })
      .put('user', { address: { city: 'Oslo' } })
      .next((city: string) => city.length, {
        out: 'n',
        args: ['user.address.city'],
        log: '{user.address.city} has {n}',
      })
      .runSync()

    expect(logger.of('info')).toEqual(['Oslo has 4'])
  })

  test('async: it is rendered after the step', async () => {
    const logger = new RecordingLogger('info')

    const context = await chain('c', { logger })
      .next(async () => ({ k: 1 }), { out: 'out', log: 'out={out}' })
      .run()

    expect(context).toEqual({ out: { k: 1 } })
    expect(logger.of('info')).toEqual(['out={"k":1}'])
  })

  test('lengths: {rows.length} and {map.size} in place of {rows.__len__}', () => {
    const logger = new RecordingLogger('info')

    chain('c', { logger })
      .next(() => ['a', 'b', 'c'], { out: 'raw', log: 'raw_n={raw.length} {result.length}' })
      .next(() => new Map([['a', 1]]), { out: 'index', log: 'index_n={index.size}' })
      .runSync()

    expect(logger.of('info')).toEqual(['raw_n=3 3', 'index_n=1'])
  })

  test('{result.name}: the output of the step, attributes and accessors of instances too', async () => {
    const logger = new RecordingLogger('info')

    const { user } = await chain('c', { logger })
      .next(async () => new User(), { out: 'user', log: 'user={result.name} ({user.initial})' })
      .run()

    expect(user).toBeInstanceOf(User)
    expect(logger.of('info')).toEqual(['user=alice (a)'])
  })

  // There {result} by itself was looked up in the context, and empty.
  test('{result}: the output itself, also of a step without an out key (repaired)', () => {
    const logger = new RecordingLogger('info')

    chain('c', { logger })
      .tap(() => 42, { log: 'result={result}' })
      .runSync()

    expect(logger.of('info')).toEqual(['result=42'])
  })

  test('objects and lists are printed as JSON, without spaces', () => {
    const logger = new RecordingLogger('info')

    chain('c', { logger })
      .next(() => ({ ok: true }), { out: 'res', log: 'res={res}' })
      .next(() => [1, 'two', null], { out: 'list', log: 'list={list}' })
      .runSync()

    expect(logger.of('info')).toEqual(['res={"ok":true}', 'list=[1,"two",null]'])
  })

  test('a template without refs is printed as it is', () => {
    const logger = new RecordingLogger('info')

    chain('c', { logger })
      .next(() => 1, { out: 'x', log: 'const' })
      .runSync()

    expect(logger.of('info')).toEqual(['const'])
  })

  // There {report.model_dump} called the method, and {table.delete_all} would have too.
  test('zero-arg callables: nothing is called but toJSON, which says how an object is printed (repaired)', () => {
    class Report {
      readonly rows = [1, 2]
      toJSON(): object {
        return { rows: this.rows, count: this.rows.length }
      }
    }
    const logger = new RecordingLogger('info')

    chain('c', { logger })
      .next(() => new Report(), { out: 'report', log: 'report={report}' })
      // @ts-expect-error [ts2322] -- the compiler refuses a method in a template
      .next(() => new User(), { out: 'user', log: 'user={user.deleteAll}' })
      .runSync()

    expect(logger.of('info')).toEqual(['report={"rows":[1,2],"count":2}', 'user=[Function deleteAll]'])
  })

  // There None and what was not found were printed as nothing.
  test('null and undefined are printed by name (repaired)', () => {
    const logger = new RecordingLogger('info')

    chain<{ user?: { name: string } }>('c', { logger })
      .next(() => null, { out: 'nothing', log: 'nothing={nothing} name={user.name}' })
      .runSync({})

    expect(logger.of('info')).toEqual(['nothing=null name=undefined'])
  })

  // There what could not be read as a ref was printed as it stood.
  test('braces are doubled, and a template that is not well formed is refused at once (repaired)', () => {
    const logger = new RecordingLogger('info')

    chain('c', { logger })
      .next(() => 1, { out: 'x', log: '{{{x}}}' })
      .runSync()
    expect(logger.of('info')).toEqual(['{1}'])

    // @ts-expect-error [ts2322] -- the compiler refuses it too
    expect(() => chain().next(() => 1, { out: 'x', log: 'x={x' })).toThrow('column 3: the ref is not closed')
  })

  test('logger guard: a level that is off renders nothing', () => {
    let renderings = 0
    const value = {
      toJSON() {
        renderings++
        return {}
      },
    }
    const define = (logger: RecordingLogger | null) =>
      chain('c', { logger }).next(() => value, { out: 'x', log: 'x={x}' })
    const warnings = new RecordingLogger('warn')

    define(warnings).runSync()
    define(null).runSync()
    expect(renderings).toBe(0)
    expect(warnings.lines).toEqual([])

    define(new RecordingLogger('info')).runSync()
    expect(renderings).toBe(1)
  })

  // There 'starting step' and 'completed step' were printed at info.
  test('the life of steps is printed at debug (repaired)', () => {
    const logger = new RecordingLogger('debug')

    chain('c', { logger, clock: new VirtualClock() })
      .next(() => 1, { out: 'x' })
      .runSync()

    expect(logger.lines.map(({ level, message }) => `${level}: ${message}`)).toEqual([
      "debug: Step 'x' started",
      "debug: Step 'x' ok in 0 ms",
    ])
  })
})

describe('log callbacks', () => {
  test('sync: it gets the context, with the output in it, and the output', () => {
    const seen: unknown[] = []

    chain('c', { logger: new RecordingLogger('info') })
      .next(() => 'value', { out: 'out', log: (context, output) => void seen.push({ ...context }, output) })
      .runSync()

    expect(seen).toEqual([{ out: 'value' }, 'value'])
  })

  // There it had to print by itself.
  test('async: a text that it returns is printed (repaired)', async () => {
    const logger = new RecordingLogger('info')

    await chain('c', { logger })
      .next(async () => 'value', { out: 'out', log: (_context, output) => `made ${output.toUpperCase()}` })
      .run()

    expect(logger.of('info')).toEqual(['made VALUE'])
  })

  test('sync: one that fails is swallowed and reported', () => {
    const logger = new RecordingLogger('info')
    const faults: HookErrorEvent[] = []
    const log = (): string => {
      throw new Error('bad log')
    }

    const context = chain('c', { logger, hooks: { onHookError: (event) => void faults.push(event) } })
      .next(() => 'result', { out: 'x', log })
      .runSync()

    expect(context).toEqual({ x: 'result' })
    expect(logger.of('warn')).toEqual(["log at 'x' threw, which changed nothing: bad log"])
    expect(faults).toMatchObject([{ source: 'log', path: 'x', error: { message: 'bad log' } }])
  })

  test('async: one that fails is swallowed and reported, also when it rejects (repaired)', async () => {
    const logger = new RecordingLogger('info')

    const context = await chain('c', { logger })
      .next(async () => ({ a: 1 }), {
        out: 'out',
        log: () => {
          throw new Error('bad log')
        },
      })
      .next(async () => 2, { out: 'more', log: () => Promise.reject(new Error('late log')) })
      .next(async () => 3, { out: 'last' })
      .run()

    expect(context).toEqual({ out: { a: 1 }, more: 2, last: 3 })
    expect(logger.of('warn')).toEqual([
      "log at 'out' threw, which changed nothing: bad log",
      "log at 'more' threw, which changed nothing: late log",
    ])
  })
})

describe('redact', () => {
  const redact = (text: string): string => text.replaceAll('secret', '******')

  // Not named `token` as there: what stands under such a name is hidden by itself here.
  test('sync: template lines are redacted, the context is not', () => {
    const logger = new RecordingLogger('info')

    const { got } = chain('c', { logger, redact })
      .put('word', 'secret')
      .next((word: string) => word, { out: 'got', args: ['word'], log: 'word={got}' })
      .runSync()

    expect(got).toBe('secret')
    expect(logger.of('info')).toEqual(['word=******'])
  })

  // There only template lines were.
  test('retry lines, callback lines and error messages are redacted too (repaired)', async () => {
    const logger = new RecordingLogger('debug')
    const fail = (): never => {
      throw new Error('secret refused')
    }
    const definition = chain('c', { logger, redact, clock: new VirtualClock() })
      .next(() => 'secret', { out: 'token', log: (_context, token) => `got ${token}` })
      .next(fail, { out: 'x', args: [], retry: 1 })

    const failed = await failureOf(() => definition.runSync())

    expect(failed.message).toBe("Step 'x' failed on attempt 2 of 2: ****** refused")
    expect(logger.of('info')).toEqual(['got ******'])
    expect(logger.of('warn')).toHaveLength(1)
    expect(JSON.stringify(logger.lines)).not.toContain('secret')
  })

  // There the line was lost, and a warning printed with the redactor's own message.
  test('a redactor that fails closes the line (repaired)', () => {
    const logger = new RecordingLogger('info')
    const broken = (text: string): string => {
      throw new Error(`cannot redact ${text}`)
    }

    const { token } = chain('c', { logger, redact: broken })
      .next(() => 'secret', { out: 'token', log: 'token={token}' })
      .runSync()

    expect(token).toBe('secret')
    expect(logger.of('info')).toEqual(['[redaction failed]'])
    expect(JSON.stringify(logger.lines)).not.toContain('secret')
  })
})
