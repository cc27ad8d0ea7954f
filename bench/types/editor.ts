import { readFile } from 'node:fs/promises'
import { pathToFileURL } from 'node:url'
import { median } from '../measure.ts'
import { LanguageServer } from './language-server.ts'
import { type Compiled, writeProgram } from './project.ts'

/** The lengths of chains for which there is a budget. */
const LENGTHS = [10, 50, 100]
const EDITS = 20
const WARM_UP = 5

interface CompletionList {
  readonly items: readonly { readonly label: string }[]
}

/** The ms from an edit inside the refs of a new last step to what the editor offers there. */
async function completion(server: LanguageServer, uri: string, source: string): Promise<number> {
  const before = `${source}.next(load, { args: ['`
  const lines = before.split('\n')
  const times: number[] = []
  for (let edit = 0; edit < WARM_UP + EDITS; edit++) {
    // As when somebody types and deletes: no text is that of the edit before, or there would be nothing to do.
    const typed = ['', 's', 'so', 's'][edit % 4] ?? ''
    const position = { line: lines.length - 1, character: (lines.at(-1) ?? '').length + typed.length }
    const start = performance.now()
    server.tell('textDocument/didChange', {
      textDocument: { uri, version: edit + 2 },
      contentChanges: [{ text: `${before}${typed}'] })\n` }],
    })
    const { items } = await server.ask<CompletionList>('textDocument/completion', { textDocument: { uri }, position })
    times.push(performance.now() - start)
    if (!items.some(({ label }) => label === 'source')) throw new Error(`${uri} is not offered 'source'`)
  }
  return median(times.slice(WARM_UP))
}

/** The ms that completions take, by steps of the chain. */
export async function completions(ours: Compiled | undefined): Promise<ReadonlyMap<number, number>> {
  const found = new Map<number, number>()
  if (ours === undefined) return found
  for (const steps of LENGTHS) {
    const folder = await writeProgram(ours, steps)
    const server = new LanguageServer(folder)
    const rootUri = pathToFileURL(folder).href
    const uri = `${rootUri}/main.ts`
    const source = await readFile(`${folder}/main.ts`, 'utf8')
    await server.ask('initialize', { processId: process.pid, rootUri, capabilities: {} })
    server.tell('initialized', {})
    server.tell('textDocument/didOpen', { textDocument: { uri, languageId: 'typescript', version: 1, text: source } })
    found.set(steps, await completion(server, uri, source))
    await server.end()
    console.log('types ', `completion at ${steps} steps`.padEnd(39), found.get(steps)?.toFixed(0), 'ms')
  }
  return found
}
