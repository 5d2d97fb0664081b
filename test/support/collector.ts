import { createServer } from 'node:http'

/** A span as OTLP has it in JSON; its attributes as plain values. */
export interface SeenSpan {
  readonly name: string
  readonly kind: number
  readonly traceId: string
  readonly spanId: string
  /** Null: it is the root. */
  readonly parentSpanId: string | null
  readonly attributes: Readonly<Record<string, unknown>>
  readonly links: readonly string[]
  readonly isError: boolean
  readonly instance: string
}

export interface Collector {
  readonly url: string
  spans(): readonly SeenSpan[]
  /** Everything that came, as it came. */
  text(): string
  close(): Promise<void>
}

interface KeyValue {
  readonly key: string
  readonly value: { readonly stringValue?: string; readonly intValue?: number | string }
}

interface Request {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly KeyValue[] }
    readonly scopeSpans: readonly { readonly spans: readonly OtlpSpan[] }[]
  }[]
}

interface OtlpSpan {
  readonly name: string
  readonly kind: number
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly attributes: readonly KeyValue[]
  readonly links?: readonly { readonly spanId: string }[]
  readonly status: { readonly code?: number }
}

/** Takes traces by OTLP over HTTP, in JSON. Source: opentelemetry-proto, `ExportTraceServiceRequest`. */
export async function startCollector(): Promise<Collector> {
  const bodies: string[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      if (request.method === 'POST' && request.url === '/v1/traces') bodies.push(Buffer.concat(chunks).toString())
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}`,
    spans: () => bodies.flatMap((body) => spansOf(JSON.parse(body) as Request)),
    text: () => bodies.join('\n'),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function spansOf({ resourceSpans }: Request): SeenSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const instance = String(plain(resource.attributes)['service.instance.id'])
    return scopeSpans.flatMap(({ spans }) => spans.map((span) => seen(span, instance)))
  })
}

function seen(
  { name, kind, traceId, spanId, parentSpanId, attributes, links, status }: OtlpSpan,
  instance: string,
): SeenSpan {
  return {
    name,
    kind,
    traceId,
    spanId,
    parentSpanId: parentSpanId === undefined || parentSpanId === '' ? null : parentSpanId,
    attributes: plain(attributes),
    links: (links ?? []).map((link) => link.spanId),
    isError: status.code === 2,
    instance,
  }
}

function plain(attributes: readonly KeyValue[]): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue ?? Number(value.intValue)]))
}
