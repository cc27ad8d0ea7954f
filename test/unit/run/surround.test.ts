import { expect, test } from 'vitest'
import { Place } from '../../../src/compile/check.ts'
import { addHooks } from '../../../src/compile/hooks.ts'
import type { Output } from '../../../src/compile/plan.ts'
import { compileSettings, DEFAULT_SETTINGS } from '../../../src/compile/settings.ts'
import { systemClock } from '../../../src/run/clock.ts'
import { surround } from '../../../src/run/surround.ts'
import { VirtualClock } from '../../support/virtual-clock.ts'

const place = new Place('c')
const silent: Output = { redact: String, fields: () => ({}), printer: null, hooks: null, within: () => silent }
const nothing = (): void => {}
const usual = { timed: false, precise: false, plain: true, laps: null, gated: false, frozen: false, bare: true }

// What a run need not look at, it does not look at: that is what makes a plain one cheap, and no outcome tells it.
test.each<[title: string, options: object, differs: object]>([
  ['nothing', {}, {}],
  ['a signal', { signal: new AbortController().signal }, { gated: true, bare: false }],
  ['a timeout', { timeout: 5 }, { gated: true, bare: false }],
  ['a deadline', { deadline: () => 5 }, { gated: true, bare: false }],
  ['a clock', { clock: new VirtualClock() }, { precise: true, bare: false }],
  ['frozen outputs', { freeze: true }, { frozen: true, bare: false }],
  ['a host', { host: { step: nothing } }, { plain: false, bare: false }],
  ['strict hooks', { strictHooks: true }, { plain: false, bare: false }],
  ['a warning of slow steps, of which nobody is told', { slowStepWarning: 5 }, { plain: false, bare: false }],
  [
    'a warning of slow steps',
    { slowStepWarning: 5, hooks: { onSlowStep: nothing } },
    { timed: true, plain: false, bare: false },
  ],
  ['hooks that are told of ends', { hooks: { afterStep: nothing } }, { timed: true, bare: false }],
  ['hooks that are told before steps', { hooks: { beforeStep: nothing } }, { plain: false, bare: false }],
  ['hooks that are told before attempts', { hooks: { beforeAttempt: nothing } }, { plain: false, bare: false }],
  ['hooks around attempts', { hooks: { wrap: nothing } }, { plain: false, bare: false }],
  ['hooks that are told of runs alone', { hooks: { onRunEnd: nothing, onRetry: nothing } }, {}],
  ['random numbers and strict refs', { random: () => 0, strict: true, logger: null, runId: 'r' }, {}],
])('around a run with %s', (_, options, differs) => {
  const settings = compileSettings(DEFAULT_SETTINGS, options, new Place('c', undefined, true))
  const given = { settings, output: silent, own: settings.hooks, clock: settings.clock ?? systemClock }
  expect(surround(given)).toEqual({ ...given, hooks: settings.hooks, ...usual, ...differs })
})

test('the hooks that print come before the user’s, and count as well', () => {
  const told: string[] = []
  const printing = addHooks(null, { afterStep: () => void told.push('line') }, place)
  const own = addHooks(null, { afterStep: () => void told.push('own') }, place)
  const around = surround({
    settings: DEFAULT_SETTINGS,
    output: { ...silent, hooks: printing },
    own,
    clock: systemClock,
  })
  for (const { call } of around.hooks?.afterStep ?? []) call()

  expect(told).toEqual(['line', 'own'])
  expect(around).toMatchObject({ timed: true, plain: true, bare: false, own })
})
