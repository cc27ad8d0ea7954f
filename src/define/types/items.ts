import type { StepHandle } from '../step-handle.ts'
import type { Suggested } from './arguments.ts'
import type { BranchNames, MakeBranch, Outs } from './branch.ts'
import type { IsOtherChain, NotInContext, RefIsNotIterable } from './messages.ts'
import type { Ambient, At, IsMissing } from './refs.ts'
import type { AnyScope, Context, Flat } from './scope.ts'
import type { AsyncName, Given, Named } from './step.ts'

/** What has items. Strings have, too, but nobody means their characters. */
type Items = readonly unknown[] | (Iterable<unknown> & object) | AsyncIterable<unknown>

/**
 * The parameter `ref`: the path of what has items, or what is wrong with it. While it is not known it is a `string`, for
 * which nothing is to be suggested.
 */
export type ItemsRef<Known extends AnyScope, Ref> = Ref extends string
  ? string extends Ref
    ? Ref
    : IsItems<At<Known, Ref>> extends true
      ? Ref
      : NoInfer<WrongItems<Known, Ref, At<Known, Ref>>>
  : never

type IsItems<T> = [T] extends [Items] ? true : unknown extends T ? true : false

type WrongItems<Known extends AnyScope, Ref, Gives> =
  IsMissing<Gives> extends true
    ? NotInContext<Ref> | Suggested<Context<Known> & Ambient<Known['seen']>, Ref, Items>
    : RefIsNotIterable<Ref, Gives> | Exclude<Suggested<Context<Known> & Ambient<Known['seen']>, Ref, Items>, Ref>

/** The type of the items that a ref leads to. */
export type Item<Known extends AnyScope, Ref> = ItemOf<At<Known, Ref>>

/** What a function is given of the items: one, or a batch. */
export type Batched<Known extends AnyScope, Ref, Batch> = [Batch] extends [never]
  ? ItemOf<At<Known, Ref>>
  : ItemOf<At<Known, Ref>>[]

type ItemOf<T> = unknown extends T ? T : ItemOfEach<T>

type ItemOfEach<T> = T extends readonly (infer One)[]
  ? One
  : T extends Iterable<infer One>
    ? One
    : T extends AsyncIterable<infer One>
      ? One
      : never

/** What an item's branch has beside the context. */
interface ItemKeys<One> {
  item: One
  index: number
}

/** What an item's branch goes on from: its own keys take the place of others of their names. */
type ItemBase<Known extends AnyScope, One> = [keyof Context<Known> & keyof ItemKeys<One>] extends [never]
  ? Context<Known> & ItemKeys<One>
  : Omit<Context<Known>, keyof ItemKeys<One>> & ItemKeys<One>

/**
 * The parameter `fn`: a function, or a list of one branch. While nothing is known of it, it must be one plain signature
 * where a generic function is passed, and may be a branch where a lambda in a list is: the compiler takes the constraint
 * of `Callee` for the one, and its default, which is a list, for the other.
 */
export type ItemStep<Known extends AnyScope, One, Callee> = [Callee] extends [never]
  ? Callee
  : Callee extends readonly (infer Make)[]
    ? NoInfer<ListStep<Known, One, Make>>
    : NoInfer<(item: One, index: number, step: StepHandle) => unknown>

type ListStep<Known extends AnyScope, One, Make> = unknown extends Make
  ? never
  :
      | ((item: One, index: number, step: StepHandle) => unknown)
      | readonly [CheckedBranch<Known['seen'], ItemBase<Known, One>, Make>]

type CheckedBranch<Seen, Base, Make> =
  Make extends MakeBranch<Seen, Base>
    ? [Outs<Base, Make>] extends [never]
      ? IsOtherChain
      : Make
    : MakeBranch<Seen, Base>

/** What an item gives. */
export type GivenByItem<Known extends AnyScope, One, Callee> = Callee extends readonly unknown[]
  ? Flat<Outs<ItemBase<Known, One>, Callee[0]>>
  : Given<Callee>

/** The names of what is asynchronous in a step for each item. */
export type ItemNames<Known extends AnyScope, Ref, Callee, Key, Fallback> =
  | AsyncItems<At<Known, Ref>, Key>
  | (Callee extends readonly unknown[] ? BranchNames<Callee[0]> : AsyncName<Callee, Key, Fallback>)

// As in a run, what is iterable at once is gone through at once.
type AsyncItems<T, Key> = T extends readonly unknown[] | Iterable<unknown>
  ? never
  : T extends AsyncIterable<unknown>
    ? 0 extends 1 & T
      ? never
      : Named<Key>
    : never
