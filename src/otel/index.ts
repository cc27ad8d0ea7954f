import type { Meter, Tracer } from '@opentelemetry/api'
import type { Hooks } from '../define/hooks.ts'
import { Metrics } from './metrics.ts'
import { Spans } from './spans.ts'

/** What `otel` may be told. */
export interface OtelOptions {
  /** What makes the spans. @default the global tracer provider's tracer `stepchain`, asked for in each run */
  readonly tracer?: Tracer
  /** What makes the metrics. @default the global meter provider's meter `stepchain` */
  readonly meter?: Meter
  /**
   * How many items of one `map` or `each` have spans of their own: so many that begin first. What is inside of the others has none either,
   * save what the user makes: that is then in the span of the `map`. `Infinity` for all, `false` for none. @default 100
   */
  readonly items?: number | false
  /** Whether the status of a failed span has the message of our error, which was redacted like a line. No other message is ever taken. @default true */
  readonly messages?: boolean
}

const USUAL_ITEMS = 100

function itemsOf(items: unknown): number {
  if (items === undefined) return USUAL_ITEMS
  if (items === false) return 0
  if (typeof items === 'number' && items >= 0) return items
  throw new TypeError(
    `otel: items must be a number from 0 up, or false; got ${typeof items === 'number' ? items : typeof items}`,
  )
}

/** Checks what is easily mistaken: a provider for what it provides. */
function checkMethod(option: 'tracer' | 'meter', value: unknown, method: string): void {
  if (value === undefined || typeof (value as Record<string, unknown> | null)?.[method] === 'function') return
  throw new TypeError(
    `otel: ${option} must have the method ${method}; a provider's ${option} is provider.get${option === 'tracer' ? 'Tracer' : 'Meter'}('stepchain')`,
  )
}

function hooksOf({ tracer, meter, items, messages = true }: OtelOptions): Hooks {
  checkMethod('tracer', tracer, 'startSpan')
  checkMethod('meter', meter, 'createHistogram')
  const spans = new Spans({ tracer, items: itemsOf(items), messages })
  const metrics = new Metrics(meter)
  // A chain may have been given the set twice, or be nested in one that has it too: then each event comes twice in a row.
  let last: object | null = null
  const isNew = (event: object): boolean => {
    if (event === last) return false
    last = event
    return true
  }
  return {
    onRunStart: (event) => void (isNew(event) && spans.runStarted(event)),
    beforeAttempt: (event) => void (isNew(event) && spans.attemptStarted(event)),
    wrap: (event, next) => spans.surround(event, next),
    onRetry(event) {
      if (!isNew(event)) return
      spans.attemptFailed(event)
      metrics.retried(event)
    },
    afterStep(event) {
      if (!isNew(event)) return
      spans.stepEnded(event)
      metrics.stepEnded(event)
    },
    onRunEnd(event) {
      if (!isNew(event)) return
      if (spans.runEnded(event)) metrics.runEnded(event)
      // What the run gave is not held on to until there is another one.
      queueMicrotask(() => (last = null))
    },
  }
}

let usual: Hooks | null = null

/**
 * Hooks that make an OpenTelemetry span of each run, step, item and attempt, with the step's span as the active one while it runs,
 * and measure how long runs and steps take and how often steps are retried.
 *
 * @throws TypeError for options that it cannot use
 *
 * @example
 * ```ts
 * import { chain } from 'stepchain'
 * import { otel } from 'stepchain/otel'
 *
 * chain('etl').with(otel())
 * ```
 */
export function otel(options?: OtelOptions): Hooks {
  // One set where nothing is said: chains that are nested in one another then share it.
  return options === undefined ? (usual ??= hooksOf({})) : hooksOf(options)
}
