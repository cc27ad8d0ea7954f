import { isLiteral } from '../define/literal.ts'
import { isSimple, type Place } from './check.ts'
import { isAllowedSegment, isRoot } from './path.ts'

/** Where an argument comes from. */
export const Source = { value: 0, key: 1, path: 2, step: 3, signal: 4, input: 5 } as const

/** One argument of a step, decided as far as it can be before a run. */
export interface Argument {
  readonly source: (typeof Source)[keyof typeof Source]
  /** The ref as it was written, for messages. */
  readonly ref: string
  /** The key of the context, for refs to it. */
  readonly key: string
  /** What follows the key. */
  readonly rest: readonly string[]
  /** The value itself, where it is no ref. */
  readonly value: unknown
}

/** The arguments of a step: in order, or by name. */
export interface Arguments {
  readonly list: readonly Argument[]
  readonly names: readonly string[] | null
}

const AMBIENT: Readonly<Record<string, Argument['source']>> = {
  $step: Source.step,
  $signal: Source.signal,
  $input: Source.input,
}

const NOTHING: readonly string[] = []

function compileRef(ref: string, place: Place): Argument {
  // Most refs are one plain key, which needs no taking apart.
  if (isSimple(ref) && isAllowedSegment(ref))
    return { source: Source.key, ref, key: ref, rest: NOTHING, value: undefined }
  const [key = '', ...rest] = ref.split('.')
  if (key.startsWith('$')) {
    const source = Object.hasOwn(AMBIENT, key) ? AMBIENT[key] : undefined
    if (source === undefined || !rest.every(isAllowedSegment))
      return place.refuse('a ref in args', ref, "'$step', '$signal', '$input' or a key of the context")
    return { source, ref, key, rest, value: undefined }
  }
  if (!isAllowedSegment(key) || !rest.every(isAllowedSegment) || /[[\]{}]/.test(ref)) {
    return place.refuse(
      'a ref in args',
      ref,
      "a path such as 'user.name' or 'rows.0.id'; a literal string is passed with literal()",
    )
  }
  return { source: rest.length === 0 ? Source.key : Source.path, ref, key, rest, value: undefined }
}

function compileArgument(argument: unknown, place: Place): Argument {
  if (typeof argument === 'string') return compileRef(argument, place)
  return { source: Source.value, ref: '', key: '', rest: [], value: isLiteral(argument) ? argument.value : argument }
}

/** Tells whether a value is an object literal, or made like one, of this realm or another. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  try {
    const prototype = Object.getPrototypeOf(value) as object | null
    return prototype === null || prototype === Object.prototype || (typeof prototype === 'object' && isRoot(prototype))
  } catch {
    // A proxy may refuse to tell.
    return false
  }
}

/**
 * Compiles `args`: an array of refs and values, or an object of named ones.
 * @throws DefinitionError where it is neither, or a ref is not well formed
 */
export function compileArguments(args: unknown, place: Place): Arguments {
  if (Array.isArray(args)) {
    const list: Argument[] = []
    // Holes are arguments too.
    for (let index = 0; index < args.length; index++) list.push(compileArgument(args[index], place))
    return { list, names: null }
  }
  if (!isPlainObject(args) || isLiteral(args))
    return place.refuse('args', args, 'an array, or a plain object of named refs')
  const names = Object.keys(args)
  for (const name of names)
    if (!isAllowedSegment(name)) place.refuse('a name in args', name, 'a name that is not reserved')
  return { list: names.map((name) => compileArgument(args[name], place)), names }
}
