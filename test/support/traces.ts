import type { ChromeTrace, TraceEvent } from 'stepchain/report'
import { expect } from 'vitest'

export type Complete = TraceEvent & { readonly ts: number; readonly dur: number }

function endOf({ ts, dur }: Complete): number {
  return ts + dur
}

/** The rules of the format: complete events with whole µs, which in a lane are inside of one another or apart; every lane has a name. */
export function checkTrace(trace: ChromeTrace): Complete[] {
  expect(JSON.parse(JSON.stringify(trace))).toStrictEqual(trace)
  const named = new Set(trace.traceEvents.filter(({ name }) => name === 'thread_name').map(({ tid }) => tid))
  const complete = trace.traceEvents.filter((event): event is Complete => event.ph === 'X')
  for (const event of complete) {
    expect(named.has(event.tid)).toBe(true)
    expect(Number.isSafeInteger(event.ts) && Number.isSafeInteger(event.dur)).toBe(true)
    expect(Math.min(event.ts, event.dur)).toBeGreaterThanOrEqual(0)
  }
  for (const tid of named) checkLane(complete.filter((event) => event.tid === tid))
  return complete
}

/** Two events of a lane are apart, or one is inside of the other. */
function checkLane(events: readonly Complete[]): void {
  for (const [index, one] of events.entries()) {
    for (const other of events.slice(index + 1)) {
      const apart = endOf(one) <= other.ts || endOf(other) <= one.ts
      const inside = one.ts <= other.ts && endOf(other) <= endOf(one)
      const around = other.ts <= one.ts && endOf(one) <= endOf(other)
      expect(apart || inside || around, `${one.name} and ${other.name}`).toBe(true)
    }
  }
}
