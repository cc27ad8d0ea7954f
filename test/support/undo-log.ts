import type { Case } from './promises.ts'
import { wait } from './steps.ts'
import type { Loose } from './untyped.ts'

/** What steps of these tests throw. */
export const down: Error = new Error('down')

/** Adds a step that fails. */
export function fails(chain: Loose): Loose {
  return chain.tap(() => Promise.reject(down), { name: 'fails' })
}

/** Adds one part after the other. */
export function built(chain: Loose, ...parts: readonly ((c: Loose) => Loose)[]): Loose {
  return parts.reduce((c, part) => part(c), chain)
}

/** What was undone, and with what. */
export class UndoLog {
  readonly lines: string[] = []
  readonly #given: Case

  constructor(given: Case) {
    this.#given = given
  }

  /** Something that undoes a step, and takes its time. */
  note(what: string, ms: number = 0, timeout?: number): (subject: unknown) => unknown {
    return this.#given.undoing(async (subject: unknown) => {
      const said = subject instanceof Error ? (subject as unknown as { code: string }).code : JSON.stringify(subject)
      this.lines.push(`${what} ${said}`)
      if (ms > 0) await wait(this.#given.clock, ms)
      if (ms > 0) this.lines.push(`${what} done`)
    }, timeout)
  }

  /** A step that can be undone. */
  step(name: string, ms: number = 0): (c: Loose) => Loose {
    return (c) => c.next(() => name, { out: name, args: [], compensate: this.note('undo', ms) })
  }
}
