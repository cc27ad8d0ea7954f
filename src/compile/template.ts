import { preview } from '../define/describe.ts'
import { DefinitionError, LimitError } from '../errors.ts'
import type { Place } from './check.ts'
import { isAllowedSegment } from './path.ts'

/** A log template, taken apart: `texts[0]`, `paths[0]`, `texts[1]`, … and a last text. */
export interface Template {
  readonly texts: readonly string[]
  readonly paths: readonly (readonly string[])[]
  /** Whether a text of its own may be a name before a value. */
  readonly names: boolean
}

const LONGEST = 65_536
// Sticky, so that each is tried at one place only: taking a template apart is linear.
const NAME = /[\p{L}\p{N}_$]+/uy
const BRACKET = /\[(?:(\d+)|"([^"\\]*)")\]/y

class Scanner {
  at = 0
  readonly text: string
  readonly place: Place
  constructor(text: string, place: Place) {
    this.text = text
    this.place = place
  }

  fail(what: string, column: number): never {
    const { chain, stepName: step } = this.place
    const message = `Chain '${chain}', step '${step}': log template ${preview(this.text)}, column ${column + 1}: ${what}`
    throw new DefinitionError(message, { chain, step }, 'SC_TEMPLATE')
  }

  match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.at
    const found = pattern.exec(this.text)
    if (found !== null) this.at = pattern.lastIndex
    return found
  }

  /** A path up to its closing brace, from behind the opening one. */
  path(): readonly string[] {
    const start = this.at - 1
    const path: string[] = []
    for (;;) {
      const begin = this.at
      const bracket = this.text[begin - 1] === '.' ? null : this.match(BRACKET)
      const segment = bracket === null ? this.match(NAME)?.[0] : (bracket[1] ?? bracket[2])
      if (segment === undefined)
        this.fail('expected a ref such as {user.name}, {rows.0} or {map["a-b"]}; a brace is written {{ or }}', begin)
      // `$signal` and the like are for arguments: they are no data to print.
      if (!isAllowedSegment(segment) || (path.length === 0 && segment.startsWith('$')))
        this.fail(`${preview(segment)} may not be referred to`, begin)
      path.push(segment)
      const next = this.text[this.at]
      if (next === '.') this.at++
      else if (next === '}') break
      else if (next !== '[')
        this.fail(
          next === undefined ? 'the ref is not closed' : `${preview(next)} is not part of a ref`,
          next === undefined ? start : this.at,
        )
    }
    this.at++
    return path
  }
}

/**
 * Takes a log template apart, once.
 * @throws DefinitionError `SC_TEMPLATE`, with the column, where it is not well formed
 * @throws LimitError where it is longer than 65,536 characters
 */
export function compileTemplate(text: string, place: Place): Template {
  if (text.length > LONGEST) {
    const { chain, stepName: step } = place
    const message = `Chain '${chain}', step '${step}': the log template has ${text.length} characters; at most ${LONGEST} are allowed`
    throw new LimitError(message, { chain, step })
  }
  const scanner = new Scanner(text, place)
  const texts: string[] = []
  const paths: (readonly string[])[] = []
  let literal = ''
  while (scanner.at < text.length) {
    const brace = text.slice(scanner.at).search(/[{}]/)
    const stop = brace < 0 ? text.length : scanner.at + brace
    literal += text.slice(scanner.at, stop)
    scanner.at = stop + 1
    if (stop === text.length) break
    if (text[stop] === text[scanner.at]) {
      literal += text[stop]
      scanner.at++
    } else if (text[stop] === '}') scanner.fail('a closing brace without an opening one; a brace is written }}', stop)
    else {
      texts.push(literal)
      paths.push(scanner.path())
      literal = ''
    }
  }
  texts.push(literal)
  return { texts, paths, names: texts.some((own) => /[:=]/.test(own)) }
}
