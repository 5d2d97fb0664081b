const LONGEST_MS = 3_600_000

/**
 * `Retry-After` in milliseconds, 0..3,600,000; null where it is missing or can't be read. Seconds or a date in GMT.
 * Source: RFC 9110 §10.2.3.
 */
export function retryAfterMs(header: string | undefined, now: Date): number | null {
  const text = header?.trim() ?? ''
  if (/^[+-]?\d+(\.\d+)?$/.test(text)) return clamp(Number(text) * 1_000)
  const at = text.endsWith(' GMT') ? Date.parse(text) : Number.NaN
  return Number.isNaN(at) ? null : clamp(at - now.getTime())
}

function clamp(ms: number): number {
  return Math.round(Math.min(Math.max(ms, 0), LONGEST_MS))
}
