import { EventEmitter } from 'node:events'
import type { Platform } from '../../../src/progress/platform.ts'
import { FakeTerminal } from '../../support/fake-terminal.ts'

/** A process that can be sent signals, and whose streams are no terminals. */
export class FakePlatform extends EventEmitter implements Platform {
  readonly pid = 42
  readonly platform = 'linux'
  readonly env: Record<string, string | undefined>
  readonly stdout = new FakeTerminal()
  readonly stderr = new FakeTerminal()
  readonly killed: string[] = []

  constructor(env: Record<string, string | undefined> = { LANG: 'en_US.UTF-8' }) {
    super()
    this.env = env
    this.stdout.isTTY = false
  }

  kill(pid: number, signal: string): void {
    this.killed.push(`${pid} ${signal}`)
  }
}
