import type { RunOptions, StepchainError } from 'stepchain'
import { describe, expect, test } from 'vitest'
import fc from '../../support/property.ts'
import { Crash, type Journal, RecordingHost } from '../../support/recording-host.ts'
import { flaky, never } from '../../support/steps.ts'
import { type Loose, untyped } from '../../support/untyped.ts'
import { VirtualClock } from '../../support/virtual-clock.ts'

/** What a step of a generated chain does. */
type Sketch =
  | { readonly kind: 'value'; readonly value: unknown; readonly later: boolean }
  | {
      readonly kind: 'flaky'
      readonly failures: number
      readonly retries: number
      readonly delay: number
      readonly thrown: unknown
    }
  | { readonly kind: 'transform'; readonly value: number }
  | { readonly kind: 'refused' }
  | { readonly kind: 'slow'; readonly retries: number }
  | { readonly kind: 'lost' }
  | { readonly kind: 'nested'; readonly steps: readonly Sketch[]; readonly retries: number }

const thrown: readonly unknown[] = [
  new TypeError('fetch failed'),
  'text',
  5,
  null,
  { a: 1 },
  Object.assign(new Error('gone'), { code: 'E_GONE' }),
]

const schema = (validate: (value: unknown) => object): object => ({
  '~standard': { version: 1, vendor: 'test', validate },
})
const tripled = schema((value) => ({ value: { tripled: Number(value) * 3 } }))
const refusing = schema(() => ({ issues: [{ message: 'no such row', path: ['rows', 0] }] }))

/** Builds a chain; each time anew, for its steps count their calls. */
function build(steps: readonly Sketch[], name = 'c'): Loose {
  return steps.reduce((chain, sketch, index) => add(chain, sketch, `k${index}`), untyped(name))
}

function add(chain: Loose, sketch: Sketch, out: string): Loose {
  const options = { out, args: [] }
  switch (sketch.kind) {
    case 'value':
      return chain.next(sketch.later ? async () => sketch.value : () => sketch.value, options)
    case 'flaky': {
      const { failures, retries, delay } = sketch
      const retry = { retries, initialDelay: delay, jitter: 'none' }
      return chain.next(flaky(failures, `after ${failures}`, sketch.thrown), { ...options, retry })
    }
    case 'transform':
      return chain.next(() => sketch.value, { ...options, validate: tripled })
    case 'refused':
      return chain.next(() => 1, {
        ...options,
        validate: refusing,
        retry: { retries: 1, initialDelay: 0, retryOnInvalid: true },
      })
    case 'slow':
      return chain.next(never, { ...options, timeout: 50, retry: { retries: sketch.retries, initialDelay: 0 } })
    case 'lost':
      return chain.next((value: unknown) => value, { out, args: ['k0.not.there'] })
    case 'nested': {
      const retry = { retries: sketch.retries, initialDelay: 0, retryIf: () => true }
      return chain.next(build(sketch.steps, `n-${out}`), { out, args: {}, retry })
    }
  }
}

const value = fc.record({
  kind: fc.constant('value' as const),
  value: fc.constantFrom(undefined, null, 0, '', 'text', [1, { a: null }], { deep: { list: [] } }),
  later: fc.boolean(),
})
const failing = fc.record({
  kind: fc.constant('flaky' as const),
  failures: fc.nat(3),
  retries: fc.nat(3),
  delay: fc.constantFrom(0, 5, 500),
  thrown: fc.constantFrom(...thrown),
})
const leaf: fc.Arbitrary<Sketch> = fc.oneof(
  { weight: 4, arbitrary: value },
  { weight: 4, arbitrary: failing },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('transform' as const), value: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('refused' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('slow' as const), retries: fc.nat(1) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('lost' as const) }) },
)
const nested = fc.record({
  kind: fc.constant('nested' as const),
  steps: fc.array(leaf, { minLength: 1, maxLength: 3 }),
  retries: fc.nat(1),
})
const sketches = fc.array(fc.oneof({ weight: 5, arbitrary: leaf }, { weight: 1, arbitrary: nested }), {
  minLength: 1,
  maxLength: 6,
})

/** What is the same on every machine. */
async function resultOf(steps: readonly Sketch[] | Loose, options: RunOptions = {}): Promise<unknown> {
  const clock = new VirtualClock()
  const definition = 'run' in steps ? steps : build(steps)
  const running = definition.run({}, { clock, logger: null, strict: true, ...options })
  const result = running.then(
    (context) => ({ context: { ...context } }),
    (error: StepchainError) => {
      if (error instanceof Crash) throw error
      const { code, message, name, step, chain, issues, attempts, context } = error
      const abandoned = attempts.map((attempt) => attempt.abandoned)
      return { code, message, name, step, chain, issues, attempts: attempts.length, abandoned, context: { ...context } }
    },
  )
  result.catch(() => {})
  await clock.advance(100_000)
  expect(clock.pending).toBe(0)
  return result
}

describe('a host that keeps outcomes as JSON', () => {
  test('gives what an inline run gives: in the first run, and in one that repeats it', async () => {
    await fc.assert(
      fc.asyncProperty(sketches, fc.boolean(), async (steps, sleeps) => {
        const inline = await resultOf(steps)
        const first = new RecordingHost({ sleeps })
        const again = new RecordingHost({ sleeps, journal: first.journal })

        expect(await resultOf(steps, { host: first })).toEqual(inline)
        expect(await resultOf(steps, { host: again })).toEqual(inline)
        expect(again.ran).toEqual([])
        expect(again.paths).toEqual(first.paths)
        expect(again.waits).toEqual(first.waits)
      }),
      { numRuns: 150 },
    )
  })

  test('calls each path once, and each is short printable ASCII', async () => {
    await fc.assert(
      fc.asyncProperty(sketches, fc.boolean(), async (steps, sleeps) => {
        const host = new RecordingHost({ sleeps })
        await resultOf(steps, { host })

        expect(new Set(host.paths).size).toBe(host.paths.length)
        for (const path of host.paths) expect(path).toMatch(/^[\x20-\x7e]{1,256}$/)
        const names = host.waits.map(({ name }) => name)
        expect(new Set(names).size).toBe(names.length)
      }),
      { numRuns: 100 },
    )
  })

  test('takes a run up where the machine went down: nothing that is kept runs again', async () => {
    await fc.assert(
      fc.asyncProperty(sketches, fc.boolean(), async (steps, sleeps) => {
        const inline = await resultOf(steps)
        // The counts of its steps go on, as the world does that they stand for.
        const definition = build(steps)
        const journal: Journal = new Map()
        const ran: string[] = []
        for (let crashes = 0; crashes < 50; crashes++) {
          const host = new RecordingHost({ journal, sleeps, crashAfter: 1 })
          const end = await resultOf(definition, { host }).catch((error: unknown) => error)
          ran.push(...host.ran)
          if (end instanceof Crash) continue
          expect(end).toEqual(inline)
          break
        }

        expect(new Set(ran).size).toBe(ran.length)
      }),
      { numRuns: 75 },
    )
  })

  test('sees each step as data: chain, run, path, name and arguments', async () => {
    const host = new RecordingHost()
    const inner = untyped('inner').next((n: number) => n + 1, { out: 'b', args: ['n'] })
    const definition = untyped('c')
      .next((a: number, b: number) => a + b, { out: 'a', args: ['x', 7] })
      .next(inner, { out: 'i', args: { n: 'a' } })
      .tap(() => {}, { name: 'last' })
    await definition.run({ x: 1 }, { host, logger: null })

    expect(host.calls).toMatchObject([
      { chain: 'c', runId: 'run-1', path: 'a', name: 'a', args: [1, 7] },
      { chain: 'c', runId: 'run-1', path: 'i/b', name: 'b', args: [8] },
      { chain: 'c', runId: 'run-1', path: 'last', name: 'last', args: [{ x: 1, a: 8, i: { n: 8, b: 9 } }] },
    ])
  })
})
