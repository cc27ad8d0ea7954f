import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { type CheckResult, PATIENCE, type Runtime } from './runtime.ts'
import { entryOf, loadTool, versionOf } from './tools.ts'

interface Miniflare {
  dispatchFetch(url: string, init: { readonly signal: AbortSignal }): Promise<Pick<Response, 'status' | 'text'>>
  dispose(): Promise<void>
}
interface MiniflareModule {
  readonly Miniflare: new (options: Readonly<Record<string, unknown>>) => Miniflare
}

/** Cloudflare's runtime: no thread may wait, no code may be generated, and the clock stands still while code runs. */
export const workerd: Runtime = {
  name: 'workerd',
  async run(folder) {
    const { Miniflare: Server } = await loadTool<MiniflareModule>('miniflare')
    // A module's path is its name: workerd does not know node_modules.
    const module = (path: string, file: string = path) => ({
      type: 'ESModule',
      path,
      contents: readFileSync(join(folder, file), 'utf8'),
    })
    const modules = [module('worker.mjs'), module('smoke.mjs'), module('stepchain', entryOf('stepchain', folder))]
    const server = new Server({ modules, compatibilityDate: '2026-01-01' })
    const answer = (path: string) => fetchText(server, path)
    try {
      const results = JSON.parse(await answer('/')) as CheckResult[]
      return { version: versionOf('workerd'), results: [...results, await overlap(answer)] }
    } finally {
      await server.dispose()
    }
  },
}

async function fetchText(server: Miniflare, path: string): Promise<string> {
  const response = await server.dispatchFetch(`http://localhost${path}`, { signal: AbortSignal.timeout(PATIENCE) })
  const text = await response.text()
  if (response.status !== 200) throw new Error(`answered ${response.status}: ${text}`)
  return text
}

/** A timer of workerd belongs to the request that made it, and goes with it: another request's limits must not depend on it. */
async function overlap(fetched: (path: string) => Promise<string>): Promise<CheckResult> {
  const name = 'timeouts of two requests'
  // workerd answers 500 for a request that hangs.
  const answer = (path: string): Promise<string> => fetched(path).catch(() => 'hung')
  const first = answer('/?quick&timeout=4000')
  await wait(20)
  const found = await Promise.all([first, answer('/?timeout=200')])
  found.push(await answer('/?timeout=200'))
  const expected = 'done,SC_TIMEOUT,SC_TIMEOUT'
  return { name, failure: found.join() === expected ? null : `expected ${expected}, found ${found.join()}` }
}
