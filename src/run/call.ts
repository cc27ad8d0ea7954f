import { type Argument, type Arguments, Source } from '../compile/arguments.ts'
import { MISSING, read, readKey } from '../compile/path.ts'
import { Arity, type PlanStep } from '../compile/plan.ts'
import { UnresolvedReferenceError } from '../errors.ts'
import { detailsOf, scrub, stepPath } from './failure.ts'
import { Handle } from './handle.ts'
import type { RunRecord } from './record.ts'

function resolveSource(run: RunRecord, { source, key, value }: Argument, handle: () => Handle): unknown {
  switch (source) {
    case Source.value:
      return value
    case Source.step:
      return handle()
    case Source.signal:
      return handle().signal
    case Source.input:
      return run.extra?.input
    default:
      return readKey(run.context, key)
  }
}

function resolve(run: RunRecord, argument: Argument, handle: () => Handle): unknown {
  const from = resolveSource(run, argument, handle)
  const found = argument.rest.length === 0 || from === MISSING ? from : read(from, argument.rest)
  if (found !== MISSING) return found
  if (!run.around.settings.strict) return undefined
  const message = `Step '${stepPath(run)}': the ref '${argument.ref}' leads nowhere`
  run.more().begun = true
  throw (run.more().failure = new UnresolvedReferenceError(scrub(run, message), detailsOf(run)))
}

/**
 * The arguments of a step that has any.
 * @throws UnresolvedReferenceError with `strict`, for a ref that leads nowhere; what an accessor on the way throws
 */
export function resolveArguments(run: RunRecord, step: PlanStep): readonly unknown[] {
  let handle: Handle | null = null
  const handleOf = (): Handle => (handle ??= new Handle(run, step))
  const { list, names } = step.args as Arguments
  const values = list.map((argument) => resolve(run, argument, handleOf))
  if (names === null) return values
  const named = Object.fromEntries(names.map((name, index) => [name, values[index]]))
  return [named, ...values.slice(names.length)]
}

/** Calls a step's function. Few arguments that are keys of the context are passed without an array. */
export function call(run: RunRecord, step: PlanStep): unknown {
  const { fn } = step
  const { context } = run
  switch (step.arity) {
    case Arity.context:
      return fn(context, new Handle(run, step))
    case Arity.none:
      return fn()
    case Arity.one:
      return run.around.settings.strict ? fn(...resolveArguments(run, step)) : fn(context[step.key0])
    case Arity.two:
      return run.around.settings.strict
        ? fn(...resolveArguments(run, step))
        : fn(context[step.key0], context[step.key1])
    default:
      return fn(...resolveArguments(run, step))
  }
}
