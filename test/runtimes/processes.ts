import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Answer, Missing, PATIENCE, type Runtime, uncaught } from './runtime.ts'

const installed = join(import.meta.dirname, 'node_modules')

/** The runtimes that are a command: each runs `main.mjs`, which prints its answer. */
export const processes: readonly Runtime[] = [
  command('node-20', [join(installed, 'node-20/bin/node')]),
  command('node-22', [join(installed, 'node-22/bin/node')]),
  command('node-24', [process.execPath]),
  command('node-26', [join(installed, 'node-26/bin/node')]),
  command('bun', [join(installed, '.bin/bun')]),
  command('deno', [join(installed, '.bin/deno'), 'run', '-A', '--no-remote', '--node-modules-dir=manual']),
]

function command(name: string, [file = '', ...flags]: readonly string[]): Runtime {
  return {
    name,
    async run(folder) {
      if (!existsSync(file)) throw new Missing('not installed')
      const options = { cwd: folder, timeout: PATIENCE, killSignal: 'SIGKILL', env: environment(folder) } as const
      const { stdout, stderr } = await promisify(execFile)(file, [...flags, 'main.mjs'], options)
      const { version, results } = JSON.parse(stdout) as Answer
      return { version, results: [...results, uncaught(stderr)] }
    },
  }
}

/** Ours, without what would colour the output, run a debugger or write outside the folder. */
function environment(folder: string): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _options, FORCE_COLOR: _color, ...kept } = process.env
  return { ...kept, NO_COLOR: '1', DENO_DIR: join(folder, '.deno'), DENO_NO_UPDATE_CHECK: '1' }
}
