const EVERY = 250
const WINDOW = 10_000
/** ms before which a rate says nothing. */
const SOON = 500

interface Sample {
  readonly at: number
  readonly done: number
}

/** How far something is, and how fast it goes on: over the last seconds, so that a change of pace is seen. */
export class Meter {
  done = 0
  total: number | undefined
  /** The first of them is as old as the rate looks back. */
  private samples: [Sample, ...Sample[]]
  private sampledAt: number

  constructor(startedAt: number) {
    this.samples = [{ at: startedAt, done: 0 }]
    this.sampledAt = startedAt
  }

  /** The numbers may be anything: steps that are not typed give them, too. */
  update(given: { readonly done: unknown; readonly total?: unknown }, now: number): void {
    const done = Number(given.done) || 0
    const total = Number(given.total)
    // What goes back has begun again.
    if (done < this.done) this.samples = [{ at: now, done }]
    this.done = done
    this.total = total > 0 ? total : undefined
    if (now - this.sampledAt < EVERY) return
    this.sampledAt = now
    this.samples.push({ at: now, done })
    while (this.samples.length > 2 && now - this.samples[0].at > WINDOW) this.samples.shift()
  }

  /** How many a second; `null` while that cannot be said. */
  rate(now: number): number | null {
    const [first] = this.samples
    const time = now - first.at
    return time < SOON || this.done <= first.done ? null : ((this.done - first.done) / time) * 1_000
  }

  /** The ms that are left, at this pace; `null` where that cannot be said. */
  eta(now: number): number | null {
    const perSecond = this.rate(now)
    const { done, total } = this
    return perSecond === null || total === undefined || done >= total ? null : ((total - done) / perSecond) * 1_000
  }

  /** The part that is done, from 0 to 1; `null` where the whole is not known. */
  part(): number | null {
    const { done, total } = this
    return total === undefined ? null : Math.min(1, Math.max(0, done / total))
  }
}
