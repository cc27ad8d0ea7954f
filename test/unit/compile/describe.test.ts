import { type ChainDescription, literal } from 'stepchain'
import { expect, test } from 'vitest'
import { type Loose, untyped } from '../../support/untyped.ts'

interface Describing extends Loose {
  describe(): ChainDescription
}

function stepsOf(chain: Loose): ChainDescription['steps'] {
  const description = (chain as Describing).describe()
  expect(JSON.parse(JSON.stringify(description))).toStrictEqual(description)
  return description.steps
}

const nothing = (): void => {}

test('a chain is described by its name, its puts, its limits and its steps', () => {
  const chain = untyped('etl', { timeout: 5_000, input: () => true })
    .put('limit', 5)
    .next(nothing, { out: 'rows' })
  expect((chain as Describing).describe()).toStrictEqual({
    name: 'etl',
    hasInput: true,
    timeout: 5_000,
    puts: ['limit'],
    steps: [{ name: 'rows', kind: 'step', out: 'rows' }],
  })
  expect((untyped('empty') as Describing).describe()).toStrictEqual({ name: 'empty', steps: [] })
})

test('arguments are told as they were written, and values by their type alone', () => {
  const secret = 'hunter2'
  const chain = untyped('c')
    .next(nothing, { out: 'a', args: ['user.name', '$signal', literal(secret), { secret }, null, 5] })
    .next(nothing, { out: 'b', args: { rows: 'a', limit: 5 } })
  expect(stepsOf(chain)).toStrictEqual([
    {
      name: 'a',
      kind: 'step',
      out: 'a',
      args: [
        { ref: 'user.name' },
        { ref: '$signal' },
        { value: 'string' },
        { value: 'object' },
        { value: 'null' },
        { value: 'number' },
      ],
    },
    { name: 'b', kind: 'step', out: 'b', args: { rows: { ref: 'a' }, limit: { value: 'number' } } },
  ])
  expect(JSON.stringify(stepsOf(chain))).not.toContain(secret)
})

test('retries are told in numbers and names', () => {
  const usual = { backoff: 'exponential', initialDelay: 100, factor: 2, maxDelay: 30_000, jitter: 'full' }
  const budget = { succeeded: nothing, failed: () => true }
  const retries: readonly [unknown, object][] = [
    [2, { retries: 2, ...usual }],
    [
      { retries: Infinity, maxElapsed: 50, retryIf: [TypeError, RangeError], budget, retryOnInvalid: true },
      {
        retries: 'Infinity',
        retryIf: ['TypeError', 'RangeError'],
        ...usual,
        maxElapsed: 50,
        budget: true,
        retryOnInvalid: true,
      },
    ],
    [
      { retries: 1, retryIf: () => true, backoff: () => 5 },
      { retries: 1, retryIf: 'function', ...usual, backoff: 'function', jitter: 'none' },
    ],
  ]
  for (const [retry, expected] of retries)
    expect(stepsOf(untyped('c').next(nothing, { out: 'a', retry }))[0]?.retry).toStrictEqual(expected)
})

test('templates are told as they may be written, and read as the same', () => {
  for (const log of ['plain', 'a {{x}} {rows.length} {rows["a-b"].0} {result}', '{a}{b}'])
    expect(stepsOf(untyped('c').next(nothing, { out: 'a', log }))[0]?.log).toBe(log)
  expect(stepsOf(untyped('c').next(nothing, { out: 'a', log: nothing }))[0]?.log).toBe('function')
})

test('what else is around a step is told by a flag', () => {
  const rare = { compensate: nothing, compensateUnknown: nothing, release: nothing, sensitive: true }
  const chain = untyped('c')
    .next(nothing, { out: 'a', timeout: 50, validate: () => true, when: () => true, fallback: 5, ...rare })
    .next(nothing, { out: 'a', overwrite: true, fallback: () => 5 })
  expect(stepsOf(chain)).toStrictEqual([
    {
      name: 'a',
      kind: 'step',
      out: 'a',
      timeout: 50,
      hasValidate: true,
      when: true,
      fallback: 'value',
      compensate: true,
      compensateUnknown: true,
      release: true,
      sensitive: true,
    },
    { name: 'a-2', kind: 'step', out: 'a', overwrite: true, fallback: 'function' },
  ])
})

test('nested chains, branches and loops are told with what is inside of them', () => {
  const x = (branch: Loose): Loose => branch.next(nothing, { out: 'x' })
  const y = (branch: Loose): Loose => branch.put('z', 1).next(nothing, { out: 'y' })
  const [stepX, stepY] = ['x', 'y'].map((name) => ({ name, kind: 'step', out: name }))
  const chains = [
    untyped('c').next(x(untyped('inner')), { out: 'in' }),
    untyped('c').parallel([x, y], { name: 'list', concurrency: 2, settle: true }),
    untyped('c').parallel({ one: x, two: y }, { name: 'named' }),
    untyped('c').when(() => true, x, y, { name: 'either' }),
    untyped('c').when(() => true, x, undefined, { name: 'perhaps' }),
  ]
  const loops = untyped('c')
    .map('rows', nothing, { out: 'm', retry: 1, timeout: 5, validate: () => true, fallback: 0, settle: true })
    .each('rows', nothing, { name: 'e', concurrency: Infinity, batch: 10, tolerate: 0.5 })
    .each('page.rows', [x], { name: 'b', tolerate: Infinity, when: () => true })
  expect(chains.flatMap(stepsOf)).toStrictEqual([
    { name: 'in', kind: 'chain', out: 'in', chain: { name: 'inner', steps: [stepX] } },
    {
      name: 'list',
      kind: 'parallel',
      settle: true,
      concurrency: 2,
      branches: [{ steps: [stepX] }, { puts: ['z'], steps: [stepY] }],
    },
    {
      name: 'named',
      kind: 'parallel',
      branches: [
        { name: 'one', steps: [stepX] },
        { name: 'two', puts: ['z'], steps: [stepY] },
      ],
    },
    {
      name: 'either',
      kind: 'when',
      branches: [
        { name: 'then', steps: [stepX] },
        { name: 'otherwise', puts: ['z'], steps: [stepY] },
      ],
    },
    { name: 'perhaps', kind: 'when', branches: [{ name: 'then', steps: [stepX] }] },
  ])
  expect(stepsOf(loops)).toMatchObject([
    { kind: 'map', retry: { retries: 1 }, timeout: 5, hasValidate: true, fallback: 'value', settle: true },
    { kind: 'each', loop: { ref: 'rows', concurrency: 'Infinity', batch: 10, tolerate: 0.5 } },
    {
      kind: 'each',
      when: true,
      loop: { ref: 'page.rows', concurrency: 16, tolerate: 'Infinity' },
      branches: [{ steps: [stepX] }],
    },
  ])
  expect(stepsOf(loops)[0]?.loop).toStrictEqual({ ref: 'rows', concurrency: 16 })
})
