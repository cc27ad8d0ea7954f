import { EventEmitter } from 'node:events'
import type { Shell } from '../../../src/cli/shell.ts'

/** A stream that keeps what is written. */
class FakeStream extends EventEmitter {
  text = ''
  isTTY = false
  writableLength = 0

  write(text: string): boolean {
    this.text += text
    return true
  }
}

/** A process that is asked for something on its command line. */
export class FakeShell extends EventEmitter implements Shell {
  readonly argv: readonly string[]
  readonly version: string = process.version
  readonly stdin: AsyncIterable<string | Uint8Array>
  readonly stdout: FakeStream = new FakeStream()
  readonly stderr: FakeStream = new FakeStream()
  readonly exits: number[] = []
  exitCode: number | undefined

  constructor(args: readonly string[], input: readonly (string | Uint8Array)[] = []) {
    super()
    this.argv = ['node', 'stepchain', ...args]
    this.stdin = (async function* chunks() {
      yield* input
    })()
  }

  exit(code: number): void {
    this.exits.push(code)
  }
}

/** The path of a file that has a chain. */
export function fixture(name: string): string {
  return `${import.meta.dirname}/fixtures/${name}`
}
