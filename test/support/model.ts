import { type Action, branchName, exact, type Given, labelOf, logged, type Node, PATIENCE } from './model-chain.ts'
import { type Outcome, sorted } from './model-chain.ts'
import { before, begun, blank, clash, couldNotUndo, inOrder, isPassedOver, isSkipped, isTired } from './model-world.ts'
import { momentOf, outlasts, passed, rehearsal, rulesOf, settled, settledOuts } from './model-world.ts'
import { shares, summaryOf, tiredIf, told } from './model-world.ts'
import type { End, Failure, Group, Outs, Seen, Stop, World } from './model-world.ts'

/*
 * The reference interpreter: what a run comes to, worked out from its description and the written semantics alone. It runs nothing and waits for nothing. Each function is told
 * when something begins and what is going to stop it, and says when and how it ends. So a group is gone through twice: as if nobody told the others to end when one has failed, to
 * learn when that is; and again with that moment as one more stop.
 */

/** The ms that an attempt gets to end which has looked at its signal. */
const MOMENT = 20
/** What is not tried again, whatever the policy, and has no fallback. */
const FINAL = new Set(['SC_CANCELLED', 'SC_DEADLINE', 'SC_COMPENSATION'])

/** One call of a function. */
function call(action: Action, from: number, world: World): End {
  const { name, ends, waits } = begun(action, from, world)
  const [stop, ...others] = inOrder(world.stops).filter(({ at }) => waits && at < ends.at)
  if (stop === undefined) return ends
  const { grace, own } = stop
  const heeds = action.heeds ?? Infinity
  const quiet = Math.min(ends.at, stop.at + exact(heeds, `${name} heeds`))
  let [limit, why] = [stop.at + (grace ?? (heeds < Infinity ? MOMENT : 0)), stop]
  // The end of a grace cuts everything short, and what comes in a grace, or in the moment after its own timeout, does so at once.
  for (const other of others) {
    if (own !== world.path && grace === undefined && other.grace === undefined) continue
    const last = other.at + (own === world.path ? 0 : (other.grace ?? 0))
    if (last < Math.min(limit, quiet)) [limit, why] = [last, other]
  }
  // Only in a grace does it count what it comes to.
  if (grace !== undefined && ends.at === quiet && quiet <= limit) return ends
  const at = Math.min(quiet, limit)
  if (at === from) world.seen.open.push(name)
  return { at, how: 'stopped', outs: {}, stop: why, abandoned: limit < quiet }
}

/** Undoes what was finished in something that failed, from that place in the list on, and releases what it holds: the last comes first. */
function undo(end: End, since: number, world: World): End {
  const { seen, stops } = world
  const held = inOrder(seen.done.splice(since)).reverse()
  const around = { ...world, path: '', stops: [], deadline: Infinity }
  const failed = end.how !== 'ok'
  let { at, failure: cause } = end
  const act = (name: string, action: Action | undefined): Failure | undefined => {
    const came = action && step({ timeout: PATIENCE, ...action, kind: 'step', name }, at, around)
    at = came?.at ?? at
    return came?.failure
  }
  const errors = (failed ? held : []).flatMap(({ path, how, action }) => act(`${path}.${how}`, action) ?? [])
  for (const { path, release } of held) if (act(`${path}.release`, release)) seen.log.push(logged(at, 'lost', path))
  if (clash(held)) seen.open.push(world.path)
  // What has succeeded is undone should something around it fail.
  if (!failed) seen.done.push(...held.reverse().map((entry) => ({ ...entry, release: undefined })))
  // Nothing interrupts that; if more than one thing has tried to, it is open which is found first.
  if (stops.filter((stop) => stop.at > end.at && stop.at < at).length > 1) seen.open.push(world.path)
  if (end.how === 'stopped') cause = { code: end.stop!.code }
  return { ...end, at, failure: errors.length === 0 ? cause : couldNotUndo(cause, errors) }
}

/** Steps, one after the other. */
function sequence(nodes: readonly Node[], from: number, world: World): End {
  let all: End = { at: from, how: 'ok', outs: {} }
  for (const node of nodes) {
    const stop = before(all.at, world.stops)
    if (stop !== undefined) return { ...all, how: 'stopped', stop }
    const end = step(node, all.at, world)
    all = { ...end, outs: { ...all.outs, ...end.outs } }
    if (end.how !== 'ok') break
  }
  return all
}

/** A branch or an item. */
function unit(node: Group, index: number, from: number, world: World): End {
  if (node.kind === 'parallel') {
    const path = `${world.path}/${node.named ? `${branchName(node, index)}/` : ''}`
    return sequence(node.branches[index]!, from, { ...world, path })
  }
  const { does, item } = node
  const what = 'calls' in does ? ({ kind: 'step', ...does } as const) : ({ kind: 'branch', steps: does } as const)
  return step({ ...item, ...what, name: `${index}` }, from, { ...world, path: `${world.path}/` })
}

/** Several things, so many at once; its value is a summary. */
function group(node: Group, from: number, world: World): End & { units: readonly End[] } {
  const { sizes, pulls, concurrency, most, ratio, late, grace, undoes, releases } = rulesOf(node)
  const run = (index: number, at: number, inside: World): End => {
    const since = inside.seen.done.length
    const end = unit(node, index, at, inside)
    return (end.how === 'ok' && releases) || (end.how === 'failed' && undoes) ? undo(end, since, inside) : end
  }
  const slots = pulls.slice(0, concurrency).map(() => from)
  const [begins, failed] = [[] as number[], [] as { at: number; size: number }[]]
  let [pulled, halt, cut] = [from, Infinity, false]
  for (const [index, ms] of pulls.entries()) {
    const free = Math.min(...slots)
    const room = Math.max(pulled, free)
    const stop = before(room + ms, world.stops)
    if (room < halt && !before(room, world.stops)) pulled = Math.min(room + ms, halt, stop?.at ?? Infinity)
    cut = room + ms >= halt || stop !== undefined
    if (ms > 0) shares(pulled, world)
    // A source may take time to say that it has no more; whether it has said so is not known when it is stopped meanwhile.
    if (cut && index === sizes.length) world.seen.open.push(world.path)
    if (cut || index === sizes.length) break
    const { at, how } = run(index, pulled, rehearsal(world))
    // There is no room where something was stopped.
    slots[slots.indexOf(free)] = how === 'stopped' ? Infinity : at
    begins.push(pulled)
    if (how === 'failed') failed.push({ at, size: sizes[index]! })
    if (!late) halt = momentOf(failed, most)
  }
  const stops = halt < Infinity ? [...world.stops, { at: halt, code: 'SC_GROUP', grace }] : world.stops
  const units = begins.map((at, index) => run(index, at, { ...world, stops }))
  const at = Math.max(pulled, ...units.map((end) => end.at))
  const value = summaryOf(units, sizes, at - from)
  const { errors } = value
  cut ||= units.some(({ how }) => how === 'stopped') || passed(at, world.stops) !== undefined
  if ((ratio && cut) || isPassedOver(halt, world)) world.seen.open.push(world.path)
  const end = { at, outs: {}, value, units, stop: before(Infinity, world.stops) }
  if (value.failed <= most || (late && cut)) return { ...end, how: cut ? 'stopped' : 'ok' }
  const cause = inOrder(units).find(({ how }) => how === 'failed')?.failure
  const failure = tiredIf({ code: 'SC_GROUP', path: world.path, cause, errors }, errors.some(isTired))
  return { ...end, how: 'failed', failure }
}

/** What is inside of a step, once. */
function body(node: Node, from: number, world: World): End {
  if (node.kind === 'step') return call(node, from, world)
  if ('steps' in node) {
    const side = node.kind === 'when' && !node.yes ? node.otherwise! : node.steps
    const end = sequence(side, from, { ...world, path: `${world.path}/` })
    if (node.kind !== 'when') return { ...end, value: end.outs, outs: {} }
    return end.how === 'ok' ? { ...end, outs: { ...blank(node), ...end.outs } } : end
  }
  const end = group(node, from, world)
  const wraps = node.settle && end.how === 'ok'
  const given = (came: End, value: unknown): unknown => (wraps ? settled(came, value) : value)
  const list = end.units.map((came) => given(came, came.value))
  if ('count' in node) return node.kind === 'map' ? { ...end, value: list } : end
  const outs = end.units.map((came, index): Outs => {
    if (node.named) return { [branchName(node, index)]: given(came, came.outs) }
    return wraps ? settledOuts(came, node.branches[index]!) : came.outs
  })
  return { ...end, outs: Object.assign({}, ...outs) as Outs }
}

/** One attempt of a step. */
function attempt(node: Node, from: number, world: World): End {
  const limit = from + exact(node.timeout ?? Infinity, `${labelOf(world.path)} timeout`)
  const own: Stop = { at: limit, code: 'SC_TIMEOUT', own: world.path }
  // In the grace of a group that failed there are no timeouts.
  const free = world.stops.some(({ at, grace }) => grace !== undefined && at < limit)
  const stops = free ? world.stops : [own, ...world.stops]
  let end = body(node, from, { ...world, stops })
  if (limit <= end.at) shares(limit, world)
  if (node.kind !== 'step') {
    // What was to be over by then is stopped, whatever has come of it; but it ends when all that is inside of it has.
    if (outlasts(end.at, stops)) world.seen.open.push(world.path)
    const stop = passed(end.at, stops)
    const later = stop === own ? inOrder(world.stops).find(({ at }) => at > limit && at < end.at) : undefined
    end = { ...end, abandoned: false, ...(stop && { how: 'stopped', stop: later ?? stop }) }
  }
  const cut = end.how === 'stopped'
  if (!cut || end.stop !== own) return { ...end, cut }
  return { ...end, cut, how: 'failed', failure: { code: own.code, path: world.path } }
}

/** Attempts of a step until one succeeds. */
function attempts(node: Node, from: number, world: World): End {
  const { seen, stops, path } = world
  const since = seen.done.length
  const delay = exact(node.delay ?? 0, `${labelOf(path)} delay`)
  let [at, cut] = [from, false]
  for (let tries = 1; ; tries++) {
    const came = attempt(node, at, world)
    cut ||= came.cut === true
    const end = { ...came, tries, cut }
    const { how, failure } = end
    if (how !== 'failed') return end
    // Not again: what ours made hopeless, what was tried again inside (unless that is asked for), what failed in the grace of its group.
    const final = [failure!, ...(failure!.errors ?? [])].some(({ code }) => FINAL.has(code))
    const late = stops.some((stop) => stop.grace !== undefined && stop.at < end.at)
    const again = tries <= (node.retries ?? 0) && !final && !late && (node.again || !isTired(failure!))
    tiredIf(failure!, tries > 1)
    if (!again) return end
    if (end.at + delay >= world.deadline) return { ...end, failure: { code: 'SC_DEADLINE' } }
    const clean = undo(end, since, world)
    if (clean.failure !== failure) return clean
    at = clean.at + delay
    told(clean, world, 'retry')
    const stop = before(at, stops)
    if (stop?.at === clean.at) seen.open.push(path)
    if (stop) return { at: Math.max(clean.at, stop.at), how: 'stopped', outs: {}, stop, tries, cut }
    if (delay > 0) shares(at, world)
  }
}

/** What stands in for what a step failed to give. */
function fallBack(node: Node, failed: End, since: number, world: World): End {
  const end = undo(failed, since, world)
  const stop = before(end.at, world.stops)
  if (end.failure !== failed.failure) return end
  if (stop) return { ...end, how: 'stopped', stop }
  if (node.fallback === 'throws')
    return { ...end, failure: tiredIf({ code: 'SC_STEP', path: world.path }, end.tries! > 1) }
  return { ...end, how: 'ok', failure: undefined, value: `${labelOf(world.path)} fell back` }
}

/** A step, with all that is around it. */
function step(node: Node, from: number, outer: World): End {
  const world = { ...outer, path: outer.path + node.name }
  const { seen, path } = world
  const since = seen.done.length
  if (isSkipped(node)) return told({ at: from, how: 'ok', outs: blank(node) }, world, 'skipped')
  const own = attempts(node, from, world)
  const falls = own.how === 'failed' && node.fallback !== undefined && !FINAL.has(own.failure!.code)
  const end = told(falls ? fallBack(node, own, since, world) : own, world)
  const { at, how, cut } = end
  // What it fell back to was not done, and is only released.
  if (cut && node.unknown && (falls || how !== 'ok'))
    seen.done.push({ at, path, how: 'compensateUnknown', action: node.unknown })
  if (how !== 'ok') return end
  seen.done.push({ at, path, how: 'compensate', action: falls ? undefined : node.compensate, release: node.release })
  const flat = node.kind === 'parallel' || node.kind === 'when' || node.silent
  return flat ? end : { ...end, outs: { [node.name]: end.value } }
}

/** What a run comes to. */
export function predict({ steps, abort = Infinity, deadline = Infinity, limit }: Given): Outcome {
  const endAt = limit === 'date' ? deadline : exact(deadline, 'deadline')
  const cancelled = { at: abort < 0 ? -Infinity : exact(abort, 'abort'), code: 'SC_CANCELLED' }
  const seen: Seen = { calls: new Map(), log: [], done: [], moments: new Map(), open: [] }
  const world = { path: '', stops: [cancelled, { at: endAt, code: 'SC_DEADLINE' }], deadline: endAt, seen }
  const end = sequence(steps, 0, world)
  const { at, failure } = undo(end, 0, { ...world, stops: [] })
  return { at, error: failure, context: end.outs, log: sorted(seen.log), open: seen.open.length > 0 }
}
