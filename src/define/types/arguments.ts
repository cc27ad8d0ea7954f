import type { Literal } from '../literal.ts'
import type { StepHandle } from '../step-handle.ts'
import type { NoSuchParameter, NotInContext, RefDoesNotFit, TooManyArgs } from './messages.ts'
import type { Ambient, At, IsMissing, Missing } from './refs.ts'
import type { HasRuns } from './runnable.ts'
import type { AnyScope, Context, Flat, ReadonlyFlat } from './scope.ts'
import type { WrongContext } from './use.ts'

/** Any function, by its weakest type. */
export type AnyFunction = (...given: never) => unknown

/** What one argument resolves to: a string is a ref, everything else is itself. */
type Argument<Known extends AnyScope, Given> = Given extends string
  ? At<Known, Given>
  : Given extends Literal<infer Value>
    ? Value
    : Given

/** What the arguments resolve to, be they a list or named. */
type Resolved<Known extends AnyScope, Arguments> = {
  -readonly [Index in keyof Arguments]: Argument<Known, Arguments[Index]>
}

/** What a step's function is called with. */
type Called<Known extends AnyScope, Arguments> = Arguments extends readonly unknown[]
  ? Resolved<Known, Arguments>
  : Arguments extends object
    ? [named: Resolved<Known, Arguments>]
    : [context: ReadonlyFlat<Context<Known>>, step: StepHandle]

type SomeMissing<Given> = true extends { [Index in keyof Given]: IsMissing<Given[Index]> }[keyof Given] ? true : false

// A missing ref fits a parameter of type `unknown` only too well, and one that is `unknown` hides it in a union.
type Found<Given, Union> = Missing extends Union ? (SomeMissing<Given> extends true ? false : true) : true

type FitsList<Given extends readonly unknown[], Parameters> = Given extends Parameters
  ? Found<Given, Given[number]>
  : false

type FitsNamed<Given, Parameters> = [Given] extends Parameters
  ? [Exclude<keyof Given, KnownNames<Parameters>>] extends [never]
    ? Found<Given, Given[keyof Given]>
    : false
  : false

/** The names that a parameter has; a parameter that names none, such as `unknown` or `object`, takes all. */
type KnownNames<Parameters> = Parameters extends readonly [(infer Parameter)?, ...unknown[]]
  ? [keyof Parameter] extends [never]
    ? PropertyKey
    : KeyOfEach<Parameter>
  : PropertyKey

type KeyOfEach<T> = T extends unknown ? keyof T : never

/**
 * Whether a function takes what its arguments resolve to. A chain is said not to, so that they are checked; what is not
 * known yet is said to.
 */
type Fits<Known extends AnyScope, Arguments, Callee> = Arguments extends readonly unknown[]
  ? Callee extends (...takes: infer Takes) => unknown
    ? FitsList<Resolved<Known, Arguments>, Takes>
    : Callee extends HasRuns<unknown>
      ? false
      : true
  : Arguments extends object
    ? Callee extends (...takes: infer Takes) => unknown
      ? FitsNamed<Resolved<Known, Arguments>, Takes>
      : Callee extends HasRuns<unknown>
        ? false
        : true
    : true

/**
 * The parameter `fn`. While it is inferred it must be one plain signature, for the parameters of a lambda to be known
 * without annotations, and those of a generic function: so the branch of chains is `never` at that time, and the last
 * is `any`, which does not count. The first branch is where the compiler infers `Callee` from.
 */
export type Step<Known extends AnyScope, Arguments, Callee> = [Callee] extends [never]
  ? Callee
  : Callee extends HasRuns<infer Call>
    ? NoInfer<ChainStep<Known, Arguments, Callee, Call>>
    : Fits<Known, Arguments, Callee> extends true
      ? NoInfer<(...given: Called<Known, Arguments>) => unknown>
      : // oxlint-disable-next-line typescript/no-explicit-any -- the only branch that does not count; `args` says what is wrong
        any

// A chain's own `Call` is a function; the compiler, while it looks for a plain signature, tries `unknown`, and `never`
// makes this no candidate.
type ChainStep<Known extends AnyScope, Arguments, Callee, Call> = Call extends AnyFunction
  ? Arguments extends object
    ? Callee
    : [WrongContext<Context<Known>, Call>] extends [never]
      ? Callee
      : WrongContext<Context<Known>, Call>
  : never

/**
 * The option `args`. The second gate is closed while `Callee` is not known, so that what is wrong is only worked out
 * for a call that does not fit.
 */
export type StepArguments<Known extends AnyScope, Arguments, Callee> =
  Fits<Known, Arguments, Callee> extends true
    ? Arguments
    : Callee extends AnyFunction | HasRuns<unknown>
      ? NoInfer<Checked<Known, Arguments, Takes<Callee>>>
      : Arguments

type Takes<Callee> = Callee extends (...takes: infer Parameters) => unknown
  ? Parameters
  : Callee extends HasRuns<(...takes: infer Parameters) => unknown>
    ? Parameters
    : never

/** The arguments again, with a readable type in place of each that is wrong. */
type Checked<Known extends AnyScope, Arguments, Parameters> = Parameters extends readonly unknown[]
  ? Arguments extends readonly unknown[]
    ? CheckedList<Known, Arguments, Parameters>
    : Arguments extends object
      ? CheckedNames<Known, Arguments, Parameters[0]>
      : Arguments
  : Arguments

type CheckedList<
  Known extends AnyScope,
  Arguments extends readonly unknown[],
  Parameters extends readonly unknown[],
> = Arguments extends readonly [...{ [Index in keyof Parameters]: unknown }, ...unknown[]]
  ? {
      [Index in keyof Arguments]: number extends Parameters['length']
        ? CheckedOne<Known, Arguments[Index], Nth<Parameters, Index>>
        : Index extends keyof Parameters
          ? CheckedOne<Known, Arguments[Index], Parameters[Index]>
          : TooManyArgs<Parameters>
    }
  : {
      [Index in keyof Parameters]: Index extends keyof Arguments
        ? CheckedOne<Known, Arguments[Index], Parameters[Index]>
        : Fitting<Referable<Known>, Parameters[Index]>
    }

/** A parameter of a function that takes any number of them. */
type Nth<Parameters extends readonly unknown[], Index> = Index extends `${infer Place extends number}`
  ? Parameters[Place]
  : Parameters[number]

type CheckedNames<Known extends AnyScope, Arguments, Parameter> = Flat<
  {
    [Name in keyof Arguments]: Name extends keyof Parameter
      ? CheckedOne<Known, Arguments[Name], Parameter[Name]>
      : NoSuchParameter<Name, keyof Parameter>
  } & {
    [Name in keyof Parameter as Name extends keyof Arguments ? never : Name]: Fitting<Referable<Known>, Parameter[Name]>
  }
>

type CheckedOne<Known extends AnyScope, Given, Parameter> = Given extends string
  ? IsMissing<At<Known, Given>> extends true
    ?
        | Suggested<Referable<Known>, Given, Parameter>
        | NotInContext<Given>
        | (Given extends Parameter ? Literal<Given> : never)
    : At<Known, Given> extends Parameter
      ? Given
      :
          | Exclude<Suggested<Referable<Known>, Given, Parameter>, Given>
          | RefDoesNotFit<Given, { gives: At<Known, Given>; parameter: Parameter }>
  : Argument<Known, Given> extends Parameter
    ? Given
    : Mutable<Given> extends Parameter
      ? Given
      : Given extends Literal<unknown>
        ? Literal<Parameter>
        : Parameter

/** A literal without the `readonly` that inferring it put there. */
export type Mutable<Given> = Given extends AnyFunction
  ? Given
  : Given extends object
    ? { -readonly [Key in keyof Given]: Mutable<Given[Key]> }
    : Given

type Referable<Known extends AnyScope> = Context<Known> & Ambient<Known['seen']>

/** The keys whose values fit a parameter: what the editor offers. */
type Fitting<Has, Parameter> = Has extends unknown
  ? { [Key in keyof Has]-?: Has[Key] extends Parameter ? Key : never }[keyof Has] & string
  : never

/** What may have been meant by a ref: keys for its first segment, names for its last. */
export type Suggested<Has, Ref, Parameter> = Ref extends `${infer Head}.${infer Rest}`
  ? Head extends keyof Has
    ? Dotted<Head, SuggestedBelow<NonNullable<Has[Head]>, Rest>>
    : Fitting<Has, Parameter>
  : Fitting<Has, Parameter>

type SuggestedBelow<T, Path> = Path extends `${infer Head}.${infer Rest}`
  ? Head extends keyof T
    ? Dotted<Head, SuggestedBelow<NonNullable<T[Head]>, Rest>>
    : Names<T>
  : Names<T>

// Asked whether it is a string, a name below spares the compiler finding out that it must be one.
type Dotted<Head extends string, Name> = Name extends string ? `${Head}.${Name}` : never

/** The properties of a value but for its methods. */
type Names<T> = keyof { [Key in keyof T as T[Key] extends AnyFunction ? never : Key]: 1 } & string
