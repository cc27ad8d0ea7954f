import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { entries, root } from '../support/package-info.ts'
import { compileProject, compilers, writeProject } from '../support/types-compiler.ts'

const COMMON = { target: 'es2022', lib: ['es2022', 'dom'], module: 'nodenext', types: [], strict: true }
const EMIT = { declaration: true, emitDeclarationOnly: true, outDir: 'out' }
const STRICTEST = {
  isolatedDeclarations: true,
  isolatedModules: true,
  verbatimModuleSyntax: true,
  erasableSyntaxOnly: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noPropertyAccessFromIndexSignature: true,
}

/** Exports with annotations, which isolated declarations ask for. */
const ANNOTATED = `
import { chain, literal, type Runnable, type RunOptions, type StepHandle } from 'stepchain'

export interface User { id: string; email?: string; tags: string[] }

async function fetchUser(id: string, signal: AbortSignal): Promise<User> {
  return { id: signal.aborted ? '' : id, tags: [] }
}
function greet({ user }: { readonly user: User }, step: StepHandle): string {
  return step.name + user.id
}

export const loadUser: Runnable<{ id: string }, { id: string; user: User }> = chain<{ id: string }>('load-user')
  .next(fetchUser, { out: 'user', args: ['id', '$signal'], retry: 2, timeout: 50, log: 'user={user.id}' })

export const greeting: Runnable<{ user: User }, { greeting: string; shout: string }, never> = chain<{ user: User }>()
  .next(greet, { out: 'greeting' })
  .next((text, mark) => text + mark, { out: 'shout', args: ['greeting', literal('!')], log: '{result.length}' })

const both = chain<{ id: string; limit?: number }>('both')
  .next(loadUser, { out: 'loaded', args: { id: 'id' } })
  .next((user) => user, { out: 'user', args: ['loaded.user'], validate: (user) => user.id !== '' })
  .use(greeting)

export async function run(options?: RunOptions): Promise<string | undefined> {
  const result = await both.safeRun({ id: 'ada' }, options)
  if (!result.ok) return result.error.message + (result.context.user?.email ?? '')
  const { shout, user }: { shout: string; user: User } = result.context
  return user.tags[0] ?? shout
}

let pipeline = chain<Record<string, unknown>>('pipeline')
for (const out of ['a', 'b']) pipeline = pipeline.next(() => out, { out })
export const outs: Record<string, unknown> = pipeline.runSync()
`

/** Exports without, of which the compiler must be able to write the types down. */
const INFERRED = `
import { chain } from 'stepchain'

declare function load(source: string): Promise<{ id: string }[]>

export const etl = chain<{ source: string }>('etl').next(load, { out: 'raw', args: ['source'] }).put('batch', 500)
export const counted = etl.next(({ raw }) => ({ n: raw.length }), { out: 'count' })
export const { runSync } = etl
export const dynamic = chain<Record<string, unknown>>()
export function run() {
  return counted.safeRun({ source: 'users.csv' })
}
`

describe.each(compilers)('the published types, with $name', { concurrent: true, timeout: 120_000 }, (compiler) => {
  test.each([
    { name: 'the strictest options', source: ANNOTATED, options: { ...EMIT, ...STRICTEST } },
    { name: 'no other option than strict', source: ANNOTATED, options: { noEmit: true } },
    { name: 'declarations of exports that are not annotated', source: INFERRED, options: EMIT },
  ])('hold under $name', async ({ name, source, options }) => {
    const folder = writeProject(`consumers-${compiler.package}/${name.replaceAll(' ', '-')}`, {
      ...installed(),
      'package.json': '{ "type": "module" }',
      'tsconfig.json': JSON.stringify({ compilerOptions: { ...COMMON, ...options }, include: ['consumer.ts'] }),
      'consumer.ts': source,
    })
    expect((await compileProject(folder, compiler)).diagnostics).toEqual([])
  })
})

/** The package as npm would install it, as far as compilers look at it. */
function installed(): Record<string, string> {
  const paths = ['./package.json', ...entries.map(({ types }) => types)]
  return Object.fromEntries(
    paths.map((path) => {
      if (!existsSync(join(root, path))) throw new Error(`${path} is missing: npm run build`)
      return [join('node_modules/stepchain', path), readFileSync(join(root, path), 'utf8')]
    }),
  )
}
