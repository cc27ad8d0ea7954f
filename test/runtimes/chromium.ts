import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { type PageServer, servePage } from './page-server.ts'
import { type CheckResult, Missing, PATIENCE, type Runtime, uncaught } from './runtime.ts'
import { entryOf, loadTool } from './tools.ts'

interface Located {
  allTextContents(): Promise<string[]>
  boundingBox(): Promise<{ readonly height: number } | null>
  evaluate<T>(read: (element: unknown) => T): Promise<T>
}
interface Page {
  on(event: 'pageerror', listener: (error: Error) => void): unknown
  on(event: 'console', listener: (message: { text(): string }) => void): unknown
  on(event: 'request', listener: (request: { url(): string }) => void): unknown
  goto(url: string): Promise<unknown>
  setContent(html: string): Promise<void>
  content(): Promise<string>
  title(): Promise<string>
  locator(selector: string): Located
  addScriptTag(script: { readonly content: string }): Promise<unknown>
  evaluate<T, Given>(work: (given: Given) => T | Promise<T>, given: Given): Promise<T>
  close(): Promise<void>
}
export interface Browser {
  newPage(options?: {
    readonly colorScheme?: 'light' | 'dark'
    readonly viewport?: { readonly width: number; readonly height: number }
  }): Promise<Page>
  version(): string
  close(): Promise<void>
}
export interface PlaywrightModule {
  readonly chromium: {
    launch(options: { readonly executablePath: string; readonly args: readonly string[] }): Promise<Browser>
  }
}

// The sandbox needs rights that a build server's root user does not have; the rest keeps the browser from asking the network for anything.
export const FLAGS: readonly string[] = [
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/**
 * The main thread of a page. A thread may not wait there, for two different reasons: an ordinary page has no shared memory at all,
 * one that is isolated from other origins has it and is forbidden to wait on it.
 */
export const pages: readonly Runtime[] = [page('chromium', false), page('chromium-isolated', true)]

function page(name: string, isolated: boolean): Runtime {
  return {
    name,
    async run(folder) {
      const executablePath = findBrowser()
      const { chromium } = await loadTool<PlaywrightModule>('playwright-core')
      const server = await servePage({ folder, entry: entryOf('stepchain', folder), isolated })
      const browser = await chromium.launch({ executablePath, args: FLAGS })
      try {
        const results = await visit(await browser.newPage(), server, isolated)
        return { version: browser.version(), results }
      } finally {
        await browser.close()
        server.close()
      }
    },
  }
}

async function visit(tab: Page, server: PageServer, isolated: boolean): Promise<readonly CheckResult[]> {
  const errors: string[] = []
  tab.on('pageerror', (error) => errors.push(error.message))
  await tab.goto(server.url)
  const report = await Promise.race([server.report, wait(PATIENCE, null, { ref: false })])
  if (report === null) throw new Error(`no report after ${PATIENCE} ms; ${errors.join('; ')}`)
  if (report.isolated !== isolated) throw new Error(`expected crossOriginIsolated to be ${isolated}`)
  return [...report.results, uncaught(errors.join('; '))]
}

/** Where the machine has Chromium, or Chrome; `CHROMIUM` names another. */
export function findBrowser(): string {
  const names = ['chromium', 'chromium-browser', 'google-chrome']
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  const places = [
    process.env['CHROMIUM'] ?? '',
    ...folders.flatMap((folder) => names.map((name) => join(folder, name))),
  ]
  const found = places.find((place) => place !== '' && existsSync(place))
  if (found === undefined) throw new Missing('no chromium')
  return found
}
