import { toMermaid } from '../report/index.ts'
import type { GraphCommand } from './arguments.ts'
import { loadChain } from './load.ts'
import { CommandError, EXIT, type Shell } from './shell.ts'
import { treeOf } from './tree.ts'

/** Prints the steps of a chain. */
export async function graphCommand(command: GraphCommand, shell: Shell): Promise<number> {
  const chain = await loadChain(command, shell)
  if (chain.describe === undefined)
    throw new CommandError(`the copy of stepchain that ${command.file} imports is too old to describe a chain`)
  const definition = chain.describe()
  const printed = {
    json: () => JSON.stringify(definition, null, 2),
    mermaid: () => toMermaid(definition),
    text: () => treeOf(definition),
  }[command.format]()
  shell.stdout.write(`${printed.trimEnd()}\n`)
  return EXIT.ok
}
