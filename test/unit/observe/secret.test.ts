import { execFileSync } from 'node:child_process'
import { inspect } from 'node:util'
import { secret } from 'stepchain'
import { expect, test } from 'vitest'
import { root } from '../../support/package-info.ts'
import { untyped } from '../../support/untyped.ts'

const key = secret('unit-test-secret-1', { label: 'unit' })

function failing(thrown: unknown, options: object = {}): Error & { readonly context: object } {
  try {
    untyped('c', { logger: null, ...options })
      .tap(() => {
        throw thrown
      })
      .runSync()
  } catch (error) {
    return error as never
  }
  throw new Error('expected a failure')
}

test('options of a secret are checked', () => {
  const make = secret as unknown as (...given: readonly unknown[]) => unknown
  for (const [options, message] of [
    [undefined, 'the options of secret is undefined; expected an object'],
    [{}, 'label is undefined; expected 1 to 128 printable ASCII characters'],
    [{ label: 'ü' }, 'label is "ü"; expected'],
    [{ label: 'a', unsafeShort: 1 }, 'unsafeShort is 1; expected true or false'],
    [{ label: 'a', unsafe: true }, 'an option of secret is "unsafe"; expected one of label, unsafeShort'],
  ] as const)
    expect(() => make('0123456789', options)).toThrow(message)
})

test('methods of a secret on something else tell nothing', () => {
  const stranger = Object.create(Object.getPrototypeOf(key)) as typeof key
  expect([stranger.label, stranger.reveal()]).toEqual(['', undefined])
})

test('an error is printed with what a run’s own rules hide in its causes, without colours', () => {
  const thrown = Object.assign(new Error('x'), { config: { note: 'of-nobody', token: 'of-nobody' } })
  const error = failing(thrown, {
    redact: { keys: ['note'], text: (text: string) => text.replaceAll('Error: x', 'Error: y') },
  })
  const text = inspect([error], { colors: true, depth: 9 })
  expect(text).toContain("config: { note: '[hidden]', token: '[hidden]' }")
  expect(text).toContain('[cause]: Error: y')
  // oxlint-disable-next-line no-control-regex -- colours are what must not be there
  expect(inspect(error, { colors: true })).not.toMatch(/\u001b/)
})

test('an error in the cause of an error is printed once, and one that nobody can inspect as it is', () => {
  const inner = failing(new Error('unit-test-secret-1'))
  const outer = failing(inner)
  expect(inspect(outer, { depth: 9 })).toContain('[secret:unit]')
  expect(inspect(outer, { depth: 9 })).not.toContain('unit-test-secret-1')
  const custom = (inner as unknown as Record<symbol, (...given: unknown[]) => unknown>)[
    Symbol.for('nodejs.util.inspect.custom')
  ]
  expect(custom?.call(inner, 2, {})).toBe(inner)
})

test('the message of an error that is not caught is printed without secrets', () => {
  const program = `
    import { chain, secret } from 'stepchain'
    const key = secret('uncaught-secret-1', { label: 'uncaught' })
    chain('c', { logger: null }).tap(() => { throw Object.assign(new Error('it is uncaught-secret-1'), { token: 1, key: 'uncaught-secret-1' }) }).runSync()
    console.log(key)`
  let stderr = ''
  try {
    execFileSync(process.execPath, ['--conditions=@stepchain/source', '--input-type=module', '-e', program], {
      cwd: root,
      stdio: 'pipe',
    })
  } catch (error) {
    stderr = String((error as { stderr: unknown }).stderr)
  }
  // The causes of such an error Node prints without asking it: the docs say so.
  const [message = ''] = stderr.slice(stderr.indexOf('StepFailedError')).split('\n')
  expect(message).toContain('it is [secret:uncaught]')
})

test('the context of an error keeps what a step has set, by whatever name', () => {
  const context = { toJSON: 1, a: 'unit-test-secret-1' }
  try {
    untyped('c', { logger: null })
      .tap(() => {
        throw new Error('x')
      })
      .runSync(context)
    expect.unreachable()
  } catch (error) {
    const kept = (error as { context: Record<string, unknown> }).context
    expect(kept).toEqual(context)
    expect(inspect(kept)).toBe("{ toJSON: 1, a: '[secret:unit]' }")
  }
})
