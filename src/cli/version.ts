import { readFileSync } from 'node:fs'

// The manifest is beside `dist`, and beside `src`.
const PLACES = ['../package.json', '../../package.json']

/** The version of the package that this command is of. */
export function ownVersion(base: string = import.meta.url): string {
  for (const place of PLACES) {
    try {
      const { name, version } = JSON.parse(readFileSync(new URL(place, base), 'utf8')) as Record<string, unknown>
      if (name === 'stepchain') return String(version)
    } catch {
      // It is at the other one.
    }
  }
  return 'unknown'
}
