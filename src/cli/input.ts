import { readFile } from 'node:fs/promises'
import { CommandError, type Shell, wordsOf } from './shell.ts'

async function textOf(source: string, { stdin }: Pick<Shell, 'stdin'>): Promise<string> {
  if (source === '-') {
    const chunks: Uint8Array[] = []
    for await (const chunk of stdin) chunks.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk)
    return Buffer.concat(chunks).toString('utf8')
  }
  if (!source.startsWith('@')) return source
  const path = source.slice(1)
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    throw new CommandError(`the input cannot be read from ${path}: ${wordsOf(error)}`)
  }
}

function whereFrom(source: string): string {
  if (source === '-') return 'of standard input'
  return source.startsWith('@') ? `in ${source.slice(1)}` : 'of --input'
}

/**
 * Reads the input of a run: JSON, `@path`, or `-` for standard input.
 * @throws CommandError where that is no JSON object
 */
export async function readInput(source: string | undefined, shell: Pick<Shell, 'stdin'>): Promise<unknown> {
  if (source === undefined) return {}
  const text = (await textOf(source, shell)).replace(/^\uFEFF/, '')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new CommandError(`the input ${whereFrom(source)} is no JSON: ${wordsOf(error)}`)
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  const kind = Array.isArray(value) ? 'an array' : value === null ? 'null' : `a ${typeof value}`
  throw new CommandError(`the input ${whereFrom(source)} is ${kind}; expected an object, such as {"id": 1}`)
}
