import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Missing } from './runtime.ts'

/**
 * Imports a package that only this folder installs. Its name is a variable, so that the compiler at the root, which knows nothing of
 * this folder's packages, does not look for it; the few methods we call are described by `T`.
 */
export async function loadTool<T>(name: string): Promise<T> {
  try {
    return (await import(name)) as T
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_MODULE_NOT_FOUND') throw new Missing('not installed')
    throw error
  }
}

/** The version of a package, as its manifest in `folder` has it. */
export function versionOf(name: string, folder: string = import.meta.dirname): string {
  return (manifestOf(name, folder) as { version: string }).version
}

/** The built file that `import 'stepchain'` means, as the package's `exports` say, for platforms that do not look for it themselves. */
export function entryOf(name: string, folder: string): string {
  const { exports } = manifestOf(name, folder) as { exports: { '.': { default: string } } }
  return join('node_modules', name, exports['.'].default)
}

function manifestOf(name: string, folder: string): unknown {
  return JSON.parse(readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8'))
}
