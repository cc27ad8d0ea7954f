import { describe, expect, inject, test } from 'vitest'
import fc from '../support/property.ts'

describe('properties', () => {
  const seed = inject('propertySeed')

  test('have the seed that the whole run has printed', () => {
    expect(Number.isInteger(seed)).toBe(true)
    expect(fc.readConfigureGlobal()).toMatchObject({ seed })
  })

  test('that fail print it, with the path to what they found', () => {
    const fail = (): void => fc.assert(fc.property(fc.nat(), (number) => number < 10))

    expect(fail).toThrow(`seed: ${seed}, path: "`)
    expect(fail).toThrow('Counterexample: [10]')
  })

  test('draw the same from the same seed', () => {
    const drawn = (): unknown => fc.sample(fc.anything(), { numRuns: 50, seed })

    expect(drawn()).toEqual(drawn())
  })
})
