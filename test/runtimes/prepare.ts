import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const here = import.meta.dirname
const root = join(here, '../..')
const QUIET = ['--no-audit', '--no-fund', '--loglevel=error']

/**
 * Installs the runtimes, unless that was done for this lock file already. They are optional dependencies: one that cannot be had does not
 * stop the others, and is reported when it is looked for.
 */
export function installRuntimes(): void {
  const stamp = join(here, 'node_modules/.installed')
  const lock = readFileSync(join(here, 'package-lock.json'), 'utf8')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return
  console.log('Installing the runtimes (once; about 800 MB) …')
  try {
    npm(['ci', ...QUIET], here)
    writeFileSync(stamp, lock)
  } catch (error) {
    console.error(`The runtimes could not be installed: ${String(error)}`)
  }
}

/** Packs the built package and installs the tarball, as a user would get it, beside a copy of the suite. Returns the folder. */
export function installPackage(): string {
  const folder = mkdtempSync(join(tmpdir(), 'stepchain-runtimes-'))
  const tarball = npm(['pack', '--silent', '--pack-destination', folder], root).trim()
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n')
  npm(['install', join(folder, tarball), '--ignore-scripts', ...QUIET], folder)
  for (const file of ['smoke.mjs', 'main.mjs', 'worker.mjs']) copyFileSync(join(here, file), join(folder, file))
  return folder
}

function npm(args: readonly string[], cwd: string): string {
  return execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
}
