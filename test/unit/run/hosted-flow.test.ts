import { isStepchainError, type RunOptions, type StepchainError } from 'stepchain'
import { describe, expect, test } from 'vitest'
import { FLOW_CASES } from '../../support/flow-cases.ts'
import { type FlowCase, World } from '../../support/flow-world.ts'
import { Crash, type Journal, RecordingHost } from '../../support/recording-host.ts'
import { type Loose, untyped } from '../../support/untyped.ts'
import { VirtualClock } from '../../support/virtual-clock.ts'

/** What an error says that is the same on every machine. */
function shown(error: StepchainError): object {
  const { code, message, name, step, chain, issues, attempts, context, errors, results } = error
  const abandoned = attempts.map((attempt) => attempt.abandoned)
  return { code, message, name, step, chain, issues, abandoned, ...plain({ context, errors, results }) }
}

/** A value as data, with the errors in it as what they say. */
function plain(value: unknown): object {
  // Not what `toJSON` made of an error: that leaves much out.
  const replace = function (this: Record<string, unknown>, key: string, part: unknown): unknown {
    const own = this[key]
    return isStepchainError(own) ? shown(own) : part
  }
  return JSON.parse(JSON.stringify(value, replace)) as object
}

interface End {
  readonly result: unknown
  readonly done: readonly string[]
}

interface Made {
  readonly definition: Loose
  readonly world: World
  readonly clock: VirtualClock
}

function make({ build }: FlowCase): Made {
  const clock = new VirtualClock()
  const world = new World()
  return { definition: build(untyped('c'), world, clock), world, clock }
}

async function endOf({ definition, world, clock }: Made, { input }: FlowCase, options: RunOptions = {}): Promise<End> {
  const running = definition.run(input ?? {}, { clock, logger: null, ...options }).then(
    (context) => ({ context: plain(context) }),
    (error: StepchainError) => {
      if (error instanceof Crash) throw error
      return shown(error)
    },
  )
  running.catch(() => {})
  await clock.advance(10_000)
  expect(clock.pending).toBe(0)
  return { result: await running, done: world.done }
}

/** What is not the same twice: how long it took. */
function same(end: End): End {
  return JSON.parse(JSON.stringify(end, (key, value: unknown) => (key === 'duration' ? 0 : value))) as End
}

for (const all of [undefined, 'steps', 'branches'] as const) {
  describe(`a host ${all === undefined ? 'without all' : `whose all remembers ${all}`}`, () => {
    for (const flow of FLOW_CASES) {
      const { paths, groups = [] } = flow

      test(`gives what an inline run gives for ${flow.title}`, async () => {
        const inline = await endOf(make(flow), flow, { runId: 'run-1' })
        const host = new RecordingHost({ all })
        const end = await endOf(make(flow), flow, { host })

        // Inline all branches are under way at once.
        expect(end.done.toSorted()).toEqual(inline.done.toSorted())
        expect(same(end).result).toEqual(same(inline).result)
        expect(host.paths).toEqual(paths)
        expect(host.ran).toEqual(paths)
        expect(host.groups).toEqual(all === undefined ? [] : groups)
      })

      // See `leaves`: only a host that runs branches anew has all of it.
      if (all === 'branches' && flow.leaves === true) continue

      test(`repeats ${flow.title} without running anything`, async () => {
        const first = new RecordingHost({ all })
        const end = await endOf(make(flow), flow, { host: first })
        const again = new RecordingHost({ all, journal: first.journal })
        const repeated = await endOf(make(flow), flow, { host: again })

        expect(same(repeated).result).toEqual(same(end).result)
        expect(repeated.done).toEqual([])
        expect(again.ran).toEqual([])
      })

      test(`takes up ${flow.title} wherever the machine went down`, async () => {
        const whole = await endOf(make(flow), flow, { host: new RecordingHost({ all }) })
        for (let crashAfter = 0; crashAfter < paths.length; crashAfter++) {
          const journal: Journal = new Map()
          const made = make(flow)
          const crashing = new RecordingHost({ all, journal, crashAfter })
          await expect(endOf(made, flow, { host: crashing }), String(crashAfter)).rejects.toThrow(Crash)
          const end = await endOf(made, flow, { host: new RecordingHost({ all, journal }) })

          expect(same(end), `after ${crashAfter} calls`).toEqual(same(whole))
        }
      })
    }
  })
}
