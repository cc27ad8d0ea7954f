import { parseCommand } from './arguments.ts'
import { graphCommand } from './graph.ts'
import { runCommand } from './run.ts'
import { CommandError, EXIT, type Shell } from './shell.ts'
import { ownVersion } from './version.ts'

/** ms for which something may keep the process alive when all is done. */
const GRACE = 5_000

async function execute(shell: Shell): Promise<number> {
  const command = parseCommand(shell.argv.slice(2))
  switch (command.kind) {
    case 'run':
      return runCommand(command, shell)
    case 'graph':
      return graphCommand(command, shell)
    case 'version':
      shell.stdout.write(`${ownVersion()}\n`)
      return EXIT.ok
    case 'print':
      shell.stdout.write(command.text)
      return EXIT.ok
  }
}

/** Ends the process though something keeps it alive, such as a connection that nobody closed; not before all is printed. */
function endSoon(shell: Shell, code: number): void {
  const timer = setTimeout(() => {
    if (shell.stdout.writableLength > 0) return endSoon(shell, code)
    shell.stderr.write(
      `stepchain: all is done, but something keeps the process alive; it was ended after ${GRACE / 1_000} s\n`,
    )
    shell.exit(code)
  }, GRACE)
  timer.unref()
}

/** Does what the command line of a process says, and sets its exit code. Never rejects. */
export async function main(shell: Shell): Promise<void> {
  // Where nothing is left that could settle what the run waits for, Node ends by itself.
  const stuck = (): void => {
    shell.off('beforeExit', stuck)
    shell.stderr.write('stepchain: the run waits for something that nothing is left to settle\n')
    shell.exitCode = EXIT.failed
  }
  shell.on('beforeExit', stuck)
  // Whoever reads what is printed may have heard enough.
  shell.stdout.on('error', () => {})
  try {
    shell.exitCode = await execute(shell)
  } catch (error) {
    const known = error instanceof CommandError
    shell.stderr.write(`stepchain: ${known ? error.message : String((error as Error).stack)}\n`)
    shell.exitCode = known ? error.exitCode : EXIT.failed
  }
  shell.off('beforeExit', stuck)
  endSoon(shell, shell.exitCode)
}
