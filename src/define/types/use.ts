import type { NeedsInput, OutsAreTaken } from './messages.ts'
import type { HasRuns, Runnable, Runs } from './runnable.ts'
import type { AnyScope, Context, Flat } from './scope.ts'

/** The keys of an input that a context does not have, though it must, or has with another type. */
type WrongKeys<Has, Input> = {
  [Key in keyof Input]-?: Key extends keyof Has
    ? Has[Key] extends Input[Key]
      ? never
      : Key
    : {} extends Pick<Input, Key>
      ? never
      : Key
}[keyof Input]

/** The keys that a chain makes and a context has already. */
type Collision<Has, Input, Output> = keyof Has & Exclude<keyof Output, keyof Input>

/** The part of an input that has these keys. */
type Of<Input, Keys> = { [Key in keyof Input as Key extends Keys ? Key : never]: Input[Key] }

/** What keeps a chain from being given a context; `never` where nothing does. */
export type WrongContext<Has, Call> = Call extends (input: infer Input) => infer Output
  ? [WrongKeys<Has, Input>] extends [never]
    ? [Collision<Has, Input, Output>] extends [never]
      ? never
      : OutsAreTaken<Collision<Has, Input, Output>>
    : NeedsInput<Flat<Of<Input, WrongKeys<Has, Input>>>>
  : never

/** The parameter of `use`. */
export type Usable<Known extends AnyScope, Other> = [Other] extends [never]
  ? Other
  : Other extends HasRuns<infer Call>
    ? [WrongContext<Context<Known>, Call>] extends [never]
      ? Other
      : NoInfer<WrongContext<Context<Known>, Call>>
    : NoInfer<Runnable<never, unknown>>

/** What a chain adds to another: its outs, as far as their names are known. */
export type Inlined<Other> =
  Other extends HasRuns<Runs<infer Input, infer Output, unknown>> ? NewKeys<Output, keyof Input> : {}

type NewKeys<Output, Had> = {
  [Key in keyof Output as Key extends Had ? never : string extends Key ? never : Key]: Output[Key]
}

/** The asynchronous steps that a chain adds to another. */
export type InlinedAsync<Other> =
  Other extends HasRuns<Runs<never, unknown, infer Asynchronous extends string>>
    ? string extends Asynchronous
      ? 'a step of a Runnable'
      : Asynchronous
    : never
