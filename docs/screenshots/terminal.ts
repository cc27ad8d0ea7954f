/**
 * Makes the pictures of docs/observing.md from a real terminal: runs a job in tmux, reads its screen, and writes that as SVG.
 * `npm run build && npx node docs/screenshots/terminal.ts`
 */
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { Tmux } from '../../test/runtimes/tmux.ts'
import { toSvg } from './svg.ts'

const root = join(import.meta.dirname, '../..')
const folder = join(root, '.cache/screenshots')
const COLUMNS = 84

mkdirSync(folder, { recursive: true })
copyFileSync(join(root, 'test/runtimes/terminal-job.mjs'), join(folder, 'nightly.mjs'))
const command = `node ${join(root, 'dist/cli.js')} run nightly.mjs`
const terminal = new Tmux({ columns: COLUMNS, rows: 24, cwd: folder, command })
try {
  await terminal.until(/enrich .* 2\d of 40/)
  // The frame may have been half written.
  await wait(120)
  save('progress-running.svg', terminal.lines({ colors: true }))
  await terminal.until(/^exit 1$/)
  // At the end are an empty line and that one.
  save('progress-failed.svg', terminal.lines({ colors: true }).slice(0, -2))
} finally {
  terminal.close()
}

function save(name: string, lines: readonly string[]): void {
  writeFileSync(join(import.meta.dirname, name), toSvg(['$ stepchain run nightly.mjs', ...lines], COLUMNS))
}
