import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isAllowedSegment, MISSING, read } from '../../src/compile/path.ts'
import fc from '../support/property.ts'
import { untyped } from '../support/untyped.ts'

const names = fc.oneof(
  fc.string({ minLength: 1, maxLength: 8 }).filter((name) => isAllowedSegment(name) && !/[.[\]{}$]/.test(name)),
  fc.constantFrom(
    'toString',
    'valueOf',
    'hasOwnProperty',
    'isPrototypeOf',
    'call',
    'apply',
    'length',
    'name',
    'size',
    '0',
    'then',
    'polluted',
  ),
)
const paths = fc.array(names, { minLength: 1, maxLength: 5 })
const data = fc.anything({
  withBigInt: true,
  withDate: true,
  withMap: true,
  withSet: true,
  withTypedArray: true,
  withNullPrototype: true,
  withSparseArray: true,
})

/** What a path leads to in plain objects; nothing is said of where others, such as arrays, have the methods of their class. */
function own(value: unknown, path: readonly string[]): unknown {
  let current = value
  for (const key of path) {
    if (current === null || current === undefined) return MISSING
    const descriptor = Object.getOwnPropertyDescriptor(Object(current), key)
    fc.pre(descriptor !== undefined || Object.getPrototypeOf(Object(current)) === Object.prototype)
    if (descriptor === undefined) return MISSING
    current = descriptor.value
  }
  return current
}

describe('reading a path', () => {
  const roots = [Object.prototype, Function.prototype] as { polluted?: string }[]

  beforeAll(() => {
    for (const root of roots)
      Object.defineProperty(root, 'polluted', { value: 'leaked', configurable: true, writable: true })
  })

  afterAll(() => {
    for (const root of roots) delete root.polluted
  })

  test('of plain data gives own properties alone', () => {
    fc.assert(
      fc.property(fc.object({ key: names, maxDepth: 3 }), paths, (value, path) => {
        const found = read(value, path)
        expect(Object.is(found, own(value, path))).toBe(true)
      }),
      { numRuns: 1_000 },
    )
  })

  test('gives back what was put there', () => {
    fc.assert(
      fc.property(paths, data, (path, value) => {
        let nested: unknown = value
        for (const key of path.toReversed()) nested = { [key]: nested }
        expect(read(nested, path)).toBe(value)
      }),
    )
  })

  test('of anything never gives what roots have, never throws and never changes anything', () => {
    const inherited = new Set<unknown>()
    for (const root of [Object.prototype, Function.prototype])
      for (const key of Reflect.ownKeys(root)) {
        const { value, get, set } = Object.getOwnPropertyDescriptor(root, key) ?? {}
        for (const item of [value, get, set]) if (item !== undefined && item !== '' && item !== 0) inherited.add(item)
      }
    fc.assert(
      fc.property(data, paths, (value, path) => {
        const found = read(value, path)
        expect(inherited.has(found)).toBe(false)
        expect(found).not.toBe('leaked')
      }),
      { numRuns: 2_000 },
    )
  })

  test('calls no function, whichever it passes', () => {
    fc.assert(
      fc.property(paths, (path) => {
        let calls = 0
        const trap = (): number => ++calls
        let nested: unknown = trap
        for (const key of path.toReversed())
          nested = { valueOf: trap, toString: trap, [Symbol.toPrimitive]: trap, [key]: nested }
        for (let length = 0; length <= path.length; length++) read(nested, path.slice(0, length))
        expect(read(nested, path)).toBe(trap)
        expect(calls).toBe(0)
      }),
    )
  })
})

describe('refs of a step', () => {
  test('give what the path leads to, else undefined', () => {
    const collect = (...given: readonly unknown[]): readonly unknown[] => given
    fc.assert(
      fc.property(fc.object({ key: names, maxDepth: 3 }), paths, (value, path) => {
        const ref = ['data', ...path].join('.')
        const chain = untyped('orders', { logger: null }).next(collect, { out: 'x', args: [ref] })
        const expected = own(value, path)
        expect(chain.runSync({ data: value })['x']).toEqual([expected === MISSING ? undefined : expected])
      }),
    )
  })

  test('that are any text are taken or refused with SC_DEFINITION', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom('a', '.', '$', '_', '[', ']', '0', '{') })),
        (ref) => {
          try {
            untyped('orders', { logger: null })
              .next((value: unknown) => value, { out: 'x', args: [ref] })
              .runSync({ a: { a: 1 } })
          } catch (error) {
            expect(error).toMatchObject({ code: 'SC_DEFINITION' })
          }
        },
      ),
      { numRuns: 1_000 },
    )
  })
})
