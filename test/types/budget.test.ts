import { beforeAll, describe, expect, test } from 'vitest'
import { type Compilation, type Compiler, compileProject, compilers, writeProject } from '../support/types-compiler.ts'

const HEAD = `
import type { MakeChain } from '../../src/define/types/chain.ts'
declare const chain: MakeChain
interface Row { id: number }
interface Input { source: string; limit: number; rows: Row[]; user: { name: { first: string; last: string } } }
declare function load(source: string, limit: number): Row
declare function loadLater(source: string, limit: number): Promise<Row>
declare function idOf(row: Row): number
export const etl = chain<Input>('etl')
`

const TSCONFIG = JSON.stringify({
  compilerOptions: {
    target: 'es2022',
    lib: ['es2022', 'dom'],
    module: 'nodenext',
    types: [],
    strict: true,
    skipLibCheck: true,
    noEmit: true,
    allowImportingTsExtensions: true,
  },
  include: ['chain.ts'],
})

/** The text of a step by its number. */
type Kind = (number: number) => string

const ARGS = "args: ['source', 'limit']"
const lambda: Kind = (n) => `.next((context) => context.source.length, { out: 'k${n}' })`
const refs: Kind = (n) => `.next(load, { out: 'k${n}', ${ARGS} })`
const later: Kind = (n) => `.next(loadLater, { out: 'k${n}', ${ARGS} })`
const template: Kind = (n) =>
  `.next(load, { out: 'k${n}', ${ARGS}, log: 'first={user.name.first} last={user.name.last}' })`
const mixed: Kind = (n) => [lambda, refs, template][n % 3]?.(n) ?? ''
const literal: Kind = (n) => `.next((context) => ({ length: context.source.length }), { out: 'k${n}' })`

const guarded: Kind = (n) => `.next(load, { out: 'k${n}', ${ARGS}, when: (context) => context.limit > 3 })`
const undone: Kind = (n) => `.next(load, { out: 'k${n}', ${ARGS}, fallback: null, compensate: (row) => row.id })`
const choice: Kind = (n) => `.when(({ limit }) => limit > 3, (c) => c${lambda(n)}, (c) => c${refs(n)})`
const branches: Kind = (n) => `.parallel([(c) => c${refs(n)}, (c) => c${lambda(n).replace('k', 'l')}])`
const named: Kind = (n) => `.parallel({ left${n}: (c) => c${refs(n)}, right${n}: (c) => c${lambda(n)} })`
const mapped: Kind = (n) => `.map('rows', ({ id }) => id, { out: 'k${n}' })`
const mappedBy: Kind = (n) => `.map('rows', idOf, { out: 'k${n}' })`
const mappedInBranch: Kind = (n) => `.map('rows', [(c) => c${refs(n)}], { out: 'l${n}' })`

/** What is compiled with the types and is no type: the classes of the errors and of `literal()`. */
const CLASSES: Kind = () => 'classes'
const CLASSES_ALONE = `
export type { StepchainError } from '../../src/errors.ts'
export type { Literal } from '../../src/define/literal.ts'
`

/**
 * The chains that are compiled. The longest first: the older compilers end where their stack does, and before V8 has
 * optimised them they need more of it, as they do whenever they are started for one project.
 */
const CHAINS: readonly (readonly [Kind, readonly number[]])[] = [
  [mixed, [500]],
  [lambda, [0, 32, 96, 192]],
  [refs, [32, 96, 192]],
  [later, [32, 96, 192]],
  [template, [32, 96, 192]],
  [guarded, [32, 96, 192]],
  [undone, [32, 96, 192]],
  [choice, [32, 96, 192]],
  [branches, [32, 96, 192]],
  [named, [32, 96, 192]],
  [mapped, [32, 96, 192]],
  [mappedBy, [32, 96, 192]],
  [mappedInBranch, [32, 96, 192]],
  [literal, [100]],
  [CLASSES, [0]],
]

const compilations = new Map<string, Compilation>()

async function compileAll(compiler: Compiler): Promise<void> {
  const chains = CHAINS.flatMap(([kind, lengths]) => lengths.map((steps) => ({ kind, steps })))
  for (const { kind, steps } of chains) {
    const lines = Array.from({ length: steps }, (_, number) => kind(number))
    const files = {
      'chain.ts': kind === CLASSES ? CLASSES_ALONE : HEAD + lines.join('\n'),
      'tsconfig.json': TSCONFIG,
      'package.json': '{"type":"module"}',
    }
    const folder = writeProject(`budget-${compiler.package}`, files)
    compilations.set(nameOf(compiler, kind, steps), await compileProject(folder, compiler))
  }
}

function nameOf(compiler: Compiler, kind: Kind, steps: number): string {
  return `${compiler.name}: ${steps} times ${kind(0)}`
}

/** The instantiations of a chain of so many steps of one kind, which must compile. */
function instantiations(compiler: Compiler, kind: Kind, steps: number): number {
  const compilation = compilations.get(nameOf(compiler, kind, steps))
  expect(compilation?.diagnostics).toEqual([])
  return compilation?.instantiations ?? NaN
}

beforeAll(async () => {
  await Promise.all(compilers.map(compileAll))
}, 600_000)

// Instantiations are repeatable to the last one, so the limits are those of TYPES.md and nothing is timed.
describe.each(compilers)('with $name', (compiler) => {
  test('a chain without steps costs at most 3,050 instantiations, the check of these types included', () => {
    const classes = instantiations(compiler, CLASSES, 0)
    expect(instantiations(compiler, lambda, 0) - classes).toBeLessThanOrEqual(3_050)
  })

  test.each([
    { name: 'a lambda', kind: lambda, most: 400 },
    { name: 'a function with two refs', kind: refs, most: 500 },
    { name: 'an asynchronous function with two refs', kind: later, most: 500 },
    { name: 'a function with two refs and a template with two refs', kind: template, most: 800 },
    { name: 'a function with two refs and a condition', kind: guarded, most: 600 },
    { name: 'a function with two refs, a fallback and a compensation', kind: undone, most: 600 },
    { name: 'a choice between two branches', kind: choice, most: 1_200 },
    { name: 'two branches in a list', kind: branches, most: 1_250 },
    { name: 'two branches in an object', kind: named, most: 1_200 },
    { name: 'a lambda for each item', kind: mapped, most: 620 },
    { name: 'a function for each item', kind: mappedBy, most: 500 },
    { name: 'a branch for each item', kind: mappedInBranch, most: 1_250 },
  ])('a step that is $name costs at most $most, at any place', ({ kind, most }) => {
    const few = instantiations(compiler, kind, 32)
    const some = instantiations(compiler, kind, 96)
    const many = instantiations(compiler, kind, 192)
    const early = (some - few) / 64
    const late = (many - some) / 96
    expect(early).toBeLessThanOrEqual(most)
    expect(Math.abs(late - early) / early).toBeLessThan(0.03)
  })

  test('a chain of 500 steps compiles', () => {
    expect(instantiations(compiler, mixed, 500)).toBeLessThanOrEqual(500 * 600)
  })

  // The compiler goes through the whole context wherever it holds types without a name, such as those of object
  // literals.
  test('a chain of 100 steps that give object literals costs at most 2,500 a step', () => {
    expect(instantiations(compiler, literal, 100)).toBeLessThanOrEqual(250_000)
  })
})
