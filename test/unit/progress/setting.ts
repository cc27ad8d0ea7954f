import type { Hooks } from 'stepchain'
import type { ProgressOptions } from 'stepchain/progress'
import { createProgress } from '../../../src/progress/create.ts'
import { FakeTerminal } from '../../support/fake-terminal.ts'
import { VirtualClock } from '../../support/virtual-clock.ts'
import { FakePlatform } from './fake-platform.ts'

/** Hooks, and all that they are shown with. */
export interface Setting {
  readonly terminal: FakeTerminal
  readonly platform: FakePlatform
  readonly clock: VirtualClock
  readonly hooks: Hooks
}

/** Makes hooks that draw on a terminal of a test. */
export function setting(options: ProgressOptions = {}, terminal: FakeTerminal = new FakeTerminal()): Setting {
  const platform = new FakePlatform()
  const clock = new VirtualClock()
  const hooks = createProgress({ stream: terminal, clock, color: false, ...options }, platform)
  return { terminal, platform, clock, hooks }
}
