/*
 * What the compiler says instead of `never`. Two kinds, both because they read well in a message and are never offered
 * as a completion: a template pattern (it ends in `${string}`, so it is no literal), and an interface that nothing
 * satisfies.
 */
declare const problem: unique symbol

/** A ref that names nothing: neither a key of the context at that step nor a property on the way. */
export type NotInContext<Ref> = `⚠ {${Ref & string}} is not in the context ${string}`

/** A part of a template that is a function, which could only be printed as `[Function]`. */
export type IsAFunction<Ref> = `⚠ {${Ref & string}} is a function, which a template never calls ${string}`

/** A part of a template without its closing brace. */
export type IsNotClosed<Ref> = `⚠ {${Ref & string} is not closed; a brace is written {{ ${string}`

/** A ref whose value the function's parameter does not take. */
export interface RefDoesNotFit<Ref, Why> {
  readonly [problem]: [Ref, Why]
}

/** A ref to something that has no items; of a string, nobody means the characters. */
export interface RefIsNotIterable<Ref, Gives> {
  readonly [problem]: [Ref, Gives]
}

/** An out that two branches have, whose outs all go into the context. */
export type IsOutOfTwoBranches<Key> = `⚠ {${Key & string}} is an out of two branches ${string}`

/** A branch whose name cannot be a key of the context. */
export type CannotNameBranch<Name, Why> = `⚠ {${Name & string}} cannot name a branch: ${Why & string} ${string}`

/** A branch without a key that could say what came of it. */
export type HasNoOut = `⚠ a branch without outs would fail unseen; name it, in an object of branches ${string}`

/** A branch that is no continuation of the chain that it was given. */
export type IsOtherChain = `⚠ a branch returns the chain that it is given, with steps behind it ${string}`

/** One argument more than the function takes. */
export interface TooManyArgs<Takes> {
  readonly [problem]: Takes
}

/** A named argument that the function does not take. */
export interface NoSuchParameter<Name, Takes> {
  readonly [problem]: [Name, Takes]
}

/** A key that cannot be added to the context, and why not. */
export interface CannotBeOut<Key, Why> {
  readonly [problem]: [Key, Why]
}

/** An `overwrite` with a value that is not of the key's type, on which other steps rely. */
export interface OverwriteDoesNotFit<Key, Why> {
  readonly [problem]: [Key, Why]
}

/** A chain whose input the context does not have, or has with other types. */
export interface NeedsInput<Missing> {
  // A signature, since of a property that is missing the compiler would speak first.
  (problem: never): Missing
}

/** A chain that is inlined and would add keys that the context has already. */
export interface OutsAreTaken<Keys> {
  (problem: never): Keys
}

/** Stands where `runSync` would be, on a chain with asynchronous steps. */
export interface HasAsyncSteps<Names, Advice = 'use run()'> {
  readonly [problem]: [Names, Advice]
}
