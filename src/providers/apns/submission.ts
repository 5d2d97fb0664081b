import { createHash } from 'node:crypto'
import { deviceTokenOf } from '../../domain/push/apple-address.ts'
import { appleHeaders, applePayload, namesTopic } from '../../domain/push/apple-push.ts'
import { failure } from '../../domain/failure.ts'
import type { Gate, Outcome, PushContent, PushTarget } from '../../domain/provider.ts'
import { perTicket, ticketOf } from '../../domain/push/push-ticket.ts'
import type { Http2Client } from '../../http2/client.ts'
import { requestAgain } from '../../http2/resend.ts'
import { readFault } from '../http2-faults.ts'
import { type Asked, readAnswer, type Reading } from './outcomes.ts'
import type { ProviderToken, ProviderTokens } from './provider-token.ts'

export interface SubmissionParts {
  readonly http2: Http2Client
  readonly tokens: ProviderTokens
  /** The app's bundle id. */
  readonly topic: string
  readonly now: () => Date
}

/** REFUSED_STREAM and GOAWAY cost nothing but time; a server that refuses more often does not want us now. */
const RESENDS = 3

/** Submits one notification to a target at a time. `clock` is the database's: what is to expire does so by it. */
export function createSubmission(
  content: PushContent,
  parts: SubmissionParts,
  clock: Date,
  gate: Gate,
): (target: PushTarget, signal: AbortSignal) => Promise<Outcome> {
  const bodyFor = perTicket(content, (one) => JSON.stringify(applePayload(one)))
  const common = appleHeaders(content, parts.topic, clock)
  const ownTopic = namesTopic(content)

  return async (target, signal) => {
    const deviceToken = target.kind === 'token' ? deviceTokenOf(target.value) : null
    if (deviceToken === null) return NO_ADDRESS
    const id = common['apns-id'] ?? idFor(content.notificationId, deviceToken)
    const request = {
      path: `/3/device/${deviceToken}`,
      headers: { ...common, 'apns-id': id },
      body: bodyFor(ticketOf(target)),
    }
    return send(request, { id, ownTopic }, parts, signal, gate)
  }
}

const NO_ADDRESS: Outcome = { kind: 'refused', failure: failure('permanent', 'invalid_token') }

interface Post {
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** What was not processed is sent again, and once with another token where Apple finds the first too old. */
export async function send(
  post: Post,
  asked: Asked,
  parts: Pick<SubmissionParts, 'http2' | 'tokens' | 'now'>,
  signal: AbortSignal,
  gate: Gate = () => null,
): Promise<Outcome> {
  const once = async ({ authorization }: ProviderToken): Promise<Reading> => {
    const headers = { authorization, ...post.headers }
    const result = await requestAgain(
      parts.http2,
      { ...post, headers, mayWrite: () => gate() === null },
      signal,
      RESENDS,
    )
    if (result.kind === 'answer') return readAnswer(result, asked, parts.now())
    const closed = result.reason === 'withdrawn' ? gate() : null
    return { kind: 'refused', failure: closed ?? readFault(result) }
  }
  const first = await parts.tokens.get()
  const reading = await once(first)
  if (reading.kind !== 'expired-token') return reading
  const second = await parts.tokens.replace(first)
  const again = second === null ? reading : await once(second)
  return again.kind === 'expired-token' ? { kind: 'refused', failure: again.failure } : again
}

/** The same for every attempt at one device, so that an attempt in doubt can be asked after at Apple by it. A UUID of version 8: RFC 9562, §5.8. */
function idFor(notificationId: number, deviceToken: string): string {
  const bytes = createHash('sha256').update(`tidings ${notificationId} ${deviceToken}`).digest().subarray(0, 16)
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}
