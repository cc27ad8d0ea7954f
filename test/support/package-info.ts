import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export interface PackageEntry {
  /** The subpath that users import, such as `.` */
  readonly subpath: string
  /** The built file, as package.json writes it: `./dist/index.js` */
  readonly file: string
  readonly types: string
}

export interface Manifest {
  readonly name: string
  readonly version: string
  readonly type: string
  readonly sideEffects: boolean
  readonly engines: Readonly<Record<string, string>>
  readonly scripts: Readonly<Record<string, string>>
  readonly bin: Readonly<Record<string, string>>
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>
}

export const root: string = fileURLToPath(new URL('../../', import.meta.url))

export const manifest: Manifest = JSON.parse(readFileSync(`${root}package.json`, 'utf8'))

/** Every subpath with code behind it; `./package.json` is none. */
export const entries: readonly PackageEntry[] = Object.entries(manifest.exports).flatMap(([subpath, target]) => {
  if (typeof target === 'string') return []
  const { default: file, types } = target
  if (file === undefined || types === undefined) throw new Error(`exports["${subpath}"] needs "types" and "default"`)
  return [{ subpath, file, types }]
})

/** Every built file, as package.json writes it: those of the entries with their types, and the commands. */
export const built: readonly string[] = [
  ...entries.flatMap(({ file, types }) => [file, types]),
  ...Object.values(manifest.bin),
].map((path) => path.replace('./', ''))
