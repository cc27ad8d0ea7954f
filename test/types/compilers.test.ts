import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { root } from '../support/package-info.ts'
import { compilers, currentCompiler } from '../support/types-compiler.ts'

const modules = join(root, 'node_modules')

describe('the installed compilers', () => {
  test.each(compilers)('are those that they are called: $name', ({ name, package: folder }) => {
    const { version } = JSON.parse(readFileSync(join(modules, folder, 'package.json'), 'utf8')) as { version: string }
    expect(`TypeScript ${version}`).toMatch(new RegExp(String.raw`^${name}\.\d+$`))
  })

  // All of them bring a `tsc`. `npm ci` links the current one; an `npm install` that adds another may link that.
  test('leave the scripts the current one, or else npm ci is due', () => {
    const said = execFileSync(join(modules, '.bin/tsc'), ['--version'], { encoding: 'utf8' })
    expect(said).toContain(currentCompiler.name.replace('TypeScript', 'Version'))
  })
})
