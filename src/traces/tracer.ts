import {
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
  type Attributes,
  type Context,
} from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, NodeTracerProvider, type SpanExporter } from '@opentelemetry/sdk-trace-node'
import { readTraceparent, writeTraceparent } from './traceparent.ts'

export type Kind = 'server' | 'client' | 'producer' | 'consumer'
export type Facts = Readonly<Record<string, string | number>>

/** A span that is under way. */
export interface OpenSpan {
  readonly traceId: string
  /** As W3C Trace Context writes it; null: this trace is not recorded. */
  readonly traceparent: string | null
  /** `error`: a word for what failed; null: nothing did. Times are milliseconds since 1970. */
  end(facts: Facts, error: string | null, at: number): void
}

export interface SpanStart {
  readonly name: string
  readonly kind: Kind
  readonly facts: Facts
  /** The span above it, as W3C Trace Context writes it; null: a trace begins here. */
  readonly parent: string | null
  /** Another span that has to do with it. */
  readonly link: string | null
  readonly at: number
}

/** Makes spans and hands them to a collector, aside: nothing waits for it, and beyond `QUEUE` they are dropped. */
export interface Tracer {
  begin(start: SpanStart): OpenSpan
  /** Hands over what is left, for `CLOSE_MS` at most. */
  close(): Promise<void>
}

export interface TracerOptions {
  /** Of the collector: what OTEL_EXPORTER_OTLP_ENDPOINT says. */
  readonly endpoint: string
  readonly version: string
  /** Tells this process from others of the service. */
  readonly instance: string
  /** Once each time that the collector stops answering. */
  readonly warn: (why: string) => void
  readonly after: (ms: number, run: () => void) => () => void
}

/** Spans that wait for their turn. Those handed over to a collector that does not take them are lost. */
const QUEUE = 4_096
const BATCH = 512
const GATHER_MS = 1_000
const EXPORT_MS = 5_000
const CLOSE_MS = 2_000

const KINDS: Readonly<Record<Kind, SpanKind>> = {
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
}

/** OpenTelemetry's other variables (headers, sampler, resource) are read by its own library. */
export function createTracer(options: TracerOptions): Tracer {
  const exporter = new OTLPTraceExporter({ url: `${options.endpoint}/v1/traces`, timeoutMillis: EXPORT_MS })
  const processor = new BatchSpanProcessor(telling(exporter, options.warn), {
    maxQueueSize: QUEUE,
    maxExportBatchSize: BATCH,
    scheduledDelayMillis: GATHER_MS,
    exportTimeoutMillis: 2 * EXPORT_MS,
  })
  const own = { 'service.name': 'tidings', 'service.version': options.version, 'service.instance.id': options.instance }
  const resource = resourceFromAttributes(own).merge(detectResources({ detectors: [envDetector] }))
  const provider = new NodeTracerProvider({ resource, spanProcessors: [processor] })
  const tracer = provider.getTracer('tidings', options.version)

  return {
    begin({ name, kind, facts, parent, link, at }) {
      const links = link === null ? [] : [linkTo(link)].filter((one) => one !== null)
      const span = tracer.startSpan(
        name,
        { kind: KINDS[kind], attributes: { ...facts }, startTime: at, links },
        below(parent),
      )
      const { traceId, spanId, traceFlags } = span.spanContext()
      const sampled = (traceFlags & TraceFlags.SAMPLED) !== 0
      return {
        traceId,
        traceparent: sampled ? writeTraceparent({ traceId, spanId, sampled }) : null,
        end(more, error, endedAt) {
          span.setAttributes({ ...more, ...(error === null ? {} : { 'error.type': error }) } satisfies Attributes)
          if (error !== null) span.setStatus({ code: SpanStatusCode.ERROR })
          span.end(endedAt)
        },
      }
    },
    close: () =>
      new Promise((resolve) => {
        const callOff = options.after(CLOSE_MS, resolve)
        void provider.shutdown().then(resolve, resolve).finally(callOff)
      }),
  }
}

function below(parent: string | null): Context {
  const name = parent === null ? null : readTraceparent(parent)
  if (name === null) return ROOT_CONTEXT
  const { traceId, spanId, sampled } = name
  const traceFlags = sampled ? TraceFlags.SAMPLED : TraceFlags.NONE
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, isRemote: true })
}

function linkTo(traceparent: string): { context: { traceId: string; spanId: string; traceFlags: TraceFlags } } | null {
  const name = readTraceparent(traceparent)
  return name && { context: { traceId: name.traceId, spanId: name.spanId, traceFlags: TraceFlags.SAMPLED } }
}

/** The first failure after a success is told, and no other. */
function telling(exporter: OTLPTraceExporter, warn: (why: string) => void): SpanExporter {
  let isDown = false
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        const failed = result.error !== undefined
        if (failed && !isDown) warn(result.error?.message ?? 'no reason given')
        isDown = failed
        done(result)
      })
    },
    shutdown: () => exporter.shutdown(),
    forceFlush: () => exporter.forceFlush(),
  }
}
