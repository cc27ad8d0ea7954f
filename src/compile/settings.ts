import type { Clock } from '../define/clock.ts'
import type { Host } from '../define/host.ts'
import type { Logger } from '../define/logger.ts'
import type { Place } from './check.ts'
import { addHooks, type HookTable } from './hooks.ts'
import { compileLimits, compileRedaction, type Limits, type Redaction } from './redaction.ts'

/** The options of a chain or a run, checked, with nothing left open but what is `null`. */
export interface Settings {
  readonly signal: AbortSignal | null
  readonly timeout: number
  readonly deadline: Date | (() => number) | null
  readonly reserve: number
  /** `undefined` is the default logger, `null` none. */
  readonly logger: Logger | null | undefined
  /** `null` hides what is usual. */
  readonly redact: Redaction | null
  readonly printLimits: Limits | null
  readonly strict: boolean
  readonly freeze: boolean
  /** In ms; `Infinity` for none. */
  readonly slowStepWarning: number
  readonly strictHooks: boolean
  readonly hookTimeout: number
  readonly hooks: HookTable | null
  readonly runId: string
  readonly host: Host | null
  readonly clock: Clock | null
  readonly random: () => number
}

/** What a chain without options runs with. */
export const DEFAULT_SETTINGS: Settings = {
  signal: null,
  timeout: Infinity,
  deadline: null,
  reserve: 0,
  logger: undefined,
  redact: null,
  printLimits: null,
  strict: false,
  freeze: false,
  slowStepWarning: Infinity,
  strictHooks: false,
  hookTimeout: 5_000,
  hooks: null,
  runId: '',
  host: null,
  clock: null,
  random: Math.random,
}

type Given = { -readonly [Name in keyof Settings]: unknown }

const NOTHING_GIVEN: Given = {
  signal: undefined,
  timeout: undefined,
  deadline: undefined,
  reserve: undefined,
  logger: undefined,
  redact: undefined,
  printLimits: undefined,
  strict: undefined,
  freeze: undefined,
  slowStepWarning: undefined,
  strictHooks: undefined,
  hookTimeout: undefined,
  hooks: undefined,
  runId: undefined,
  host: undefined,
  clock: undefined,
  random: undefined,
}

// An EventTarget's brand differs between realms and polyfills; what is used of a signal does not.
function checkSignal(place: Place, signal: unknown): void {
  const given = signal as Partial<AbortSignal> | null
  if (
    typeof given?.aborted !== 'boolean' ||
    typeof given.addEventListener !== 'function' ||
    typeof given.removeEventListener !== 'function'
  ) {
    place.refuse('signal', signal, 'an AbortSignal')
  }
}

function checkDeadline(place: Place, deadline: unknown): void {
  if (typeof deadline === 'function') return
  if (Object.prototype.toString.call(deadline) === '[object Date]' && !Number.isNaN((deadline as Date).getTime()))
    return
  place.refuse('deadline', deadline, 'a valid Date, or a function that gives the ms that remain')
}

const RUN_ID = /^[\w.:@-]{1,200}$/

function checkRunId(place: Place, runId: unknown): void {
  if (typeof runId !== 'string' || !RUN_ID.test(runId) || runId.includes('..')) {
    place.refuse('runId', runId, "at most 200 letters, digits, '.', '_', ':', '@' or '-', without '..'")
  }
}

const CHECKS: { readonly [Name in keyof Given]: (place: Place, value: unknown) => void } = {
  signal: checkSignal,
  timeout: (place, value) => place.number('timeout', value, [Number.MIN_VALUE, Infinity]),
  deadline: checkDeadline,
  reserve: (place, value) => place.number('reserve', value, [0]),
  logger: (place, value) => value === null || place.methods('logger', value, ['debug', 'info', 'warn', 'error']),
  redact: () => {},
  printLimits: () => {},
  strict: (place, value) => place.boolean('strict', value),
  freeze: (place, value) => place.boolean('freeze', value),
  slowStepWarning: (place, value) => place.number('slowStepWarning', value, [Number.MIN_VALUE, Infinity]),
  strictHooks: (place, value) => place.boolean('strictHooks', value),
  hookTimeout: (place, value) => place.number('hookTimeout', value, [0, Infinity]),
  hooks: () => {},
  runId: checkRunId,
  host: (place, value) => place.methods('host', value, ['step']),
  clock: (place, value) => place.methods('clock', value, ['now', 'wall', 'setTimeout', 'clearTimeout', 'sleepSync']),
  random: (place, value) => place.function('random', value),
}

/** What an option is kept as. */
function compiled(name: keyof Given, value: unknown, { base, place }: { base: Settings; place: Place }): unknown {
  switch (name) {
    case 'hooks':
      return addHooks(base.hooks, value, place)
    case 'redact':
      return compileRedaction(value, place)
    case 'printLimits':
      return compileLimits(value, place)
    default:
      return value
  }
}

/**
 * Puts options over settings. Hooks come behind those there are, everything else takes their place.
 * @throws DefinitionError for options of a chain, InputError for those of a run
 */
export function compileSettings(base: Settings, options: unknown, place: Place): Settings {
  const given = place.options(place.run === false ? 'the chain' : 'the run', options, NOTHING_GIVEN)
  const settings: Record<string, unknown> = { ...base }
  for (const name of Object.keys(CHECKS) as (keyof Given)[]) {
    const value = given[name]
    if (value === undefined) continue
    CHECKS[name](place, value)
    settings[name] = compiled(name, value, { base, place })
  }
  return settings as unknown as Settings
}
