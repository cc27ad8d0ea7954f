interface Values {
  readonly n: number
  readonly k0: number
  readonly k1: number
  readonly k2: number
  readonly k3: number
  readonly k4: number
  readonly k5: number
  readonly k6: number
  readonly k7: number
  readonly k8: number
}
interface Handle {
  readonly signal: AbortSignal
}
type Make = (add: number) => (given: never, handle: Handle) => unknown

// Written out one by one, as in a program: each step is a function of its own, and reads the output of the one before it by its name.
const sync: readonly Make[] = [
  (add) => (context: Values) => context.n + add,
  (add) => (context: Values) => context.k0 + add,
  (add) => (context: Values) => context.k1 + add,
  (add) => (context: Values) => context.k2 + add,
  (add) => (context: Values) => context.k3 + add,
  (add) => (context: Values) => context.k4 + add,
  (add) => (context: Values) => context.k5 + add,
  (add) => (context: Values) => context.k6 + add,
  (add) => (context: Values) => context.k7 + add,
  (add) => (context: Values) => context.k8 + add,
]

const async: readonly Make[] = [
  (add) => async (context: Values) => context.n + add,
  (add) => async (context: Values) => context.k0 + add,
  (add) => async (context: Values) => context.k1 + add,
  (add) => async (context: Values) => context.k2 + add,
  (add) => async (context: Values) => context.k3 + add,
  (add) => async (context: Values) => context.k4 + add,
  (add) => async (context: Values) => context.k5 + add,
  (add) => async (context: Values) => context.k6 + add,
  (add) => async (context: Values) => context.k7 + add,
  (add) => async (context: Values) => context.k8 + add,
]

const signal: readonly Make[] = [
  (add) => async (context: Values, handle: Handle) => (handle.signal.aborted ? 0 : context.n + add),
  (add) => async (context: Values, handle: Handle) => (handle.signal.aborted ? 0 : context.k0 + add),
  (add) => async (context: Values, handle: Handle) => (handle.signal.aborted ? 0 : context.k1 + add),
  (add) => async (context: Values, handle: Handle) => (handle.signal.aborted ? 0 : context.k2 + add),
  (add) => async (context: Values, handle: Handle) => (handle.signal.aborted ? 0 : context.k3 + add),
  (add) => async (context: Values, handle: Handle) => (handle.signal.aborted ? 0 : context.k4 + add),
  (add) => async (context: Values, handle: Handle) => (handle.signal.aborted ? 0 : context.k5 + add),
  (add) => async (context: Values, handle: Handle) => (handle.signal.aborted ? 0 : context.k6 + add),
  (add) => async (context: Values, handle: Handle) => (handle.signal.aborted ? 0 : context.k7 + add),
  (add) => async (context: Values, handle: Handle) => (handle.signal.aborted ? 0 : context.k8 + add),
]

// The same as functions of one value.
const syncValue: readonly Make[] = [
  (add) => (n: number) => n + add,
  (add) => (k0: number) => k0 + add,
  (add) => (k1: number) => k1 + add,
  (add) => (k2: number) => k2 + add,
  (add) => (k3: number) => k3 + add,
  (add) => (k4: number) => k4 + add,
  (add) => (k5: number) => k5 + add,
  (add) => (k6: number) => k6 + add,
  (add) => (k7: number) => k7 + add,
  (add) => (k8: number) => k8 + add,
]

const asyncValue: readonly Make[] = [
  (add) => async (n: number) => n + add,
  (add) => async (k0: number) => k0 + add,
  (add) => async (k1: number) => k1 + add,
  (add) => async (k2: number) => k2 + add,
  (add) => async (k3: number) => k3 + add,
  (add) => async (k4: number) => k4 + add,
  (add) => async (k5: number) => k5 + add,
  (add) => async (k6: number) => k6 + add,
  (add) => async (k7: number) => k7 + add,
  (add) => async (k8: number) => k8 + add,
]

const KINDS = {
  sync: { run: sync, apply: syncValue },
  async: { run: async, apply: asyncValue },
  signal: { run: signal, apply: asyncValue },
}

function at(makes: readonly Make[], index: number): Make {
  const make = makes[index]
  if (make === undefined) throw new RangeError(`no step ${index}`)
  return make
}

/** The functions of one step of one chain: of the context, and of the one value that the step reads. */
export function functions(
  kind: keyof typeof KINDS,
  index: number,
  chain: number,
): { run: ReturnType<Make>; apply: ReturnType<Make> } {
  const { run, apply } = KINDS[kind]
  const add = index + chain
  return { run: at(run, index)(add), apply: at(apply, index)(add) }
}

// As branches, all of them read the input.
const branch: readonly Make[] = [
  (add) => async (context: Values) => context.n + add,
  (add) => async (context: Values) => context.n * 2 + add,
  (add) => async (context: Values) => context.n * 3 + add,
  (add) => async (context: Values) => context.n * 4 + add,
]
const branchValue: readonly Make[] = [
  (add) => async (n: number) => n + add,
  (add) => async (n: number) => n * 2 + add,
  (add) => async (n: number) => n * 3 + add,
  (add) => async (n: number) => n * 4 + add,
]

/** The functions of one branch of one group. */
export function branchFunction(index: number, chain: number): ReturnType<typeof functions> {
  return { run: at(branch, index)(chain), apply: at(branchValue, index)(chain) }
}

/** The function over items of one loop. */
export function itemFunction(chain: number): (item: number) => Promise<number> {
  return async (item) => item + chain
}
