import { compileArguments, Source } from './arguments.ts'
import type { Place } from './check.ts'
import { compilePlan } from './compile.ts'
import type { Branch, Choice, Loop, Node, Parallel, PlanStep, Predicate } from './plan.ts'
import { soloPlan } from './rare.ts'
import { compileStep, nameIn, StepSource } from './step.ts'

/** How many items are done at once, where nothing is said: enough to be quick, few enough for what is at the other end. */
const USUAL_CONCURRENCY = 16
const USUAL_GRACE = 1_000
/** The key under which the run of one item has what it gave; nobody else can have one like it. */
export const ITEM_OUT = '$item'

type Given = Record<string, unknown>

/** What is said to a group beside what is said to every step, and to the step of each item. */
const GROUP = ['concurrency', 'settle', 'grace']
const STEP = ['name', 'when', 'log']
const OPTIONS = {
  parallel: [...STEP, 'retry', 'timeout', ...GROUP],
  map: [...STEP, 'out', 'overwrite', 'sensitive', 'compensate', 'compensateUnknown', 'release', ...GROUP],
  each: [
    ...STEP,
    'out',
    'overwrite',
    'compensate',
    'compensateUnknown',
    'release',
    'concurrency',
    'grace',
    'batch',
    'tolerate',
  ],
  when: ['name', 'retry', 'timeout'],
}
const ITEM = ['retry', 'timeout', 'validate', 'fallback']

/** The own options of a group, taken apart: those of the group, of its step, and of the step of each item. */
function takeApart(
  kind: keyof typeof OPTIONS,
  options: unknown,
  place: Place,
): { group: Given; step: Given; item: Given } {
  const given = place.object(`the ${kind}`, options)
  const loops = kind === 'map' || kind === 'each'
  const known = loops ? [...OPTIONS[kind], ...ITEM] : OPTIONS[kind]
  const taken: { group: Given; step: Given; item: Given } = { group: {}, step: {}, item: {} }
  for (const key of Object.keys(given)) {
    if (!known.includes(key)) place.unknown(`the ${kind}`, key, known)
    const of = loops && ITEM.includes(key) ? 'item' : [...GROUP, 'batch', 'tolerate'].includes(key) ? 'group' : 'step'
    taken[of][key] = given[key]
  }
  return taken
}

function whole(option: string, value: unknown, place: Place): number {
  if (value === Infinity || (Number.isInteger(value) && (value as number) >= 1)) return value as number
  return place.refuse(option, value, 'a whole number from 1 up, or Infinity')
}

function limitsOf(
  { concurrency, settle, grace }: Given,
  usual: number,
  place: Place,
): Pick<Loop, 'concurrency' | 'settle' | 'grace'> {
  return {
    concurrency: concurrency === undefined ? usual : whole('concurrency', concurrency, place),
    settle: settle === undefined ? false : place.boolean('settle', settle),
    grace: grace === undefined ? USUAL_GRACE : place.number('grace', grace, [0]),
  }
}

/** What a branch is made of: all that was said behind the node that it was begun with. */
export function branchOf(name: string, tail: Node, from: Node): Branch {
  const plan = compilePlan(tail, from)
  const outs = new Set(plan.puts.map(({ key }) => key))
  for (const step of plan.steps) {
    if (step.out !== null) outs.add(step.out)
    for (const out of step.outs ?? []) outs.add(out)
  }
  return { name, plan, outs: [...outs] }
}

/** Has the steps of all branches in a list have names of their own: their paths differ in nothing else. */
function withOwnNames(branches: readonly Branch[], place: Place): readonly Branch[] {
  const names = new Set<string>()
  return branches.map((branch, index) => {
    const steps = branch.plan.steps.map((step) => {
      // A name that only says where a step stands may be another.
      const numbered = step.out === null && /^(?:step|parallel|each|when)-\d+$/.test(step.name)
      const name = numbered && names.has(step.name) ? `${step.name}-${index + 1}` : step.name
      if (names.has(name)) place.refuse('a step of the branches', name, 'a name that no other branch has')
      names.add(name)
      return name === step.name ? step : { ...step, name }
    })
    return { ...branch, plan: { ...branch.plan, steps } }
  })
}

function checkOuts(branches: readonly Branch[], settle: boolean, place: Place): void {
  const taken = new Set<string>()
  for (const { outs } of branches) {
    if (settle && outs.length === 0)
      place.refuse(
        'a branch without out',
        undefined,
        'an out, or an object of named branches: with settle nobody would hear of its failure',
      )
    for (const out of outs) {
      if (taken.has(out)) place.refuse('out', out, 'a key that no other branch sets')
      taken.add(out)
    }
  }
}

function asyncIn(branches: readonly (Branch | null)[]): boolean {
  return branches.some((branch) => branch !== null && branch.plan.async !== null)
}

/** The keys that a step adds to what there was: one that was there before is only given another value. */
function added(branches: readonly Branch[], isTaken: (key: string) => boolean): readonly string[] {
  return [...new Set(branches.flatMap(({ outs }) => outs))].filter((out) => !isTaken(out))
}

/** Where a group stands, and the keys that there are. */
export interface Standing {
  readonly place: Place
  readonly isTaken: (key: string) => boolean
}

/** Compiles `parallel`. @throws DefinitionError */
export function compileParallel(
  given: { readonly branches: readonly Branch[]; readonly named: boolean },
  options: unknown,
  { place, isTaken }: Standing,
): PlanStep {
  const number = place.step
  place.step = nameIn(options) ?? number
  const { group, step } = takeApart('parallel', options, place)
  const limits = limitsOf(group, Infinity, place)
  const { named } = given
  if (named) {
    for (const { name } of given.branches) {
      place.name('the name of a branch', place.key('the name of a branch', name))
      if (isTaken(name)) place.refuse('the name of a branch', name, 'a key that is not taken')
    }
  } else checkOuts(given.branches, limits.settle, place)
  const branches = named ? given.branches : withOwnNames(given.branches, place)
  place.step = number
  const flow: Parallel = { kind: 'parallel', branches, named, ...limits }
  const outs = named ? branches.map(({ name }) => name) : added(branches, isTaken)
  return compileStep(
    new StepSource({ fn: null, nested: null, async: asyncIn(branches), kind: 'parallel', flow, outs }),
    step,
    place,
  )
}

/** Compiles `when`. @throws DefinitionError */
export function compileChoice(
  given: { readonly predicate: unknown; readonly taken: Branch; readonly otherwise: Branch | null },
  options: unknown,
  { place, isTaken }: Standing,
): PlanStep {
  const { predicate, taken, otherwise } = given
  const number = place.step
  place.step = nameIn(options) ?? number
  place.function('the predicate of when', predicate, 'a function of the context that gives true or false')
  const { step } = takeApart('when', options, place)
  place.step = number
  const sides = otherwise === null ? [taken] : [taken, otherwise]
  const flow: Choice = { kind: 'when', predicate: predicate as Predicate, taken, otherwise }
  return compileStep(
    new StepSource({ fn: null, nested: null, async: asyncIn(sides), kind: 'when', flow, outs: added(sides, isTaken) }),
    step,
    place,
  )
}

function compileBatch(batch: unknown, place: Place): number {
  return batch === undefined ? 0 : whole('batch', batch, place)
}

function compileTolerance(tolerate: unknown, place: Place): number {
  if (tolerate === undefined) return 0
  const valid =
    typeof tolerate === 'number' &&
    tolerate >= 0 &&
    (tolerate < 1 || tolerate === Infinity || Number.isInteger(tolerate))
  return valid ? tolerate : place.refuse('tolerate', tolerate, 'a whole number of items, a ratio below 1, or Infinity')
}

/** The step that is made of one item: the function is given the item, its number and the handle. */
function itemStep(fn: unknown, branch: Branch | null, { item, place }: { item: Given; place: Place }): PlanStep {
  const { step: name } = place
  const flow = branch === null ? null : ({ kind: 'branch', branch } as const)
  const source =
    flow === null ? fn : new StepSource({ fn: null, nested: null, async: asyncIn([branch]), kind: 'item', flow })
  const args = branch === null ? { args: ['item', 'index', '$step'] } : {}
  const compiled = compileStep(source, { ...item, ...args, name: String(name) }, place)
  place.step = name
  return { ...compiled, kind: 'item', out: ITEM_OUT, plain: false, bare: false }
}

/** What a loop is made of. */
export interface LoopParts {
  readonly kind: 'map' | 'each'
  readonly ref: unknown
  readonly fn: unknown
  readonly branch: Branch | null
}

/** Compiles `map` and `each`. @throws DefinitionError */
export function compileLoop({ kind, ref, fn, branch }: LoopParts, options: unknown, { place }: Standing): PlanStep {
  const number = place.step
  place.step = nameIn(options) ?? `${kind}-${number}`
  const { group, step, item } = takeApart(kind, options, place)
  if (typeof ref !== 'string') place.refuse('what it goes through', ref, "a ref such as 'rows' or 'page.rows'")
  const [items] = compileArguments([ref], place).list
  if (items === undefined || items.source === Source.step || items.source === Source.signal)
    return place.refuse('what it goes through', ref, "a ref such as 'rows' or 'page.rows'")
  if (kind === 'map' && step['out'] === undefined)
    place.refuse('out', undefined, 'a key for the list; each is for effects')
  const limits = limitsOf(group, USUAL_CONCURRENCY, place)
  const one = itemStep(fn, branch, { item, place })
  const bare = Object.values(item).every((value) => value === undefined)
  const flow: Loop = {
    kind,
    items,
    item: one,
    solo: soloPlan(one, place),
    branch,
    bare,
    light: bare && branch === null,
    batch: compileBatch(group['batch'], place),
    tolerate: compileTolerance(group['tolerate'], place),
    ...limits,
  }
  place.step = number
  return compileStep(new StepSource({ fn: null, nested: null, async: one.async, kind, flow }), step, place)
}
