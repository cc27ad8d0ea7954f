/**
 * Imports the module named on the command line and prints what that left behind.
 * It runs in a process of its own, and anything that the import itself prints spoils the JSON.
 */
import { createHook } from 'node:async_hooks'
import { assertNoPoisoning } from '@fast-check/poisoning'

const resources: string[] = []
const before = observe()
// An unreferenced timer is no active handle, so timers are counted as they are made.
const hook = createHook({ init: (_id, type) => void resources.push(type) }).enable()
await import(String(process.argv[2]))
hook.disable()
const after = observe()
// Node's own fetch registers its dispatcher late.
assertNoPoisoning({ ignoredRootRegex: /undici/ })
console.log(
  JSON.stringify({
    globals: after.globals.filter((name) => !before.globals.includes(name)),
    listeners: after.listeners.filter((name) => !before.listeners.includes(name)),
    timers: after.timers,
  }),
)

function observe(): { globals: string[]; listeners: string[]; timers: string[] } {
  return {
    globals: Reflect.ownKeys(globalThis).map(String),
    listeners: process.eventNames().map(String),
    timers: resources.filter((type) => type === 'Timeout' || type === 'Immediate'),
  }
}
