import type { Chain } from './chain.ts'
import type { IsOtherChain } from './messages.ts'
import type { HasRuns } from './runnable.ts'
import type { AnyScope, Context, Scope } from './scope.ts'

declare const branch: unique symbol

/** What a branch's chain takes: nothing that could be given, for only the step around it runs it. */
export interface InBranch<in out Base> {
  readonly [branch]: Base
}

/** The chain that a branch goes on from. It has the context so far in one piece, so that its newest keys are its own. */
export type BranchOn<Seen, Base> = Chain<InBranch<Base>, Scope<Seen, Base>>

/** The chain that the branches at a step go on from. */
export type BranchAt<Known extends AnyScope> = BranchOn<Known['seen'], Context<Known>>

/** A function that makes a branch. */
export interface MakeBranch<Seen, Base> {
  (chain: BranchOn<Seen, Base>): HasRuns<unknown>
}

/** A function that makes a branch at a step. */
export type BranchMaker<Known extends AnyScope> = MakeBranch<Known['seen'], Context<Known>>

/** What a branch added to the context: its newest keys, and the older ones where it has more than sixteen steps. */
export type AddedSince<Base, End extends AnyScope> = [Base] extends [End['folded']]
  ? End['recent']
  : End['folded'] extends Base & (infer Older)
    ? Older & End['recent']
    : never

/** What a branch adds, by the function that makes it; `never` for one that returns another chain. */
export type Outs<Base, Make> = Make extends (...takes: never) => Chain<InBranch<Base>, infer End, infer _Asynchronous>
  ? AddedSince<Base, End>
  : never

/** The names of the asynchronous steps of branches, by the functions that make them. */
export type BranchNames<Make> = Make extends (...takes: never) => Chain<infer _Input, infer _End, infer Asynchronous>
  ? Asynchronous
  : never

/** The parameter `then` of `when`: while nothing is known of it, it is any that makes a branch. */
export type Side<Known extends AnyScope, Make> =
  BranchMaker<Known> extends Make ? Make : [Outs<Context<Known>, Make>] extends [never] ? NoInfer<IsOtherChain> : Make

/** The keys that either of two branches adds; `undefined` where the other one is taken. */
export type Either<Known extends AnyScope, Then, Else> = EitherOf<
  OutsOrNone<Outs<Context<Known>, Then>>,
  OutsOrNone<Outs<Context<Known>, Else>>
>

type OutsOrNone<Added> = [Added] extends [never] ? {} : Added

type EitherOf<One, Other> = {
  [Key in keyof One | keyof Other]: Key extends keyof One
    ? Key extends keyof Other
      ? One[Key] | Other[Key]
      : One[Key] | undefined
    : Key extends keyof Other
      ? Other[Key] | undefined
      : never
}
