import type {
  Amount,
  ArgumentDescription,
  BranchDescription,
  ChainDescription,
  RetryDescription,
  StepDescription,
} from '../define/description.ts'
import { type Argument, type Arguments, Source } from './arguments.ts'
import { branchesOf } from './compile.ts'
import type { Branch, Loop, Parallel, Plan, PlanStep, Put, Rare } from './plan.ts'
import type { Policy } from './policy.ts'
import type { Template } from './template.ts'

/** `Infinity` is no JSON. */
function amount(value: number): Amount {
  return value === Infinity ? 'Infinity' : value
}

/** A key with its value, or nothing. */
function given<Key extends string, Value>(key: Key, set: boolean, value: Value): { readonly [K in Key]?: Value } {
  return set ? ({ [key]: value } as { [K in Key]: Value }) : {}
}

function flag<Key extends string>(key: Key, set: boolean): { readonly [K in Key]?: true } {
  return given(key, set, true as const)
}

function argument({ source, ref, value }: Argument): ArgumentDescription {
  return source === Source.value ? { value: value === null ? 'null' : typeof value } : { ref }
}

function args({ list, names }: Arguments): NonNullable<StepDescription['args']> {
  const told = list.map(argument)
  return names === null ? told : Object.fromEntries(names.map((name, index) => [name, told[index]] as never))
}

function retry(policy: Policy): RetryDescription {
  const { retries, retryIf, backoff, initialDelay, factor, maxDelay, maxElapsed, jitter, budget } = policy
  const when = typeof retryIf === 'function' ? ('function' as const) : (retryIf ?? []).map(({ name }) => name)
  return {
    retries: amount(retries),
    ...given('retryIf', retryIf !== null, when),
    backoff: typeof backoff === 'function' ? 'function' : backoff,
    initialDelay,
    factor,
    maxDelay,
    ...given('maxElapsed', maxElapsed !== Infinity, maxElapsed),
    jitter,
    ...flag('budget', budget !== null),
    ...flag('retryOnInvalid', policy.retryOnInvalid),
  }
}

function refText(path: readonly string[]): string {
  return path
    .map((segment) => (/^[\p{L}\p{N}_$]+$/u.test(segment) ? `.${segment}` : `["${segment}"]`))
    .join('')
    .replace(/^\./, '')
}

/** A template as it may be written. */
function templateText({ texts, paths }: Template): string {
  const refs = [...paths.map((path) => `{${refText(path)}}`), '']
  return texts.map((text, index) => text.replace(/[{}]/g, '$&$&') + refs[index]).join('')
}

function rare({ when, fallback, compensate, compensateUnknown, release, sensitive }: Rare): Partial<StepDescription> {
  const kind = fallback !== null && 'call' in fallback ? ('function' as const) : ('value' as const)
  return {
    ...flag('when', when !== null),
    ...given('fallback', fallback !== null, kind),
    ...flag('compensate', compensate !== null),
    ...flag('compensateUnknown', compensateUnknown !== null),
    ...flag('release', release !== null),
    ...flag('sensitive', sensitive),
  }
}

function puts(list: readonly Put[]): { readonly puts?: readonly string[] } {
  return given(
    'puts',
    list.length > 0,
    list.map(({ key }) => key),
  )
}

function branch({ name, plan }: Pick<Branch, 'name' | 'plan'>): BranchDescription {
  return { ...given('name', name !== '', name), ...puts(plan.puts), steps: plan.steps.map(step) }
}

function group(flow: Loop | Parallel): Partial<StepDescription> {
  const { concurrency, settle } = flow
  const common = flag('settle', settle)
  if (flow.kind === 'parallel') return { ...common, ...given('concurrency', concurrency !== Infinity, concurrency) }
  const { items, batch, tolerate } = flow
  const loop = {
    ref: items.ref,
    concurrency: amount(concurrency),
    ...given('batch', batch !== 0, amount(batch)),
    ...given('tolerate', tolerate !== 0, amount(tolerate)),
  }
  return { ...attempts(flow.item), ...common, loop }
}

/** What is around each attempt. */
function attempts({ policy, timeout, validator, rare: more }: PlanStep): Partial<StepDescription> {
  return {
    ...(policy === null ? {} : { retry: retry(policy) }),
    ...given('timeout', timeout !== 0, timeout),
    ...flag('hasValidate', validator !== null),
    ...(more === null ? {} : rare(more)),
  }
}

/** The branches of a group. Those of a `when` are named after its sides. */
function branches(at: PlanStep): Partial<StepDescription> {
  const list = branchesOf(at)
  if (list.length === 0) return {}
  const sides = at.kind === 'when' ? ['then', 'otherwise'] : []
  return { branches: list.map(({ name, plan }, index) => branch({ name: sides[index] ?? name, plan })) }
}

function step(at: PlanStep): StepDescription {
  const { name, kind, out, overwrite, log, flow, nested } = at
  return {
    name,
    kind: kind as StepDescription['kind'],
    ...(out === null ? {} : { out }),
    ...flag('overwrite', overwrite),
    ...(at.args === null ? {} : { args: args(at.args) }),
    ...attempts(at),
    ...(log === null ? {} : { log: typeof log === 'function' ? 'function' : templateText(log) }),
    ...(flow !== null && 'concurrency' in flow ? group(flow) : {}),
    ...branches(at),
    ...(nested === null ? {} : { chain: describe(nested()) }),
  }
}

/** A definition as plain JSON. */
export function describe({ name, input, settings, puts: list, steps }: Plan): ChainDescription {
  const { timeout } = settings
  return {
    name,
    ...flag('hasInput', input !== null),
    ...given('timeout', timeout !== Infinity, timeout),
    ...puts(list),
    steps: steps.map(step),
  }
}
