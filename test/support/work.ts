type Method = (this: unknown, ...given: readonly unknown[]) => unknown

/** What a call of a method of `text` costs: how many characters it looks at, as far as what it gave tells that. */
type Cost = (text: string, given: readonly unknown[], result: unknown) => number

const one: Cost = () => 1
const whole: Cost = ({ length }) => length

/** A search looks at all that it passes, and at everything where it finds nothing. */
const search: Cost = ({ length }, [needle, from = 0], result) => {
  const start = Math.min(length, Number(from))
  // `includes` does not tell where it found something.
  const found = typeof result === 'number' ? result : -1
  return found < 0 ? length - start : found - start + String(needle).length
}

const COSTS: Readonly<Record<string, Cost>> = {
  ...Object.fromEntries(
    'at charAt charCodeAt codePointAt slice substring substr startsWith endsWith'.split(' ').map((name) => [name, one]),
  ),
  ...Object.fromEntries('indexOf includes lastIndexOf'.split(' ').map((name) => [name, search])),
  ...Object.fromEntries(
    'concat normalize padEnd padStart repeat toLowerCase toUpperCase trim trimEnd trimStart'
      .split(' ')
      .map((name) => [name, whole]),
  ),
}

/** Methods that look at everything if they are given text, and leave it to `exec` if they are given a regular expression. */
const BY_PATTERN = ['match', 'matchAll', 'replace', 'replaceAll', 'search', 'split']

/**
 * How much work something does on text, in steps: characters that methods of strings and regular expressions look at.
 * It says the same on every machine, which a clock does not. Two things go uncounted: single characters read as `text[index]`,
 * and how far a sticky expression looks that fails at its place.
 */
export function work<T>(act: () => T): { readonly result: T; readonly steps: number } {
  let steps = 0
  const undo: (() => void)[] = []
  const count = (target: object, name: string, counted: (original: Method) => Method): void => {
    const original = Reflect.get(target, name) as Method
    Object.defineProperty(target, name, { value: counted(original) })
    undo.push(() => Object.defineProperty(target, name, { value: original }))
  }
  const method = (name: string, cost: Cost): void =>
    count(
      String.prototype,
      name,
      (original) =>
        function (...given) {
          const result = Reflect.apply(original, this, given)
          steps += cost(String(this), given, result)
          return result
        },
    )
  for (const [name, cost] of Object.entries(COSTS)) method(name, cost)
  for (const name of BY_PATTERN) method(name, ({ length }, [pattern]) => (pattern instanceof RegExp ? 1 : length))
  count(
    RegExp.prototype,
    'exec',
    (original) =>
      function (text) {
        const { sticky, global, lastIndex } = this as RegExp
        const start = sticky || global ? lastIndex : 0
        const found = Reflect.apply(original, this, [text]) as RegExpExecArray | null
        const most = sticky ? 1 : String(text).length - start + 1
        steps += found === null ? most : found.index + found[0].length - start + 1
        return found
      },
  )
  try {
    return { result: act(), steps }
  } finally {
    for (const back of undo) back()
  }
}
