import { type Hook, joinHooks, withoutSets } from '../compile/hooks.ts'
import type { Surroundings } from '../compile/plan.ts'
import { systemClock } from './clock.ts'

/** Decides what a run need not look at. */
export function surround(given: Pick<Surroundings, 'settings' | 'output' | 'own' | 'clock'>): Surroundings {
  const { settings, output, own, clock } = given
  const hooks = joinHooks(output.hooks, own)
  const timed = hooks !== null && (hooks.afterStep !== null || settings.slowStepWarning !== Infinity)
  const watched = hooks !== null && (hooks.beforeStep !== null || hooks.beforeAttempt !== null || hooks.wrap !== null)
  const precise = clock !== systemClock
  const plain = !watched && settings.host === null && settings.slowStepWarning === Infinity && !settings.strictHooks
  const gated = settings.signal !== null || settings.deadline !== null || settings.timeout !== Infinity
  const { freeze: frozen } = settings
  const laps = plain && hooks?.afterStep?.length === 1 ? (output.recorder ?? null) : null
  const bare = plain && !gated && !precise && !timed && !frozen
  // Written out: it is made for each run that is recorded, and spreads are dear on Node 20.
  return { settings, output, own, clock, hooks, timed, precise, plain, laps, gated, frozen, bare }
}

/** Whether a set of hooks wants to hear of the run that begins. */
function isActive({ call, set }: Hook): boolean {
  try {
    return call.call(set) !== false
  } catch {
    // It is told what happens, and may say what is wrong.
    return true
  }
}

// By what is left out: mostly it is the same each time.
const listening = new WeakMap<Surroundings, Map<string, Surroundings>>()

/** What surrounds a run, without the sets of hooks that do not want to hear of it. */
export function onlyActive(around: Surroundings): Surroundings {
  const { own } = around
  if (own === null || own.isActive === null) return around
  const active = own.isActive.map(isActive)
  if (!active.includes(false)) return around
  let known = listening.get(around)
  if (known === undefined) listening.set(around, (known = new Map<string, Surroundings>()))
  const key = active.join()
  let left = known.get(key)
  if (left === undefined) {
    const off = new Set(own.isActive.filter((_, index) => active[index] === false).map(({ set }) => set))
    const { settings, output, clock } = around
    known.set(key, (left = surround({ settings, output, own: withoutSets(own, off), clock })))
  }
  return left
}
