/** A program that is compiled: what comes before the steps, and each of them. */
interface Program {
  readonly title: string
  readonly head: string
  readonly step: (number: number) => string
}

/** How many steps a measured program has. */
export const STEPS = 100

/** One step after another of a list, over and over. */
const inTurn =
  (...steps: readonly Program['step'][]): Program['step'] =>
  (number) =>
    steps[number % steps.length]?.(number) ?? ''

const ours: Program = {
  title: 'a third each of `(context) =>`, two refs, two refs and a template with two refs',
  head: `import { chain } from 'stepchain'
interface Row { id: number }
interface Input { source: string; limit: number; user: { name: { first: string; last: string } } }
declare function load(source: string, limit: number): Row
export const etl = chain<Input>('etl')`,
  step: inTurn(
    (n) => `.next((context) => context.source.length, { out: 'k${n}' })`,
    (n) => `.next(load, { out: 'k${n}', args: ['source', 'limit'] })`,
    (n) =>
      `.next(load, { out: 'k${n}', args: ['source', 'limit'], log: 'first={user.name.first} last={user.name.last}' })`,
  ),
}

const KYSELY = `import type { Kysely } from 'kysely'
interface Person { id: number; first: string; last: string; age: number }
interface Pet { owner: number; name: string }
declare const db: Kysely<{ person: Person; pet: Pet }>
export const query = db`

/**
 * The programs, by name. Those of Kysely differ in how much of a query later parts can refer to, and so does their cost:
 * the first is nearest to ours, where each step names what later ones refer to.
 */
export const programs: Readonly<Record<string, Program>> = {
  ours,
  'Kysely, with': {
    title: 'named subqueries, each of the one before: a name a step',
    head: `${KYSELY}.with('k', (from) => from.selectFrom('person').select(['id', 'age']))`,
    step: (n) => `.with('k${n}', (from) => from.selectFrom('k${n === 0 ? '' : n - 1}').select(['id', 'age']))`,
  },
  'Kysely, joins': {
    title: 'one query, a third each of a join, a column of that join, a condition on it: a name every third step',
    head: `${KYSELY}.selectFrom('person')`,
    step: inTurn(
      (n) => `.innerJoin('pet as p${n}', 'p${n}.owner', 'person.id')`,
      (n) => `.select('p${n - 1}.name as k${n}')`,
      (n) => `.where('p${n - 2}.name', '=', 'Ada')`,
    ),
  },
  'Kysely, flat': {
    title: 'one query of one table, half columns, half conditions: no name that a later one could refer to',
    head: `${KYSELY}.selectFrom('person')`,
    step: inTurn(
      (n) => `.select('first as k${n}')`,
      (n) => `.where('age', '>', ${n})`,
    ),
  },
  Hono: {
    title: 'routes with a parameter that give JSON',
    head: `import { Hono } from 'hono'
export const app = new Hono()`,
    step: (n) => `.get('/k${n}/:id', (c) => c.json({ id: c.req.param('id'), n: ${n} }))`,
  },
}

/** The text of a program. */
export function sourceOf(name: string, steps: number): string {
  const program = programs[name]
  if (program === undefined) throw new Error(`no program '${name}'`)
  return [program.head, ...Array.from({ length: steps }, (_, number) => program.step(number)), ''].join('\n')
}
