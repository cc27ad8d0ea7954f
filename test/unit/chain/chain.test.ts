import { chain } from 'stepchain'
import { describe, expect, test } from 'vitest'
import { Tally } from '../../support/tally.ts'
import { thrownBy, untyped } from '../../support/untyped.ts'

describe('chain()', () => {
  test('has a name, which is "chain" unless it is given', () => {
    expect([chain().name, chain('orders').name, chain('orders').put('a', 1).name]).toEqual([
      'chain',
      'orders',
      'orders',
    ])
  })

  test('is no thenable, and prints nothing of what it holds', async () => {
    const definition = chain('c').put('password', 'hunter2')

    expect(await Promise.resolve(definition)).toBe(definition)
    expect(JSON.stringify(definition)).not.toContain('hunter2')
  })
})

describe('the names of steps', () => {
  const pathsOf = (definition: ReturnType<typeof untyped>): readonly string[] => {
    const tally = new Tally()
    definition.runSync({}, { hooks: tally.hooks, logger: null })
    return tally.of('beforeStep').map(({ path }) => path)
  }
  const one = (): number => 1

  test('are kept where they were given, and made where a key is overwritten', () => {
    const first = untyped('c').next(one, { out: 'x' })
    expect(pathsOf(first.next(one, { out: 'x', overwrite: true }))).toEqual(['x', 'x-2'])
    expect(pathsOf(first.next(one, { out: 'x', overwrite: true, name: 'again' }))).toEqual(['x', 'again'])
  })

  test('a key that looks like a number of a step is kept by use', () => {
    const inner = untyped('inner').next(one, { out: 'step-1' })
    expect(pathsOf(untyped('c').next(one, { out: 'z' }).use(inner))).toEqual(['z', 'step-1'])
  })

  test.each([
    [() => untyped('c').use(5), "Chain 'c': the argument of use is 5; expected a chain"],
    [
      () => untyped('c').tap(one, { out: 'x' }),
      `Chain 'c', step 'x': out is "x"; expected no out: tap is for effects, next stores an output`,
    ],
    [() => untyped('c').put('a', 1).put('a', 2), `Chain 'c': the key of put is "a"; expected a key that is not taken`],
    [
      () => untyped('c').tap(one, { name: 'a' }).tap(one, { name: 'a' }),
      `Chain 'c', step 'a': name is "a"; expected a name that no other step has`,
    ],
    [() => untyped(5), `Chain '': the name of the chain is 5; expected 1 to 128 printable ASCII characters`],
    [() => untyped('c', { runId: 'x' }), `Chain 'c': runId is "x"; expected no runId: it belongs to a run`],
    [
      () => untyped('c', { input: 5 }),
      `Chain 'c': input is 5; expected a Standard Schema (zod, valibot, arktype, …) or a function`,
    ],
  ])('%o is refused', (build, message) => {
    expect(thrownBy(build).message).toBe(message)
  })
})

describe('use', () => {
  test('takes a chain, whose keys must not be taken', () => {
    const inner = untyped('inner').next(() => 1, { out: 'a', args: [] })
    const taken = untyped('c').next(() => 1, { out: 'a', args: [] })

    expect(thrownBy(() => taken.use(inner)).message).toContain('out is "a"; expected a key that is not taken')
    for (const value of [undefined, null, {}, () => 1, 'inner'])
      expect(thrownBy(() => taken.use(value)).code).toBe('SC_DEFINITION')
  })

  test('numbers steps without a name anew; names that were given must not collide', () => {
    const tally = new Tally()
    const inner = untyped('inner')
      .tap(() => 1)
      .tap(() => 2)
    const named = untyped('inner').tap(() => 1, { name: 'load' })
    untyped('c')
      .tap(() => 3)
      .use(inner)
      .use(inner)
      .tap(() => 4)
      .runSync({}, { hooks: tally.hooks, logger: null })

    expect(tally.of('beforeStep').map(({ path }) => path)).toEqual([
      'step-1',
      'step-2',
      'step-3',
      'step-4',
      'step-5',
      'step-6',
    ])
    expect(thrownBy(() => named.use(named)).message).toContain('name is "load"; expected a name that no other step has')
  })
})
