import { type Failure, failure } from '../domain/failure.ts'
import type { Http2Fault, Http2FaultReason } from '../http2/client.ts'

/** A target that nothing was written for; `waitMs` is how long writing makes no sense. */
export function notSent(waitMs: number | null): Failure {
  return failure('transient', 'not_sent', { counted: false, waitMs })
}

const WAIT_AFTER_FAULT_MS = 10_000

/** What a request without an answer means. */
export function readFault({ processed, reason }: Http2Fault): Failure {
  if (processed === 'maybe') return UNCERTAIN[reason]
  switch (reason) {
    case 'aborted':
    case 'closed':
    case 'withdrawn':
      return notSent(null)
    case 'queue_full':
      return notSent(1_000)
    case 'connect_failed':
      return failure('transient', 'connect_failed', { counted: false, waitMs: WAIT_AFTER_FAULT_MS, pause: 'lane' })
    case 'refused':
    case 'calm':
    case 'reset':
    case 'connection_lost':
    case 'timeout':
      return failure('transient', 'not_processed', { counted: false, waitMs: WAIT_AFTER_FAULT_MS })
  }
}

const UNCERTAIN: Readonly<Record<Http2FaultReason, Failure>> = {
  timeout: failure('uncertain', 'timeout'),
  reset: failure('uncertain', 'reset'),
  connection_lost: failure('uncertain', 'connection_lost'),
  calm: failure('uncertain', 'enhance_your_calm', { waitMs: WAIT_AFTER_FAULT_MS, pause: 'lane' }),
  aborted: failure('uncertain', 'stopped'),
  closed: failure('uncertain', 'stopped'),
  queue_full: failure('uncertain', 'stopped'),
  withdrawn: failure('uncertain', 'stopped'),
  connect_failed: failure('uncertain', 'connection_lost'),
  refused: failure('uncertain', 'reset'),
}
