/**
 * Finds the TypeScript blocks of Markdown files and of the comments in source files, and joins them into snippets.
 *
 * The words after the language in a fence's info string say what a block is:
 * - ```` ```ts ```` is a module of its own, which must compile.
 * - ```` ```ts run ```` is also run; each `// prints: text` comment in it is one line of the output that it must have.
 * - ```` ```ts continue ```` goes on where the block before it in the same file ended, as one module with it.
 *
 * A block that must not compile uses `// @ts-expect-error`. A block inside an HTML comment is read like any other but shown to nobody:
 * a place for what a `continue` block needs and a reader does not.
 */
export interface SnippetLine {
  readonly text: string
  /** Where the line stands in the file that it came from, counted from 1. */
  readonly line: number
}

export interface Snippet {
  readonly file: string
  readonly line: number
  readonly runs: boolean
  readonly lines: readonly SnippetLine[]
  /** The expected output, or nothing if any will do. */
  readonly prints: readonly string[]
}

interface Block {
  readonly flags: readonly string[]
  readonly line: number
  readonly lines: SnippetLine[]
}

const LANGUAGES = ['ts', 'typescript']
const FLAGS = ['run', 'continue']
const PRINTS = /^\s*\/\/ prints: (.*)$/
const MARKDOWN_FENCE = /^(?<indent>\s*)(?<marks>`{3,}|~{3,})\s*(?<info>.*)$/
const COMMENT_FENCE = /^(?<indent>\s*\* ?)(?<marks>`{3,}|~{3,})\s*(?<info>.*)$/

export function findSnippets(file: string, text: string): Snippet[] {
  const groups: Block[][] = []
  for (const block of findBlocks(file, text)) {
    const group = groups.at(-1)
    if (!block.flags.includes('continue')) groups.push([block])
    else if (group === undefined) throw new Error(`${file}:${block.line}: there is no block to continue`)
    else group.push(block)
  }
  return groups.map((blocks) => toSnippet(file, blocks))
}

function toSnippet(file: string, blocks: readonly Block[]): Snippet {
  const lines = blocks.flatMap((block) => block.lines)
  return {
    file,
    line: blocks[0]?.line ?? 1,
    runs: blocks.some(({ flags }) => flags.includes('run')),
    lines,
    prints: lines.flatMap(({ text }) => PRINTS.exec(text)?.[1] ?? []),
  }
}

function findBlocks(file: string, text: string): Block[] {
  const fence = file.endsWith('.md') ? MARKDOWN_FENCE : COMMENT_FENCE
  const blocks: Block[] = []
  let open: { block: Block; indent: string; marks: string } | undefined
  for (const [index, line] of text.split('\n').entries()) {
    const { indent = '', marks = '', info = '' } = fence.exec(line)?.groups ?? {}
    if (open === undefined) {
      if (marks !== '') open = { block: { flags: info.split(/\s+/), line: index + 1, lines: [] }, indent, marks }
    } else if (marks.startsWith(open.marks) && info === '') {
      blocks.push(open.block)
      open = undefined
    } else {
      open.block.lines.push({ text: withoutIndent(line, open.indent), line: index + 1 })
    }
  }
  if (open !== undefined) throw new Error(`${file}:${open.block.line}: the code block is never closed`)
  return blocks.filter((block) => isTypeScript(file, block))
}

function isTypeScript(file: string, { flags: [language = '', ...flags], line }: Block): boolean {
  if (!LANGUAGES.includes(language)) return false
  const unknown = flags.find((flag) => !FLAGS.includes(flag))
  if (unknown !== undefined)
    throw new Error(`${file}:${line}: unknown word '${unknown}' after the language of a code block`)
  return true
}

/** An empty line of a comment lacks the space after its star. */
function withoutIndent(line: string, indent: string): string {
  return line.startsWith(indent) ? line.slice(indent.length) : line.slice(indent.trimEnd().length).trimStart()
}
