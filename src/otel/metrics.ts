import {
  type Attributes,
  type Counter,
  createNoopMeter,
  type Histogram,
  type Meter,
  type MeterProvider,
  metrics,
} from '@opentelemetry/api'
import type { RetryEvent, RunEndEvent, StepEndEvent } from '../define/hooks.ts'
import { errorType } from './error-type.ts'

/** From steps that take no time to those that take minutes, in s. */
const BOUNDARIES = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300]

interface Instruments {
  readonly runs: Histogram
  readonly steps: Histogram
  readonly retries: Counter
}

/** The instruments of a meter; `null` for one that measures nothing. */
function instrumentsOf(meter: Meter): Instruments | null {
  if (meter === createNoopMeter()) return null
  const seconds = { unit: 's', advice: { explicitBucketBoundaries: BOUNDARIES } }
  return {
    runs: meter.createHistogram('stepchain.run.duration', { ...seconds, description: 'Duration of runs' }),
    steps: meter.createHistogram('stepchain.step.duration', {
      ...seconds,
      description: 'Duration of steps, with their retries and the waits between them',
    }),
    retries: meter.createCounter('stepchain.step.retries', {
      unit: '{retry}',
      description: 'Attempts of steps that failed and were followed by another',
    }),
  }
}

function ending({ chain, status, error }: RunEndEvent | StepEndEvent): Attributes {
  const type = status === 'ok' ? {} : { 'error.type': errorType(error) }
  return { 'stepchain.chain': chain, 'stepchain.status': status, ...type }
}

// Not the path: that of an item has its number, and each would be a series of its own.
function step({ name, kind }: StepEndEvent | RetryEvent): Attributes {
  return { 'stepchain.step.name': name, 'stepchain.step.kind': kind }
}

/** What is measured of runs and steps. */
export class Metrics {
  readonly #given: boolean
  #provider: MeterProvider | null = null
  #made: Instruments | null = null

  constructor(meter: Meter | undefined) {
    this.#given = meter !== undefined
    if (meter !== undefined) this.#made = instrumentsOf(meter)
  }

  runEnded(event: RunEndEvent): void {
    this.#instruments()?.runs.record(event.duration / 1_000, ending(event))
  }

  stepEnded(event: StepEndEvent): void {
    if (event.status === 'skipped') return
    this.#instruments()?.steps.record(event.duration / 1_000, { ...ending(event), ...step(event) })
  }

  retried(event: RetryEvent): void {
    const { chain, error } = event
    this.#instruments()?.retries.add(1, { 'stepchain.chain': chain, ...step(event), 'error.type': errorType(error) })
  }

  /** The instruments of the given meter, or of the global one: that may be registered later than a chain is made. */
  #instruments(): Instruments | null {
    if (this.#given) return this.#made
    const provider = metrics.getMeterProvider()
    if (provider !== this.#provider) {
      this.#provider = provider
      this.#made = instrumentsOf(provider.getMeter('stepchain'))
    }
    return this.#made
  }
}
