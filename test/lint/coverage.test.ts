import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { transformSync } from 'esbuild'
import { expect, test } from 'vitest'
import config from '../../vitest.config.ts'
import { root } from '../support/package-info.ts'

const { exclude = [] } = config.test?.coverage ?? {}
const files = exclude.flatMap((pattern) => globSync(pattern.replace(/\*\*$/, '**/*.ts'), { cwd: root }))

/** The command's entry, which only calls what is counted. */
const COMMAND = 'src/cli/index.ts'

test('what is left out of the coverage says nothing but types, or where an export comes from', () => {
  expect(files.length).toBeGreaterThan(exclude.length)
  for (const file of files.filter((name) => name !== COMMAND)) {
    const { code } = transformSync(readFileSync(join(root, file), 'utf8'), { loader: 'ts' })
    expect(code.replace(/export \{[^}]*\}( from "[^"]+")?;/g, '').trim(), file).toBe('')
  }
})

test('of the command a call alone is left out', () => {
  expect(files).toContain(COMMAND)
  const { code } = transformSync(readFileSync(join(root, COMMAND), 'utf8'), { loader: 'ts' })
  expect(code).toBe('#!/usr/bin/env node\nimport { main } from "./main.ts";\nvoid main(process);\n')
})
