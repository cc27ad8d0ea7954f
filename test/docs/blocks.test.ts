import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { findSnippets } from '../support/code-blocks.ts'
import { type Compilation, compileSnippets, runSnippet } from '../support/compile-snippets.ts'
import { root } from '../support/package-info.ts'

// What a reader copies must work. How blocks are marked is said in test/support/code-blocks.ts.
const files = ['README.md', 'CONTRIBUTING.md', ...filesIn('docs', '.md'), ...filesIn('src', '.ts')]
const snippets = files.flatMap((file) => findSnippets(file, readFileSync(join(root, file), 'utf8')))

let compilation: Compilation
beforeAll(async () => {
  compilation = await compileSnippets(snippets)
}, 60_000)

test('the compiler finds nothing wrong outside of the code blocks', () => {
  expect(compilation.others).toEqual([])
})

test.each(snippets)('the code block at $file:$line compiles', (snippet) => {
  expect(compilation.errors.get(snippet)).toEqual([])
})

test.each(snippets.filter(({ runs }) => runs))(
  'the code block at $file:$line runs and prints what it says',
  async (snippet) => {
    const output = await runSnippet(snippet)
    const lines = output.trimEnd().split('\n')
    expect(snippet.prints.length > 0 ? lines : []).toEqual(snippet.prints)
  },
  30_000,
)

function filesIn(folder: string, extension: string): string[] {
  if (!existsSync(join(root, folder))) return []
  const names = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
  return names.filter((name) => name.endsWith(extension)).map((name) => `${folder}/${name}`)
}
