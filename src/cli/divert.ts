import type { Shell } from './shell.ts'

/** Sends all that is printed on standard output to standard error. Gives the way back. */
export function divert({ stdout, stderr }: Pick<Shell, 'stdout' | 'stderr'>): () => void {
  const own = Object.getOwnPropertyDescriptor(stdout, 'write')
  stdout.write = (...given: Parameters<typeof stdout.write>) => stderr.write(...given)
  return () => {
    if (own === undefined) Reflect.deleteProperty(stdout, 'write')
    else Object.defineProperty(stdout, 'write', own)
  }
}
