import { beforeEach, inject } from 'vitest'

// Large numbers find out about scale, which takes long and hardly ever tells a mutant from what it should be. What holds the process
// (rows 86 and 87) is counted for the whole worker, which all files share here.
const SKIPPED =
  /00,000|the rest counted|rows? (22|75|76|86|87)|1,000 (runs )?at once|overflow the stack|in a loop|any tree|are all on the error|retry at once/

beforeEach(({ task, skip }) => skip(SKIPPED.test(task.fullTestName), 'takes long'))

// What ran in the files before this one was told by then; with one worker for all it would be told again with each.
const notes: unknown = Reflect.get(globalThis, inject('globalNamespace' as never) ?? '')
const coverage = (notes as { mutantCoverage?: object } | undefined)?.mutantCoverage
for (const covered of Object.values(coverage ?? {}) as object[]) {
  for (const key of Object.keys(covered)) Reflect.deleteProperty(covered, key)
}
