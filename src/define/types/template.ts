import type { AnyFunction, Suggested } from './arguments.ts'
import type { IsAFunction, IsNotClosed, NotInContext } from './messages.ts'
import type { Get, IsMissing, Missing, Walk } from './refs.ts'
import type { AnyScope, Context, Entry, ReadonlyFlat } from './scope.ts'

/**
 * The first segment of a part: the step's own output goes by `result` and by its `out`, whatever else has that name.
 */
type Top<Known extends AnyScope, Key, Value, Name> = Name extends Key | 'result'
  ? Value
  : Name extends keyof Known['recent']
    ? Known['recent'][Name]
    : Name extends keyof Known['folded']
      ? Known['folded'][Name]
      : Missing

type Part<Known extends AnyScope, Key, Value, Path> = Path extends `${infer Head}.${infer Rest}`
  ? Walk<Top<Known, Key, Value, Head>, Rest>
  : Top<Known, Key, Value, Path>

/** A part with brackets: `rows[0].id`, `map["a-b"]`. Only tried for one that leads nowhere without them. */
type Bracketed<Known extends AnyScope, Key, Value, Path> = Path extends `${infer Head}[${infer Rest}`
  ? Head extends `${infer First}.${infer More}`
    ? WalkBrackets<Walk<Top<Known, Key, Value, First>, More>, `[${Rest}`>
    : WalkBrackets<Top<Known, Key, Value, Head>, `[${Rest}`>
  : Missing

type WalkBrackets<T, Path> = Path extends ''
  ? T
  : Path extends `["${infer Name}"]${infer Rest}`
    ? WalkBrackets<Get<T, Name>, Rest>
    : Path extends `[${infer Index}]${infer Rest}`
      ? WalkBrackets<Get<T, Index>, Rest>
      : Path extends `.${infer Head}[${infer Rest}`
        ? WalkBrackets<Walk<T, Head>, `[${Rest}`>
        : Path extends `.${infer Head}`
          ? Walk<T, Head>
          : Missing

/**
 * `true` for what can be printed, else what the message says. A function of any kind is printed as `[Function]`, so it
 * is refused.
 */
type Printable<T> = [T] extends [Missing | AnyFunction]
  ? IsMissing<T> extends true
    ? 'missing'
    : 0 extends 1 & T
      ? true
      : [T] extends [never]
        ? true
        : 'function'
  : true

/** The first part of a template that is wrong. `{{` looks like one, and is passed over. */
type WrongPart<Known extends AnyScope, Key, Value, Text> = Text extends `${string}{${infer Path}}${infer Rest}`
  ? Printable<Part<Known, Key, Value, Path>> extends true
    ? WrongPart<Known, Key, Value, Rest>
    : Path extends `{${infer Escaped}`
      ? WrongPart<Known, Key, Value, `${Escaped}}${Rest}`>
      : Printable<Bracketed<Known, Key, Value, Path>> extends true
        ? WrongPart<Known, Key, Value, Rest>
        : Path
  : Text extends `${string}{${infer Path}`
    ? Path extends `{${infer Escaped}`
      ? WrongPart<Known, Key, Value, Escaped>
      : Path
    : never

/** What a callback for `log` is: its string is printed, anything else is not. */
export interface LogCallback<Known extends AnyScope, Key, Value> {
  (context: ReadonlyFlat<Context<Known> & Entry<Key & string, Value>>, output: Value): unknown
}

/**
 * The option `log`: a template whose every part can be printed, or a callback; else what is wrong and what may have
 * been meant. `Text` is the type of a callback, too, for it would be `string` otherwise, which no callback is.
 */
export type Log<Known extends AnyScope, Key, Value, Text> = Text extends ''
  ? '' | NoInfer<LogCallback<Known, Key, Value>>
  : Text extends string
    ? [WrongPart<Known, Key, Value, Text>] extends [never]
      ? Text
      : NoInfer<WrongTemplate<Known, Key, Value, Text, WrongPart<Known, Key, Value, Text>>>
    : NoInfer<LogCallback<Known, Key, Value>>

type WrongTemplate<
  Known extends AnyScope,
  Key,
  Value,
  Text,
  Path,
> = Text extends `${infer Before}{${Path & string}}${infer After}`
  ? Printable<Part<Known, Key, Value, Path>> extends 'function'
    ? IsAFunction<Path>
    : NotInContext<Path> | Braced<Before, Meant<Known, Key, Value, Path>, After>
  : IsNotClosed<Path>

type Braced<Before extends string, Name, After extends string> = Name extends string
  ? `${Before}{${Name}}${After}`
  : never

type Meant<Known extends AnyScope, Key, Value, Path> = Suggested<
  Context<Known> & Entry<(Key & string) | 'result', Value>,
  Path,
  unknown
>
