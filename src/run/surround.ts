import { joinHooks } from '../compile/hooks.ts'
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
  const frozen = settings.freeze
  const bare = plain && !gated && !precise && !timed && !frozen
  return { ...given, hooks, timed, precise, plain, gated, frozen, bare }
}
