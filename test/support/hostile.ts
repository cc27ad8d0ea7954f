import fc from './property.ts'

/** Any value, of every kind that JavaScript has. */
export const anything = fc.anything({
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
export const hostile = fc
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
export const throwing = fc
  .tuple(fc.constantFrom('toJSON', 'constructor', 'a', 'name', 'message'), anything)
  .map(([key, thrown]) => () => {
    const get = (): never => {
      throw thrown
    }
    return Object.defineProperty(key === 'message' ? new Error('x') : {}, key, { enumerable: true, get })
  })
