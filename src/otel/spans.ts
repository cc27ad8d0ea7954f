import {
  type Attributes,
  type Context,
  context,
  isSpanContextValid,
  type Span,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api'
import type { AttemptEvent, RetryEvent, RunEndEvent, RunEvent, StepEndEvent } from '../define/hooks.ts'
import { OpenSteps } from '../diagnostics/open-steps.ts'
import { codeOf, errorType, messageOf } from './error-type.ts'

/** The most characters of a status message. */
const LONGEST_MESSAGE = 1_024

/** A run or a step that is under way. */
interface Open {
  /** Its span; `null` for an item beyond the limit, and where nobody traces. */
  readonly span: Span | null
  /** Whether it is a run. */
  readonly root: boolean
  /** What is active while it runs: its span, or that of its attempt, from the second on. */
  context: Context
  /** The span of the attempt, from the second on. */
  attempt: Span | null
  /** How many items have begun. */
  items: number
  /** What the attempt before failed with, and how long was waited after that. */
  retry: Attributes
}

/** What is said to the spans of a set of hooks. */
export interface SpanSettings {
  readonly tracer: Tracer | undefined
  readonly items: number
  readonly messages: boolean
}

function spanName({ kind, name }: RunEvent): string {
  if (kind === 'run') return `chain ${name}`
  return kind === 'chain' ? `step ${name}` : `${kind} ${name}`
}

function attributesOf({ chain, runId }: RunEvent): Attributes {
  return { 'stepchain.chain': chain, 'stepchain.run_id': runId }
}

function attemptAttributes(event: AttemptEvent): Attributes {
  const { path, name, kind, attempt } = event
  return {
    ...attributesOf(event),
    'stepchain.step.path': path,
    'stepchain.step.name': name,
    'stepchain.step.kind': kind,
    'stepchain.attempt': attempt,
  }
}

/** Ends what never told that it ended: it was abandoned, or an engine suspended its run. */
function discard({ span, attempt }: Open): void {
  for (const left of [attempt, span]) left?.setAttribute('stepchain.abandoned', true).end()
}

/** The spans of runs, steps, items and attempts. */
export class Spans {
  readonly #settings: SpanSettings
  readonly #open = new OpenSteps<Open>(discard)

  constructor(settings: SpanSettings) {
    this.#settings = settings
  }

  /** Makes the span of a run, unless it is a part of one that has a span already. */
  runStarted(event: RunEvent): void {
    if (this.#open.find(event) !== undefined && event.path !== '') return
    if (this.#open.around(event) !== undefined) return
    this.#start(event, { attributes: attributesOf(event), around: context.active(), root: true })
  }

  /** Makes the span of a step, or that of one more attempt. */
  attemptStarted(event: AttemptEvent): void {
    const { kind, attempt } = event
    const found = this.#open.find(event)
    if (attempt > 1 && found !== undefined) return this.#again(found, event)
    const parent = this.#open.around(event)
    if (parent?.span === null) return
    if (kind === 'item' && parent !== undefined && parent.items++ >= this.#settings.items) {
      const { context: around } = parent
      return this.#open.open(event, { span: null, root: false, context: around, attempt: null, items: 0, retry: {} })
    }
    const around = parent?.context ?? context.active()
    this.#start(event, { attributes: attemptAttributes(event), around, root: false })
  }

  /** Calls a step with its span, or that of its attempt, as the active one. */
  surround(event: AttemptEvent, next: () => unknown): unknown {
    const at = this.#open.find(event) ?? this.#open.around(event)
    return at === undefined ? next() : context.with(at.context, next)
  }

  attemptFailed(event: RetryEvent): void {
    const found = this.#open.find(event)
    if (event.abandoned) this.#open.closeInside(event)
    if (found === undefined) return
    const { error, delay, abandoned } = event
    const type = errorType(error)
    found.retry = { 'stepchain.retry.delay': delay / 1_000, 'stepchain.retry.error.type': type }
    const { attempt } = found
    if (attempt === null) return
    found.attempt = null
    if (abandoned) attempt.setAttribute('stepchain.abandoned', true)
    attempt.setAttribute('error.type', type).setStatus({ code: SpanStatusCode.ERROR }).end()
  }

  stepEnded(event: StepEndEvent): void {
    if (event.abandoned) this.#open.closeInside(event)
    const found = this.#open.close(event)
    if (found === undefined) return this.#neverBegan(event)
    const { span, attempt } = found
    if (attempt !== null) this.#end(attempt, event)
    if (span === null) return
    span.setAttribute('stepchain.attempts', event.attempt)
    if (event.fallback === true) span.setAttribute('stepchain.fallback', true)
    this.#end(span, event)
  }

  /**
   * Ends the span of a run.
   * @returns whether it was a run of its own, and not a part of one
   */
  runEnded(event: RunEndEvent): boolean {
    const found = this.#open.find(event)
    if (found === undefined) {
      if (this.#open.around(event) !== undefined) return false
      // It could not begin, and nobody said that it would.
      const startTime = Date.now() - event.duration
      const span = this.#tracer().startSpan(spanName(event), { attributes: attributesOf(event), startTime })
      this.#end(span, event)
      return true
    }
    if (!found.root) return false
    this.#open.closeInside(event)
    this.#open.close(event)
    if (found.span !== null) this.#end(found.span, event)
    return true
  }

  #tracer(): Tracer {
    return this.#settings.tracer ?? trace.getTracer('stepchain')
  }

  #start(
    event: RunEvent,
    { attributes, around, root }: { attributes: Attributes; around: Context; root: boolean },
  ): void {
    const span = this.#tracer().startSpan(spanName(event), { attributes }, around)
    const traced = isSpanContextValid(span.spanContext())
    this.#open.open(event, {
      span: traced ? span : null,
      root,
      context: traced ? trace.setSpan(around, span) : around,
      attempt: null,
      items: 0,
      retry: {},
    })
  }

  #again(found: Open, event: AttemptEvent): void {
    const { span, retry } = found
    if (span === null) return
    // Not inside of the span of the attempt before.
    const around = trace.setSpan(found.context, span)
    const attributes = { ...attemptAttributes(event), ...retry }
    const attempt = this.#tracer().startSpan(`attempt ${event.attempt}`, { attributes }, around)
    found.attempt = attempt
    found.context = trace.setSpan(around, attempt)
  }

  /** Tells of a step that ended before its first attempt, or was skipped. */
  #neverBegan(event: StepEndEvent): void {
    const around = this.#open.around(event)
    // What was abandoned has ended with what is around it.
    if (around === undefined || around.span === null || event.abandoned) return
    const attributes = attemptAttributes(event)
    this.#end(this.#tracer().startSpan(spanName(event), { attributes }, around.context), event)
  }

  #end(span: Span, event: StepEndEvent | RunEndEvent): void {
    const { status, error } = event
    span.setAttribute('stepchain.status', status)
    if ('abandoned' in event && event.abandoned) span.setAttribute('stepchain.abandoned', true)
    if (status === 'failed' || status === 'cancelled') this.#blame(span, error)
    span.end()
  }

  #blame(span: Span, error: unknown): void {
    const code = codeOf(error)
    span.setAttributes({ 'error.type': errorType(error), 'stepchain.error.code': code })
    // Whoever cancels has what they asked for.
    if (code === 'SC_CANCELLED') return
    const message = this.#settings.messages ? messageOf(error)?.slice(0, LONGEST_MESSAGE) : undefined
    span.setStatus({ code: SpanStatusCode.ERROR, ...(message === undefined ? {} : { message }) })
  }
}
