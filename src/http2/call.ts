import type { Http2Answer, Http2Fault, Http2Request } from './client.ts'

/** One request on its way: waiting, written, or settled. */
export interface Call {
  readonly request: Http2Request
  settled: boolean
  /** Set while the request is written: ends its stream. */
  cancel: ((fault: Http2Fault) => void) | null
  settle(result: Http2Answer | Http2Fault): void
  /** For bugs alone. */
  fail(error: Error): void
}

/** `onSettled` runs once, before the promise resolves. */
export function createCall(
  request: Http2Request,
  onSettled: () => void,
): { call: Call; result: Promise<Http2Answer | Http2Fault> } {
  let resolve: (result: Http2Answer | Http2Fault) => void = ignore
  let reject: (error: Error) => void = ignore
  const result = new Promise<Http2Answer | Http2Fault>((yes, no) => ([resolve, reject] = [yes, no]))
  const call: Call = {
    request,
    settled: false,
    cancel: null,
    settle: (value) => once(() => resolve(value)),
    fail: (error) => once(() => reject(error)),
  }
  function once(end: () => void): void {
    if (call.settled) return
    call.settled = true
    onSettled()
    end()
  }
  return { call, result }
}

function ignore(): void {}

export function fault(processed: Http2Fault['processed'], reason: Http2Fault['reason']): Http2Fault {
  return { kind: 'fault', processed, reason }
}
