import type { Report, ReportedStep, RunOptions, SafeResult } from 'stepchain'
import { expect } from 'vitest'
import { type Loose, untyped } from './untyped.ts'
import { VirtualClock } from './virtual-clock.ts'

/** A chain whose runs may be asked for reports. */
export interface Reporting extends Loose {
  safeRun(input?: unknown, options?: RunOptions): Promise<SafeResult<Record<string, unknown>>>
  safeRunSync(input?: unknown, options?: RunOptions): SafeResult<Record<string, unknown>>
}

export interface Told {
  readonly report: Report
  readonly clock: VirtualClock
}

/** Runs a chain on a clock of its own, as long as it takes, and gives its report, which must be plain JSON. */
export async function reported(
  define: (chain: Loose, clock: VirtualClock) => Loose,
  options: RunOptions & { readonly input?: unknown } = {},
): Promise<Told> {
  const { input = {}, ...given } = options
  const clock = new VirtualClock()
  const defined = define(untyped('c', { logger: null, clock, random: () => 1 }), clock) as Reporting
  const running = defined.safeRun(input, { runId: 'run-1', ...given })
  await clock.advance(100_000)
  const { report } = await running
  expect(JSON.parse(JSON.stringify(report))).toStrictEqual(report)
  return { report, clock }
}

/** What a test says of a step: its path with its status, when it was, and what is inside of it. */
export function brief({ path, status, start, duration, steps }: ReportedStep): string | [string, unknown[]] {
  const text = `${path} ${status} ${start}+${duration}`
  return steps === undefined ? text : [text, steps.map(brief)]
}

const at = { attempts: 1, status: 'ok' } as const

/** A report with something of everything, as a run might have made it. */
export const EVERYTHING: Report = {
  version: 1,
  chain: 'orders <b>"&\'',
  runId: 'run-1',
  status: 'failed',
  startedAt: '2026-01-01T00:00:01.000Z',
  duration: 200,
  error: {
    name: 'StepFailedError',
    message: 'Step \'z\' failed:\u001b[31m\n<script>alert("x")</script>',
    code: 'SC_STEP',
    step: 'z',
  },
  steps: [
    { ...at, path: 'rows', name: 'rows', kind: 'step', start: 0, duration: 10.25 },
    {
      ...at,
      path: 'in',
      name: 'in',
      kind: 'chain',
      start: 10.25,
      duration: 20,
      steps: [
        { ...at, path: 'in/x', name: 'x', kind: 'step', start: 11, duration: 9 },
        // As a step tells that ended a moment later than what it is inside of.
        { ...at, path: 'in/y', name: 'y', kind: 'step', start: 20, duration: 10.251 },
      ],
    },
    {
      ...at,
      path: 'both',
      name: 'both',
      kind: 'parallel',
      start: 31,
      duration: 60,
      steps: [
        { ...at, path: 'both/a/p', name: 'p', kind: 'step', start: 31, duration: 40 },
        { ...at, path: 'both/b/p', name: 'p', kind: 'step', start: 31, duration: 60 },
        { ...at, path: 'both/a/q', name: 'q', kind: 'step', start: 71, duration: 10 },
      ],
    },
    {
      ...at,
      path: 'list',
      name: 'list',
      kind: 'parallel',
      start: 91,
      duration: 30,
      steps: [
        { ...at, path: 'list/l', name: 'l', kind: 'step', start: 91, duration: 10 },
        { ...at, path: 'list/m', name: 'm', kind: 'step', start: 91, duration: 30 },
        { ...at, path: 'list/n', name: 'n', kind: 'step', start: 101, duration: 10 },
      ],
    },
    {
      ...at,
      path: 'enrich',
      name: 'enrich',
      kind: 'map',
      start: 121,
      duration: 5,
      items: {
        count: 20,
        ok: 2,
        failed: 18,
        slowest: { path: 'enrich/7', duration: 4 },
        failures: [{ path: 'enrich/1', error: { name: 'Error', message: 'no 1' } }],
      },
    },
    {
      ...at,
      path: 'one',
      name: 'one',
      kind: 'each',
      start: 126,
      duration: 0,
      items: { count: 1, ok: 1, failed: 0, failures: [] },
    },
    {
      ...at,
      path: 'retried',
      name: 'retried',
      kind: 'step',
      start: 126,
      duration: 60,
      attempts: 3,
      failures: [
        {
          attempt: 1,
          error: { name: 'TypeError', message: 'x'.repeat(200) },
          duration: 10,
          delay: 20,
          abandoned: true,
        },
        { attempt: 2, error: { name: 'TypeError', message: '漢字'.repeat(50) }, delay: 20 },
      ],
    },
    { ...at, path: 's', name: 's', kind: 'step', status: 'skipped', start: 186, duration: 0, attempts: 0 },
    {
      ...at,
      path: 'f',
      name: 'f',
      kind: 'step',
      start: 186,
      duration: 1,
      fallback: true,
      error: { name: 'Error', message: 'instead' },
    },
    {
      ...at,
      path: 'stopped',
      name: 'stopped',
      kind: 'step',
      status: 'cancelled',
      start: 187,
      duration: 1,
      abandoned: true,
    },
    {
      ...at,
      path: 'z',
      name: 'z',
      kind: 'step',
      status: 'failed',
      start: 188,
      duration: 2,
      error: {
        name: 'StepFailedError',
        message: 'Step \'z\' failed:\u001b[31m\n<script>alert("x")</script>',
        code: 'SC_STEP',
      },
    },
  ],
  compensations: [
    { ...at, path: 'both/b/p.compensate', name: 'p.compensate', kind: 'step', start: 190, duration: 5 },
    { ...at, path: 'rows.release', name: 'rows.release', kind: 'step', start: 195, duration: 5 },
  ],
}
