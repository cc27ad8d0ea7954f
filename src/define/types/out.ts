import type { CannotBeOut, OverwriteDoesNotFit } from './messages.ts'
import type { AnyScope, Entry } from './scope.ts'

/** Keys that are refused whatever the context. */
export type RefusedKey =
  | `$${string}`
  | '__proto__'
  | 'constructor'
  | 'prototype'
  | 'then'
  | ''
  | `${string}${'.' | '[' | ']' | '{' | '}'}${string}`

/** Keys that cannot be added to a context. */
export type Unavailable<Known extends AnyScope> = keyof Known['recent'] | keyof Known['folded'] | RefusedKey

/** The key of a new output. */
// Of all types the one that is worked out most often in a step: two arguments, one condition.
export type OutKey<Key, Refused> = Key extends Refused ? CannotBeOut<Key, WhyRefused<Key, Refused>> : Key

/** Why a key is refused. */
export type WhyRefused<Key, Refused> = string extends Key
  ? 'it must be one literal name'
  : Key extends `${string}${'.' | '[' | ']' | '{' | '}'}${string}` | ''
    ? 'it must be a plain name without dots, brackets or braces'
    : Key extends RefusedKey
      ? 'it is reserved'
      : true extends Refused
        ? 'overwrite is true or left out'
        : 'the context has it already; overwrite: true replaces it'

/** The option `overwrite`: the key keeps its type, so that what was checked before stays true. */
export type Overwrite<Known extends AnyScope, Key, Value> = Key extends keyof Known['recent']
  ? OverwriteFits<Key, Value, Known['recent'][Key]>
  : Key extends keyof Known['folded']
    ? OverwriteFits<Key, Value, Known['folded'][Key]>
    : string extends Key
      ? CannotBeOut<Key, 'it must be one literal name'>
      : Key extends RefusedKey
        ? CannotBeOut<Key, WhyRefused<Key, RefusedKey>>
        : true

type OverwriteFits<Key, Value, Had> = [Value] extends [Had]
  ? true
  : OverwriteDoesNotFit<Key, { gives: Value; key: Had }>

/** What a step adds to the context: nothing without `out`, or where it overwrites. */
export type Added<Known extends AnyScope, Key extends PropertyKey, Value> = [Key] extends [never]
  ? {}
  : Key extends keyof Known['recent']
    ? {}
    : Key extends keyof Known['folded']
      ? {}
      : Entry<Key, Value>
