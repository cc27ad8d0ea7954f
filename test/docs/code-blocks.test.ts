import { describe, expect, test } from 'vitest'
import { findSnippets } from '../support/code-blocks.ts'

const find = (file: string, ...lines: string[]) => findSnippets(file, lines.join('\n'))
const textOf = (snippet: ReturnType<typeof find>[number] | undefined) => snippet?.lines.map(({ text }) => text)

describe('findSnippets', () => {
  test('reads TypeScript blocks and passes over all others', () => {
    const snippets = find('a.md', '```py', 'x', '```', '```ts', 'const a = 1', '```', '````md', '```ts', '```', '````')
    expect(snippets.map(({ line, runs }) => ({ line, runs }))).toEqual([{ line: 4, runs: false }])
    expect(snippets[0]?.lines).toEqual([{ text: 'const a = 1', line: 5 }])
  })

  test('takes the indent of a list item and of a comment away', () => {
    const [inList] = find('a.md', '1. list', '', '   ```ts', '   if (a) {', '', '     b()', '   }', '   ```')
    expect(textOf(inList)).toEqual(['if (a) {', '', '  b()', '}'])
    const [inComment] = find(
      'a.ts',
      '  /**',
      '   * ```ts',
      '   * if (a) {',
      '   *',
      '   *   b()',
      '   * }',
      '   * ```',
      '   */',
    )
    expect(textOf(inComment)).toEqual(['if (a) {', '', '  b()', '}'])
  })

  test('joins a block to the one that it continues, and runs both if either is to be run', () => {
    const snippets = find('a.md', '```ts', 'a', '```', 'then', '```ts run continue', 'b', '```', '```ts', 'c', '```')
    expect(snippets.map(textOf)).toEqual([['a', 'b'], ['c']])
    expect(snippets.map(({ runs }) => runs)).toEqual([true, false])
    expect(snippets[0]?.lines.map(({ line }) => line)).toEqual([2, 6])
  })

  test('reads the expected output from its comments', () => {
    const [snippet] = find(
      'a.md',
      '```ts run',
      'print()',
      '// prints: a  b',
      '  // prints: c',
      '// prints nothing',
      '```',
    )
    expect(snippet?.prints).toEqual(['a  b', 'c'])
  })

  test.each([
    ['an unknown word', ['```ts runs', '```'], "a.md:1: unknown word 'runs' after the language of a code block"],
    ['a block without an end', ['', '```ts', 'a'], 'a.md:2: the code block is never closed'],
    ['nothing to continue', ['```ts continue', '```'], 'a.md:1: there is no block to continue'],
  ])('refuses %s', (_case, lines, message) => {
    expect(() => find('a.md', ...lines)).toThrow(message)
  })
})
