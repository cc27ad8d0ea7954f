import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { escapeText, render } from '../../src/observe/render.ts'

const anything = fc.anything({
  withBigInt: true,
  withBoxedValues: true,
  withDate: true,
  withMap: true,
  withNullPrototype: true,
  withObjectString: true,
  withSet: true,
  withSparseArray: true,
  withTypedArray: true,
  stringUnit: 'binary',
  maxDepth: 6,
})

/** Makes objects whose traps throw or lie; made late, since fast-check itself looks at what it generates. */
const hostile = fc
  .record({
    traps: fc.uniqueArray(fc.constantFrom('get', 'has', 'ownKeys', 'getOwnPropertyDescriptor', 'getPrototypeOf')),
    thrown: anything,
    answer: anything,
    target: fc.constantFrom({ a: 1 }, [1], () => {}, new Error('x'), new Map([[1, 2]])),
  })
  .map(({ traps, thrown, answer, target }) => () => {
    const act = (): unknown => {
      if (answer === undefined) throw thrown
      return answer
    }
    return new Proxy<object>(target, Object.fromEntries(traps.map((trap) => [trap, act])))
  })

/** Makes objects with a property that throws. */
const throwing = fc
  .tuple(fc.constantFrom('toJSON', 'constructor', 'a', 'name', 'message'), anything)
  .map(([key, thrown]) => () => {
    const get = (): never => {
      throw thrown
    }
    return Object.defineProperty(key === 'message' ? new Error('x') : {}, key, { enumerable: true, get })
  })

const json = fc.jsonValue({ maxDepth: 5 })

// oxlint-disable-next-line no-control-regex -- these are what must not be there
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/

describe('rendering', () => {
  test('anything never throws, forges no line and stays within its bounds', () => {
    fc.assert(
      fc.property(anything, fc.array(fc.oneof(hostile, throwing)), (value, makers) => {
        const made = makers.map((make) => make())
        const text = render([value, made]) + render(value) + made.map((one) => render(one)).join('')
        expect(text).not.toMatch(UNSAFE)
        expect(text.isWellFormed()).toBe(true)
        // Each of 4,096 characters may become an escape of six.
        expect(text.length).toBeLessThan((6 * 4_096 + 40) * (made.length + 2))
      }),
      { numRuns: 3_000 },
    )
  })

  test('plain data is JSON that can be read back', () => {
    fc.assert(
      fc.property(json, (value) => {
        if (typeof value === 'string' || JSON.stringify(value).length > 4_000) return
        expect(JSON.parse(render(value))).toEqual(value)
      }),
      { numRuns: 1_000 },
    )
  })

  test('twice gives the same', () => {
    fc.assert(
      fc.property(anything, (value) => {
        expect(render(value)).toBe(render(value))
      }),
    )
  })

  test('changes nothing', () => {
    fc.assert(
      fc.property(json, (value) => {
        const before = JSON.stringify(value)
        render(value)
        expect(JSON.stringify(value)).toBe(before)
      }),
    )
  })
})

describe('escaping', () => {
  const text = fc.string({ unit: 'binary' })

  test('leaves nothing unsafe and is done once', () => {
    fc.assert(
      fc.property(text, (given) => {
        const escaped = escapeText(given)
        expect(escaped).not.toMatch(UNSAFE)
        expect(escaped.isWellFormed()).toBe(true)
        expect(escapeText(escaped)).toBe(escaped)
      }),
      { numRuns: 1_000 },
    )
  })

  test('can be undone where there is no backslash', () => {
    fc.assert(
      fc.property(
        text.filter((given) => !given.includes('\\')),
        (given) => {
          const back = escapeText(given).replaceAll(/\\u([0-9a-f]{4})/g, (_, code: string) =>
            String.fromCharCode(Number.parseInt(code, 16)),
          )
          expect(back).toBe(given)
        },
      ),
      { numRuns: 1_000 },
    )
  })
})
