import type { Http2Answer, Http2Client, Http2Fault, Http2Request } from './client.ts'

/**
 * Sends a request that the server refused unprocessed again at once, at most `times` times: REFUSED_STREAM and a GOAWAY promise that
 * it was not acted on. Source: RFC 9113 §8.7.
 */
export async function requestAgain(
  client: Http2Client,
  request: Http2Request,
  signal: AbortSignal,
  times: number,
): Promise<Http2Answer | Http2Fault> {
  const result = await client.request(request, signal)
  if (times === 0 || result.kind === 'answer' || result.reason !== 'refused') return result
  return requestAgain(client, request, signal, times - 1)
}
