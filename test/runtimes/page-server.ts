import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import type { CheckResult } from './runtime.ts'

/** What the page says at its end. */
export interface PageReport {
  readonly results: readonly CheckResult[]
  readonly isolated: boolean
}

export interface PageServer {
  readonly url: string
  /** Settles once the page has sent its report. */
  readonly report: Promise<PageReport>
  close(): void
}

export interface ServeOptions {
  readonly folder: string
  /** The file that `import 'stepchain'` means, below the folder. */
  readonly entry: string
  /** Whether the page is isolated from other origins, which gives it shared memory. */
  readonly isolated: boolean
}

const ISOLATION = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' }

/** Serves a page that runs the suite, and the two modules it needs, on a free port of this machine. */
export async function servePage({ folder, entry, isolated }: ServeOptions): Promise<PageServer> {
  const files = new Map([
    ['/', { type: 'text/html', body: html(entry) }],
    ['/smoke.mjs', { type: 'text/javascript', body: readFileSync(join(folder, 'smoke.mjs'), 'utf8') }],
    [`/${entry}`, { type: 'text/javascript', body: readFileSync(join(folder, entry), 'utf8') }],
  ])
  const { promise: report, resolve: receive } = Promise.withResolvers<PageReport>()
  const server = createServer(async (request, response) => {
    if (request.method === 'POST') {
      receive((await json(request)) as PageReport)
      return void response.writeHead(204).end()
    }
    const file = files.get(request.url ?? '')
    if (file === undefined) return void response.writeHead(404).end()
    response.writeHead(200, { 'Content-Type': file.type, ...(isolated ? ISOLATION : {}) }).end(file.body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/`, report, close: () => void server.close() }
}

// The policy refuses any generated code. It refuses Playwright's own `evaluate` as well, so the page sends its report by itself.
function html(entry: string): string {
  return `<!doctype html>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; connect-src 'self'; script-src 'self' 'unsafe-inline'">
<link rel="icon" href="data:,">
<script type="importmap">{ "imports": { "stepchain": "/${entry}" } }</script>
<script type="module">
  import { smoke } from '/smoke.mjs'
  const report = { results: await smoke({ blocks: false }), isolated: crossOriginIsolated }
  await fetch('/', { method: 'POST', body: JSON.stringify(report) })
</script>
`
}
