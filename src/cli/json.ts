import type { ChainDescription, StepDescription } from '../define/description.ts'

/** The names of all outputs of steps that are sensitive, however deep. */
function sensitiveOuts(steps: readonly StepDescription[]): string[] {
  return steps.flatMap(({ out, sensitive, branches = [], chain }) => [
    ...(sensitive === true && out !== undefined ? [out] : []),
    ...branches.flatMap((branch) => sensitiveOuts(branch.steps)),
    ...sensitiveOuts(chain?.steps ?? []),
  ])
}

/**
 * A context as JSON for other programs: a BigInt by its digits, a cycle cut, and what has the name of a sensitive output hidden wherever it is.
 * @throws what a getter or a `toJSON` in it throws
 */
export function jsonOf(context: object, definition: ChainDescription | undefined): string {
  const hidden = new Set(sensitiveOuts(definition?.steps ?? []))
  const around: unknown[] = []
  return JSON.stringify(
    context,
    function replace(this: unknown, key: string, part: unknown): unknown {
      if (hidden.has(key)) return '[sensitive]'
      if (typeof part === 'bigint') return String(part)
      if (typeof part !== 'object' || part === null) return part
      // `this` is what the part is in: all behind it in the list is beside the part, not around it.
      while (around.length > 0 && around.at(-1) !== this) around.pop()
      if (around.includes(part)) return '[circular]'
      around.push(part)
      return part
    },
    2,
  )
}
