import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Browser, FLAGS, findBrowser, type PlaywrightModule } from './chromium.ts'
import { type CheckResult, Missing, type Runtime } from './runtime.ts'
import { loadTool } from './tools.ts'

/** What the packed package is asked for. */
interface Package {
  readonly chain: (name: string, options: object) => Definition
  readonly secret: (value: string, options: object) => { reveal(): string }
  readonly toHtml: (report: Report) => string
  readonly toMermaid: (of: object) => string
}
interface Definition {
  next(fn: unknown, options: object): Definition
  parallel(branches: object, options: object): Definition
  map(ref: string, fn: unknown, options: object): Definition
  describe(): object
  safeRun(input: object, options: object): Promise<{ readonly report: Report }>
}
interface Step {
  readonly path: string
  readonly steps?: readonly Step[]
}
interface Report {
  readonly steps: readonly Step[]
  readonly compensations: readonly Step[]
}

const REDACTED = 'hunter2-redacted'
const SECRET = 'correct horse battery staple'

/** The reports of a real run, shown by a real browser: as a page, light and dark, and as a diagram that Mermaid itself draws. */
export const reports: Runtime = {
  name: 'chromium-report',
  async run(folder) {
    const executablePath = findBrowser()
    const { chromium } = await loadTool<PlaywrightModule>('playwright-core')
    const mermaid = mermaidScript()
    const stepchain = await load(folder)
    const { definition, report } = await runOnce(stepchain)
    const browser = await chromium.launch({ executablePath, args: FLAGS })
    try {
      const html = stepchain.toHtml(report)
      const results = [
        await check('a report shows every step in the light', () =>
          look(browser, html, { report, colorScheme: 'light' }),
        ),
        await check('and in the dark', () => look(browser, html, { report, colorScheme: 'dark' })),
        await check('Mermaid draws a run and a definition', () =>
          draw(browser, mermaid, [stepchain.toMermaid(report), stepchain.toMermaid(definition.describe())]),
        ),
      ]
      return { version: browser.version(), results }
    } finally {
      await browser.close()
    }
  },
}

async function load(folder: string): Promise<Package> {
  const { resolve } = createRequire(pathToFileURL(join(folder, 'main.mjs')))
  const entries = ['stepchain', 'stepchain/report'].map((name) => import(pathToFileURL(resolve(name)).href))
  const [core, report] = await Promise.all(entries)
  return { ...core, ...report } as Package
}

/** A run with something of everything, in which secrets are all over the place. */
async function runOnce({ chain, secret }: Package): Promise<{ definition: Definition; report: Report }> {
  const password = secret(SECRET, { label: 'password' })
  const wait = (ms: number) => () => new Promise((resolve) => setTimeout(resolve, ms))
  let calls = 0
  const flaky = (): number => {
    if (calls++ === 0) throw new Error(`no access with ${password.reveal()} and ${REDACTED}`)
    return calls
  }
  const fails = (): never => {
    throw new TypeError(`<script>document.title = 'run'</script> ${encodeURIComponent(password.reveal())} ${REDACTED}`)
  }
  const definition = chain('orders <b>"end"', {
    logger: null,
    redact: (text: string) => text.replaceAll(REDACTED, '***'),
  })
    .next(wait(5), { out: 'first', args: [], compensate: () => {} })
    .next(flaky, { out: 'retried', args: [], retry: { retries: 2, initialDelay: 5 }, log: '{retried} #1; `x`' })
    .parallel(
      {
        left: (c: Definition) => c.next(wait(5), { out: 'a', args: [] }).next(wait(1), { out: 'b', args: [] }),
        right: (c: Definition) => c.next(wait(9), { out: 'a', args: [] }),
      },
      { name: 'both' },
    )
    .map('rows', fails, { out: 'rows-done', settle: true })
    .next(() => 1, { out: 'skipped', args: [], when: () => false })
    .next(fails, { out: 'last', args: [] })
  const { report } = await definition.safeRun({ rows: [1, 2, 3] }, {})
  return { definition, report }
}

async function check(name: string, work: () => Promise<readonly string[]>): Promise<CheckResult> {
  const faults = await work().catch((error: unknown) => [String(error)])
  return { name, failure: faults.length === 0 ? null : faults.join('; ') }
}

function pathsOf(steps: readonly Step[]): string[] {
  return steps.flatMap((step) => [step.path, ...pathsOf(step.steps ?? [])])
}

/** What is wrong with a page. It is read as text, and painted: what it holds is not run, so nothing in it can be asked. */
async function look(
  browser: Browser,
  html: string,
  { report, colorScheme }: { report: Report; colorScheme: 'light' | 'dark' },
): Promise<string[]> {
  const page = await browser.newPage({ colorScheme, viewport: { width: 1200, height: 800 } })
  const faults: string[] = []
  page.on('pageerror', (error) => faults.push(error.message))
  page.on('console', (message) => faults.push(message.text()))
  page.on(
    'request',
    (request) => void (/^(data:|about:)/.test(request.url()) || faults.push(`asked for ${request.url()}`)),
  )
  await page.setContent(html)
  const shown = `${await page.content()} ${(await page.locator('svg title').allTextContents()).join(' ')}`
  for (const secret of [REDACTED, SECRET, encodeURIComponent(SECRET), 'battery'])
    if (html.includes(secret) || shown.includes(secret)) faults.push(`the page holds '${secret}'`)
  const titles = await page.locator('svg g.row > title').allTextContents()
  const paths = [...pathsOf(report.steps), ...pathsOf(report.compensations)]
  if (paths.length < 8) faults.push(`only ${paths.length} steps were told`)
  for (const path of paths)
    if (!titles.some((title) => title.startsWith(`${path}: `))) faults.push(`no row of '${path}'`)
  const box = await page.locator('svg').boundingBox()
  if (box === null || box.height < paths.length * 20) faults.push('the drawing has no room')
  const paper = await page.locator('body').evaluate((body) => getComputedStyle(body as never).backgroundColor)
  if (paper !== (colorScheme === 'dark' ? 'rgb(13, 17, 23)' : 'rgb(255, 255, 255)'))
    faults.push(`the paper is ${paper}`)
  if ((await page.title()).startsWith('run')) faults.push('a script in a message was run')
  await page.close()
  return faults
}

declare function getComputedStyle(element: never): { readonly backgroundColor: string }

/** What Mermaid has against texts. */
async function draw(browser: Browser, mermaid: string, texts: readonly string[]): Promise<string[]> {
  const page = await browser.newPage()
  await page.setContent('<!doctype html><title>diagram</title>')
  await page.addScriptTag({ content: mermaid })
  const faults: string[] = []
  for (const text of texts) {
    const boxes = text.match(/^\s*(?:subgraph )?n\d+\[/gm)?.length ?? 0
    const drawn = await page.evaluate(async (given) => {
      const { mermaid: drawer } = globalThis as unknown as {
        mermaid: { render(id: string, text: string): Promise<{ svg: string }> }
      }
      const { svg } = await drawer.render('drawing', given)
      return svg.match(/class="(?:node|cluster)[ "]/g)?.length ?? 0
    }, text)
    if (drawn !== boxes) faults.push(`${boxes} boxes were written, ${drawn} drawn`)
  }
  await page.close()
  return faults
}

function mermaidScript(): string {
  const file = join(import.meta.dirname, 'node_modules/mermaid/dist/mermaid.min.js')
  try {
    return readFileSync(file, 'utf8')
  } catch {
    throw new Missing('mermaid is not installed')
  }
}
