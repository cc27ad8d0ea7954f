import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { context, metrics, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'

type Value = string | number | boolean

interface OtlpAttribute {
  readonly key: string
  readonly value: {
    readonly stringValue?: string
    readonly intValue?: number
    readonly doubleValue?: number
    readonly boolValue?: boolean
  }
}

interface OtlpSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly attributes: readonly OtlpAttribute[]
  readonly events: readonly unknown[]
  readonly status: { readonly code?: number; readonly message?: string }
}

interface OtlpPoint {
  readonly attributes: readonly OtlpAttribute[]
  readonly count?: number | string
  readonly sum?: number
  readonly asDouble?: number
  readonly asInt?: number | string
}

interface OtlpMetric {
  readonly name: string
  readonly unit: string
  readonly histogram?: { readonly dataPoints: readonly OtlpPoint[] }
  readonly sum?: { readonly dataPoints: readonly OtlpPoint[] }
}

/** A span as it arrived. */
export interface ReceivedSpan {
  readonly name: string
  readonly traceId: string
  readonly attributes: Readonly<Record<string, Value>>
  readonly error: boolean
  readonly message: string | undefined
  readonly events: number
  /** ms. */
  readonly duration: number
  readonly children: readonly ReceivedSpan[]
}

/** One series of a metric as it arrived. */
export interface ReceivedPoint {
  readonly metric: string
  readonly unit: string
  readonly attributes: Readonly<Record<string, Value>>
  readonly count: number
  readonly sum: number
}

/** Ids in the order in which spans are made: their clocks are too coarse to tell. */
function counting(): { generateTraceId(): string; generateSpanId(): string } {
  let made = 0
  const next = (digits: number): string => (++made).toString(16).padStart(digits, '0')
  return { generateTraceId: () => next(32), generateSpanId: () => next(16) }
}

function attributesOf(list: readonly OtlpAttribute[]): Record<string, Value> {
  const entries = list.map(({ key, value }) => [key, Object.values(value)[0] as Value] as const)
  return Object.fromEntries(entries)
}

/** What receives OTLP over HTTP, as JSON, and the SDK that sends it there. */
export class Collector {
  readonly #bodies: { readonly path: string; readonly body: string }[] = []
  readonly #server = createServer((request, response) => void this.#take(request).then(() => response.end('{}')))
  #traces: TracerProvider | null = null
  #metrics: MeterProvider | null = null

  /** All that was sent, as it came. */
  get text(): string {
    return this.#bodies.map(({ body }) => body).join('\n')
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => void this.#server.listen(0, '127.0.0.1', () => resolve()))
    const { port } = this.#server.address() as AddressInfo
    const url = `http://127.0.0.1:${port}/v1`
    const spans = new OTLPTraceExporter({ url: `${url}/traces` })
    const processor = new BatchSpanProcessor({ exporter: spans, maxQueueSize: 100_000 })
    this.#traces = new TracerProvider({ spanProcessors: [processor], idGenerator: counting() })
    const exporter = new OTLPMetricExporter({ url: `${url}/metrics` })
    this.#metrics = new MeterProvider({ readers: [new PeriodicExportingMetricReader({ exporter })] })
    trace.setGlobalTracerProvider(this.#traces)
    metrics.setGlobalMeterProvider(this.#metrics)
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  }

  async stop(): Promise<void> {
    trace.disable()
    metrics.disable()
    context.disable()
    await this.#traces?.shutdown()
    await this.#metrics?.shutdown()
    this.#server.closeAllConnections()
    await new Promise((resolve) => void this.#server.close(resolve))
  }

  /** The spans that were made since the last time, by their parents. */
  async spans(): Promise<readonly ReceivedSpan[]> {
    await this.#traces?.forceFlush()
    const spans = this.#taken<{ resourceSpans: { scopeSpans: { spans: OtlpSpan[] }[] }[] }>('traces')
      .flatMap(({ resourceSpans }) => resourceSpans)
      .flatMap(({ scopeSpans }) => scopeSpans)
      .flatMap((scope) => scope.spans)
      .toSorted((a, b) => (a.spanId < b.spanId ? -1 : 1))
    const ids = new Set(spans.map(({ spanId }) => spanId))
    const within = (parent: string | undefined): ReceivedSpan[] =>
      spans
        .filter(({ parentSpanId = '' }) => (parent === undefined ? !ids.has(parentSpanId) : parentSpanId === parent))
        .map((span) => ({
          name: span.name,
          traceId: span.traceId,
          attributes: attributesOf(span.attributes),
          error: span.status.code === 2,
          message: span.status.message,
          events: span.events.length,
          duration: Number(BigInt(span.endTimeUnixNano) - BigInt(span.startTimeUnixNano)) / 1e6,
          children: within(span.spanId),
        }))
    return within(undefined)
  }

  /** The only trace that was made since the last time. */
  async trace(): Promise<ReceivedSpan> {
    const [span, ...more] = await this.spans()
    if (span === undefined || more.length > 0)
      throw new Error(`expected one trace; got ${span === undefined ? 0 : more.length + 1}`)
    return span
  }

  /** The same as a list. */
  async tree(): Promise<string[]> {
    return tree([await this.trace()])
  }

  /** What was measured so far. */
  async points(): Promise<readonly ReceivedPoint[]> {
    await this.#metrics?.forceFlush()
    const all = this.#taken<{ resourceMetrics: { scopeMetrics: { metrics: OtlpMetric[] }[] }[] }>('metrics')
    const last = all.at(-1)?.resourceMetrics.flatMap(({ scopeMetrics }) => scopeMetrics) ?? []
    return last
      .flatMap((scope) => scope.metrics)
      .flatMap(
        ({ name, unit, histogram, sum }) =>
          (histogram ?? sum)?.dataPoints.map((point) => ({
            metric: name,
            unit,
            attributes: attributesOf(point.attributes),
            count: Number(point.count ?? point.asDouble ?? point.asInt),
            sum: point.sum ?? 0,
          })) ?? [],
      )
  }

  async #take(request: IncomingMessage): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    this.#bodies.push({ path: request.url ?? '', body: Buffer.concat(chunks).toString('utf8') })
  }

  #taken<Body>(signal: string): Body[] {
    const mine = this.#bodies.filter(({ path }) => path.endsWith(signal))
    for (const one of mine) this.#bodies.splice(this.#bodies.indexOf(one), 1)
    return mine.map(({ body }) => JSON.parse(body) as Body)
  }
}

/** Spans as an indented list: name, status, what kind of error, and whether the span says that it is one. */
export function tree(spans: readonly ReceivedSpan[], indent = ''): string[] {
  return spans.flatMap(({ name, attributes, error, children }) => {
    const said = [attributes['stepchain.status'], attributes['error.type'], error ? 'ERROR' : undefined]
    const abandoned = attributes['stepchain.abandoned'] === true ? 'abandoned' : undefined
    const words = [name, ...said, abandoned].filter((word) => word !== undefined)
    return [indent + words.join(' '), ...tree(children, `${indent}  `)]
  })
}

/** Makes a span as instrumented code does. */
export async function instrumented(name: string): Promise<number> {
  const span = trace.getTracer('user').startSpan(name)
  await Promise.resolve()
  span.end()
  return 1
}

/** A step that fails so many times, and then gives how often it was called. */
export function fails(times: number, error: () => unknown = () => new TypeError('raw text')): () => number {
  let calls = 0
  return () => {
    if (++calls <= times) throw error()
    return calls
  }
}
