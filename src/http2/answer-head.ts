import type { HeaderList } from './header-decoder.ts'

/** What a block of headers or trailers says. */
export interface Head {
  /** 0: there is none, as in trailers. */
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** In bytes; null: it does not say. */
  readonly contentLength: number | null
}

/** Source: RFC 9113 §8.2.1: no upper case, nothing that ends a line or a text. */
const NAME = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/
const FORBIDDEN_IN_VALUE = /[\0\r\n]/
/** They speak of a connection of HTTP/1.1. Source: RFC 9113 §8.2.2. */
const OF_CONNECTIONS = new Set(['connection', 'proxy-connection', 'keep-alive', 'transfer-encoding', 'upgrade'])

/** Null: too large, or malformed as RFC 9113 §8.1.1 has it. */
export function readHead(fields: HeaderList): Head | null {
  if (fields === null) return null
  const [first] = fields
  const hasStatus = first?.name === ':status'
  const status = hasStatus ? statusOf(first.value) : 0
  if (status === null) return null
  const headers = new Map<string, string>()
  for (const { name, value } of hasStatus ? fields.slice(1) : fields) {
    if (!NAME.test(name) || FORBIDDEN_IN_VALUE.test(value) || OF_CONNECTIONS.has(name)) return null
    const before = headers.get(name)
    headers.set(name, before === undefined ? value : `${before}, ${value}`)
  }
  const contentLength = lengthOf(headers.get('content-length'))
  return contentLength === undefined ? null : { status, headers: Object.fromEntries(headers), contentLength }
}

/** 101 is not for HTTP/2. Source: RFC 9113 §8.6. */
function statusOf(text: string): number | null {
  return /^[1-9]\d\d$/.test(text) && text !== '101' ? Number(text) : null
}

/** Undefined: it is no length, or several. */
function lengthOf(text: string | undefined): number | null | undefined {
  if (text === undefined) return null
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined
}
