/** A span as others name it. Source: W3C Trace Context, §3.2. */
export interface SpanName {
  /** 32 hexadecimal digits, not all 0. */
  readonly traceId: string
  /** 16 hexadecimal digits, not all 0. */
  readonly spanId: string
  readonly sampled: boolean
}

const FORM = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/

/** Null for what is none; then a trace begins here. A later version than 00 may go on after these four. */
export function readTraceparent(text: string | undefined): SpanName | null {
  const [, version, traceId, spanId, flags, more] = FORM.exec(text?.trim() ?? '') ?? []
  if (version === undefined || traceId === undefined || spanId === undefined || flags === undefined) return null
  if (version === 'ff' || (version === '00' && more !== undefined)) return null
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return null
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 }
}

export function writeTraceparent({ traceId, spanId, sampled }: SpanName): string {
  return `00-${traceId}-${spanId}-${sampled ? '01' : '00'}`
}
