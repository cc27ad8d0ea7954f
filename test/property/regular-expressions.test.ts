import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { checkSync } from 'recheck'
import ts from 'typescript-6'
import { describe, expect, test } from 'vitest'
import { root } from '../support/package-info.ts'

// The checker as JavaScript alone: nothing of the platform is started.
process.env['RECHECK_BACKEND'] = 'pure'

interface Literal {
  readonly file: string
  readonly source: string
  readonly flags: string
}

/** All regular expressions that are written out in a file. */
function literalsIn(file: string): readonly Literal[] {
  const found: Literal[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) {
      const end = node.text.lastIndexOf('/')
      found.push({ file, source: node.text.slice(1, end), flags: node.text.slice(end + 1) })
    }
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile(file, readFileSync(join(root, file), 'utf8'), ts.ScriptTarget.Latest))
  return found
}

const literals = globSync('src/**/*.ts', { cwd: root }).flatMap(literalsIn)

describe('regular expressions', () => {
  test('are found wherever they are', () => {
    expect(literals.length).toBeGreaterThan(20)
    expect(new Set(literals.map(({ file }) => file)).size).toBeGreaterThan(8)
  })

  test.each(literals)('$file: /$source/$flags takes linear time', ({ source, flags }) => {
    expect(checkSync(source, flags)).toMatchObject({
      status: 'safe',
      complexity: { type: expect.stringMatching(/^(?:safe|linear)$/) as string },
    })
  })

  test('of a kind that does not are noticed', () => {
    expect(checkSync('^(a+)+$', '').status).toBe('vulnerable')
    expect(checkSync('a*a*$', '').status).toBe('vulnerable')
  })

  test('are not put together of texts, save those of the user', () => {
    const made = globSync('src/**/*.ts', { cwd: root }).filter((file) =>
      /new RegExp\(/.test(readFileSync(join(root, file), 'utf8')),
    )

    expect(made).toEqual(['src/compile/redaction.ts'])
  })
})
