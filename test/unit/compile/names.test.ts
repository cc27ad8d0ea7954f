import { describe, expect, test } from 'vitest'
import { addPut, addStep, isFree, isMade, rootOf, Taken, takenAs } from '../../../src/compile/names.ts'
import type { Header, Node, PlanStep } from '../../../src/compile/plan.ts'
import { thrownBy, untyped } from '../../support/untyped.ts'

const header = { name: 'orders' } as Header

/** What puts something behind a node. */
type Grow = (node: Node) => Node

const step =
  (name: string, out: string | null = null, overwrite = false): Grow =>
  (node) =>
    addStep(node, { name, out, overwrite } as PlanStep)

const put =
  (key: string): Grow =>
  (node) =>
    addPut(node, { key, value: 1 })

function grown(from: Node, ...grow: readonly Grow[]): Node {
  return grow.reduce((node, next) => next(node), from)
}

const empty = rootOf(header)
// More than are looked through one by one.
const long = grown(empty, ...Array.from({ length: 30 }, (_, index) => step(`step-${index}`)))

const KINDS: readonly Grow[] = [
  step('a', 'a'),
  step('a', 'a', true),
  step('a', 'b', true),
  step('a', 'b'),
  step('b'),
  put('a'),
]

describe.each([
  ['a short definition', empty],
  ['a long one', long],
])('what is taken in %s', (_, from) => {
  test.each<[title: string, grow: readonly Grow[], a: number, b: number]>([
    ['nothing', [], 0, 0],
    ['a key put', [put('a')], Taken.key, 0],
    ['a key made', [step('a', 'a')], Taken.key, 0],
    ['a key that may come from elsewhere', [step('a', 'a', true)], Taken.key | Taken.shared, 0],
    ['a name', [step('a')], Taken.name, 0],
    ['a name apart from its key', [step('a', 'b')], Taken.name, Taken.key],
    ['made, then overwritten', [step('a', 'a'), step('x', 'a', true)], Taken.key, 0],
    ['put, then overwritten', [put('a'), step('x', 'a', true)], Taken.key, 0],
    ['overwritten twice', [step('a', 'a', true), step('x', 'a', true)], Taken.key | Taken.shared, 0],
    ['a name, then a key', [step('a'), step('x', 'a', true)], Taken.name | Taken.key | Taken.shared, 0],
    ['a key, then a name', [step('x', 'a', true), step('a')], Taken.name | Taken.key | Taken.shared, 0],
    ['a key made, then a name', [step('x', 'a'), step('a')], Taken.name | Taken.key, 0],
  ])('%s', (title, grow, a, b) => {
    const tail = grown(from, ...grow)
    expect([takenAs(tail, 'a'), takenAs(tail, 'b')], title).toEqual([a, b])
    expect(isMade(tail, 'a')).toBe((a & (Taken.key | Taken.shared)) === Taken.key)
    expect(isFree(tail, 'a')).toBe(!isMade(tail, 'a'))
    expect(['c', 'x-y', 'steps'].map((text) => takenAs(tail, text))).toEqual([0, 0, 0])
  })

  test('no reserved key is free', () => {
    for (const key of ['__proto__', 'constructor', 'prototype', 'then', '$', '$step'])
      expect(isFree(from, key), key).toBe(false)
  })
})

/** Grows both definitions in the same ways, each several times from where it is, and compares what is taken at every node. */
function expectAlike(short: Node, other: Node, levels: number): void {
  const seen = (node: Node): readonly number[] => ['a', 'b', 'x'].map((text) => takenAs(node, text))
  expect(seen(other)).toEqual(seen(short))
  if (levels === 0) return
  const grow = KINDS.map((kind) => [kind(short), kind(other)] as const)
  for (const [one, two] of grow) expectAlike(one, two, levels - 1)
  // Nothing that was grown from here is taken here.
  expect(seen(other)).toEqual(seen(short))
}

test('a map tells the same of every branch as the nodes do', () => {
  expectAlike(empty, long, 3)
})

test('a map on top of others tells of each only what was there when it branched off', () => {
  let tail = long
  for (let level = 0; level < 200; level++) {
    const next = step(`n${level}`, `k${level}`)(tail)
    const other = step(`m${level}`, `j${level}`)(tail)
    expect([takenAs(next, `j${level}`), takenAs(other, `k${level}`)]).toEqual([0, 0])
    tail = level % 2 === 0 ? other : next
  }
  for (let level = 0; level < 200; level++) {
    const [made, name] = level % 2 === 0 ? ['j', 'm'] : ['k', 'n']
    const [none, nobody] = level % 2 === 0 ? ['k', 'n'] : ['j', 'm']
    expect([takenAs(tail, `${made}${level}`), takenAs(tail, `${name}${level}`)]).toEqual([Taken.key, Taken.name])
    expect([takenAs(tail, `${none}${level}`), takenAs(tail, `${nobody}${level}`)]).toEqual([0, 0])
  }
})

test('a long definition refuses what is taken in it, and leaves to its input what it only overwrites', () => {
  let definition = untyped('orders')
  for (let index = 0; index < 30; index++) definition = definition.next(() => index, { out: `k${index}` })
  const shared = definition.next(() => 'ours', { out: 'total', overwrite: true, name: 'sum' })

  expect(thrownBy(() => definition.put('k29', 1)).message).toContain('a key that is not taken')
  expect(thrownBy(() => shared.tap(() => 0, { name: 'sum' })).message).toContain('a name that no other step has')
  expect(thrownBy(() => definition.runSync({ k0: 1 })).message).toContain('k0')
  expect(shared.runSync({ total: 1 })).toMatchObject({ total: 'ours' })
  expect(definition.put('total', 2).runSync({})).toMatchObject({ total: 2, k29: 29 })
})
