import type { ItemWatch } from '../compile/plan.ts'
import type { ReportedError, ReportedItems } from '../define/report.ts'
import { type Clean, reportedError } from './report-error.ts'

/** How many failures of items are kept. */
const MOST = 16

/** What became of the items of a loop, in as much space as one takes. */
export class ItemTally implements ItemWatch {
  count = 0
  private ok = 0
  private failed = 0
  private slowest: { readonly path: string; readonly duration: number } | null = null
  private readonly failures: { readonly path: string; readonly error: ReportedError }[] = []
  private readonly path: string
  private readonly now: () => number
  private readonly clean: Clean

  constructor(path: string, now: () => number, clean: Clean) {
    this.path = path
    this.now = now
    this.clean = clean
  }

  begin(): number {
    this.count++
    return this.now()
  }

  end({ index, since }: { readonly index: number; readonly since: number }, error: unknown): void {
    this.timed(index, this.now() - since)
    if (error === undefined) this.ok++
    else this.fail(index, error, this.clean)
  }

  /** Takes that an item is over of which nothing was told when it began. */
  add(
    index: string,
    end: { readonly status: string; readonly duration: number; readonly error?: unknown },
    clean: Clean,
  ): void {
    this.count++
    this.timed(index, end.duration)
    if (end.status === 'ok') this.ok++
    else if (end.status === 'failed') this.fail(index, end.error, clean)
  }

  private timed(index: string | number, duration: number): void {
    if (this.slowest === null || duration > this.slowest.duration)
      this.slowest = { path: `${this.path}/${index}`, duration }
  }

  private fail(index: string | number, error: unknown, clean: Clean): void {
    if (this.failed++ < MOST) this.failures.push({ path: `${this.path}/${index}`, error: reportedError(error, clean) })
  }

  report(clean: Clean, ms: (time: number) => number): ReportedItems {
    const { count, ok, failed, slowest, failures } = this
    const longest = slowest === null ? {} : { slowest: { path: clean(slowest.path), duration: ms(slowest.duration) } }
    return {
      count,
      ok,
      failed,
      ...longest,
      failures: failures.map(({ path, error }) => ({ path: clean(path), error })),
    }
  }
}
