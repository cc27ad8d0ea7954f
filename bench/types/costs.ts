import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { median, ratio, shuffle, type Times } from '../measure.ts'
import { completions } from './editor.ts'
import { STEPS } from './programs.ts'
import { type Compiled, compilerOf, writeProgram } from './project.ts'

const execute = promisify(execFile)

/** What one compiler says of each program. */
export interface TypeCosts {
  /** ms of check time, by round. */
  readonly times: Times
  /** Instantiations a step. */
  readonly instantiations: ReadonlyMap<string, number>
}

/** What the types cost. */
export interface TypeFigures {
  readonly compilers: ReadonlyMap<string, TypeCosts>
  /** ms from an edit to a completion, by steps of the chain. */
  readonly completions: ReadonlyMap<number, number>
}

/** The compilers; the older ones take ten times as long, and are there for comparison. */
const COMPILERS = [
  { name: 'TypeScript 7', package: 'typescript', flags: ['--singleThreaded'], share: 1 },
  { name: '6', package: 'typescript-6', flags: [], share: 1 / 10 },
  { name: '5.9', package: 'typescript-5', flags: [], share: 1 / 10 },
] as const

type Compiler = (typeof COMPILERS)[number]

/** The compiler that figures are held to. */
export const COMPILER = COMPILERS[0].name

async function compile(home: string, compiler: Compiler): Promise<{ time: number; count: number }> {
  const args = [compilerOf(compiler.package), '--extendedDiagnostics', ...compiler.flags]
  const { stdout } = await execute(process.execPath, args, { cwd: home })
  const seconds = /^Check time:\s+([\d.]+)s$/m.exec(stdout)?.[1]
  return { time: Number(seconds) * 1000, count: Number(/^Instantiations:\s+(\d+)$/m.exec(stdout)?.[1]) }
}

/** Has a compiler check all programs in turn, in an order that changes with each round. */
async function costs(compiler: Compiler, compiled: readonly Compiled[], rounds: number): Promise<TypeCosts> {
  const homes = new Map<string, string>()
  const times = new Map<string, number[]>()
  const instantiations = new Map<string, number>()
  for (const one of compiled) {
    const home = await writeProgram(one, STEPS)
    const all = await compile(home, compiler)
    const without = await compile(await writeProgram(one, 0), compiler)
    instantiations.set(one.name, (all.count - without.count) / STEPS)
    homes.set(one.name, home)
    times.set(one.name, [])
  }
  for (let round = 0; round < rounds; round++) {
    for (const [name, home] of shuffle([...homes])) times.get(name)?.push((await compile(home, compiler)).time)
  }
  return { times, instantiations }
}

/** Measures the types of all programs with all compilers, and how long completions take. */
export async function types(compiled: readonly Compiled[], rounds: number): Promise<TypeFigures> {
  const compilers = new Map<string, TypeCosts>()
  for (const compiler of COMPILERS) {
    const found = await costs(compiler, compiled, Math.ceil(rounds * compiler.share))
    compilers.set(compiler.name, found)
    for (const [name, times] of found.times) {
      const figures = [median(times).toFixed(0), 'ms', ratio(found.times, name, 'ours').toFixed(2)]
      console.log('types ', compiler.name.padEnd(12), name.padEnd(26), ...figures)
    }
  }
  return { compilers, completions: await completions(compiled.find(({ name }) => name === 'ours')) }
}
