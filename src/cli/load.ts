import { existsSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { ChainDescription } from '../define/description.ts'
import type { RunOptions } from '../define/options.ts'
import type { Report } from '../define/report.ts'
import type { Target } from './arguments.ts'
import { CommandError, type Shell, wordsOf } from './shell.ts'

/** What a run gives, whatever copy of the package it is of. */
export type Outcome =
  | { readonly ok: true; readonly context: Readonly<Record<string, unknown>>; readonly report?: Report }
  | {
      readonly ok: false
      readonly error: unknown
      readonly context: Readonly<Record<string, unknown>>
      readonly report?: Report
    }

/** What the command needs of a chain. It is the file's own, perhaps of another copy of the package. */
export interface LoadedChain {
  readonly name: string
  safeRun(input: unknown, options: RunOptions): Promise<Outcome>
  describe?(): ChainDescription
}

const BRAND = Symbol.for('stepchain.chain')

function isChain(value: unknown): value is LoadedChain {
  return typeof value === 'object' && value !== null && Reflect.get(value, BRAND) === true
}

function kindOf(value: unknown): string {
  if (isChain(value)) return 'a chain'
  if (value === null || value === undefined) return String(value)
  if (Array.isArray(value)) return 'an array'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

/** What a module exports, in words. */
function listed(exports: Readonly<Record<string, unknown>>): string {
  const names = Object.keys(exports)
    .filter((name) => name !== 'module.exports')
    .sort()
  if (names.length === 0) return 'it exports nothing'
  return `it exports ${names.map((name) => `${name} (${kindOf(exports[name])})`).join(', ')}`
}

/**
 * Finds the chain among the exports of a file.
 * @throws CommandError where it is not plain which that is
 */
export function chooseChain(exports: Readonly<Record<string, unknown>>, { file, exportName }: Target): LoadedChain {
  if (exportName !== undefined) {
    const value = Object.hasOwn(exports, exportName) ? exports[exportName] : undefined
    if (isChain(value)) return value
    const what = Object.hasOwn(exports, exportName) ? `is ${kindOf(value)}, not a chain` : 'does not exist'
    throw new CommandError(`the export '${exportName}' of ${file} ${what}: ${listed(exports)}`)
  }
  const { default: preferred } = exports
  if (isChain(preferred)) return preferred
  const chains = new Set(Object.values(exports).filter(isChain))
  const [first, second] = chains
  if (first === undefined) throw new CommandError(`${file} exports no chain: ${listed(exports)}`)
  if (second === undefined) return first
  throw new CommandError(`${file} exports several chains; choose one with --export: ${listed(exports)}`)
}

/** Why a module cannot be imported, with what can be done about it. */
export function importFailure(error: unknown, file: string, version: string): string {
  const { code } = (error ?? {}) as { code?: unknown }
  const message = wordsOf(error)
  if (code === 'ERR_UNKNOWN_FILE_EXTENSION' && /\.[mc]?tsx?\b/.test(message))
    return `${file} is TypeScript or imports some, which Node ${version} does not run by itself; use Node 22.18 or later (24 is best), or compile it to JavaScript first`
  if (code === 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX')
    return `${file} cannot be imported: ${message}\nNode only leaves types out: enums, namespaces with code and parameter properties need a build, or NODE_OPTIONS=--experimental-transform-types`
  const stack = error instanceof Error ? (error.stack ?? message) : message
  return `${file} cannot be imported:\n${stack}`
}

/**
 * Imports a file and finds its chain.
 * @throws CommandError where there is none
 */
export async function loadChain(target: Target, { version }: Pick<Shell, 'version'>): Promise<LoadedChain> {
  const { file } = target
  const path = resolve(file)
  if (!existsSync(path)) throw new CommandError(`there is no file ${file}`)
  let exports: Record<string, unknown>
  try {
    exports = (await import(pathToFileURL(path).href)) as Record<string, unknown>
  } catch (error) {
    throw new CommandError(importFailure(error, basename(file), version.replace(/^v/, '')))
  }
  return chooseChain(exports, target)
}
