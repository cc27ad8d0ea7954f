import fc from 'fast-check'
import { inject } from 'vitest'

// That of the whole run, which it has printed; a property that fails prints it with the path to its counterexample.
fc.configureGlobal({ seed: inject('propertySeed') })
// Where a counterexample could be made smaller for ever, the smallest so far is told after that many ms.
fc.installGlobalPlugin(fc.interruptAfterTimeLimit(20_000, { failOnInterrupt: true }))

export default fc
